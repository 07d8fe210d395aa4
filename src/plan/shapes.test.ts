import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SETTING_NAMES, SETTINGS, type SettingName } from '../settings/table.ts';
import { innermost, settingsSchema } from './schema.ts';
import { type ShapeFault, shapeFault } from './shapes.ts';

/** What the schema of scenario files says of the same. */
function schemaFault(raw: Readonly<Record<string, unknown>>): ShapeFault | null {
  const parsed = settingsSchema.safeParse(raw);
  const [issue] = parsed.error?.issues ?? [];
  if (issue === undefined) return null;
  if (issue.code === 'unrecognized_keys') return { unknown: issue.keys[0] ?? '' };
  const { path, message } = innermost(issue);
  const [name, ...inside] = path as [SettingName, ...(string | number)[]];
  return { name, inside, message };
}

/** One of each shape, and one with an example in its message. */
const NAMES = SETTING_NAMES.filter((name, place) => {
  const kindOf = (one: SettingName): string => `${SETTINGS[one].shape} ${SETTINGS[one].example}`;
  return SETTING_NAMES.findIndex((one) => kindOf(one) === kindOf(name)) === place;
});

const scalar = fc.constantFrom<unknown>('x', '', 0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, true, null, undefined);
const strange = fc.constantFrom<unknown>(new Date(0), new Map(), Object.create(null), () => 1, 1n, Symbol('s'));
const fields = fc.constantFrom('name', 'url', 'weight', 'headers', 'insecure', 'cacert', 'cert', 'key', 'other');
const flat = fc.oneof(
  scalar,
  strange,
  fc.array(scalar, { maxLength: 3 }),
  fc.dictionary(fields, scalar, { maxKeys: 3 }),
);
const target = fc.record(
  { name: fc.constantFrom<unknown>('a', 1), url: fc.constantFrom<unknown>('u', null), weight: scalar, headers: flat },
  { requiredKeys: ['name'] },
);
const value = fc.oneof(flat, fc.array(fc.oneof(flat, target), { maxLength: 3 }), fc.dictionary(fields, flat));

describe('the shapes of settings, checked by hand', () => {
  it('are those of the schema of scenario files, with its words and places', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom<string>(...NAMES, 'unknown'), value, { maxKeys: 3 }), (raw) => {
        expect(shapeFault(raw)).toEqual(schemaFault(raw));
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([
    [{ headers: ['a: b', 1] }, { name: 'headers', inside: [1], message: 'must be text' }],
    [{ headers: { a: 1 } }, { name: 'headers', inside: ['a'], message: 'must be text' }],
    [{ thresholds: ['p95<1s', null] }, { name: 'thresholds', inside: [1], message: 'must be text' }],
    [{ keepalive: 'no' }, { name: 'keepalive', inside: [], message: 'must be true or false' }],
    [{ toString: 'x' }, { unknown: 'toString' }],
    [{ vus: 3, headers: {}, body: { a: 1 }, ui: true, targets: [{ name: 'a', url: 'http://h' }] }, null],
  ])('of %j are %j', (raw, fault) => {
    expect(shapeFault(raw)).toEqual(fault);
  });
});
