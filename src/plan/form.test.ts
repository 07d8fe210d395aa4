import { describe, expect, it } from 'vitest';
import { formTexts, readForm } from './form.ts';
import type { PlanWorld } from './resolve.ts';

const gone = (): never => {
  throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
};
const WORLD: PlanWorld = {
  files: { readBytes: gone, pieces: gone, scratch: gone },
  host: { cores: 2 },
  version: '0.0.0',
  randomSeed: () => 1,
};
const URL_GIVEN = { url: 'http://127.0.0.1:8989/predict' };
const errorsOf = (settings: Record<string, string>, kind: 'run' | 'find' = 'run') =>
  readForm(kind, settings, {}, WORLD).errors;
const fieldsOf = (settings: Record<string, string>): string[] => errorsOf(settings).map(({ field }) => field);

describe('readForm', () => {
  it('makes the plan that the same flags make', () => {
    const texts = { ...URL_GIVEN, vus: '8', spawnRate: '2', duration: '20s', thresholds: 'p95<250ms\nerrors<1%' };
    const { plan } = readForm('run', texts, {}, WORLD);
    expect(plan?.load).toMatchObject({
      model: 'closed',
      vus: [
        { from: 0, to: 8 },
        { from: 8, to: 8 },
      ],
    });
    expect(plan?.thresholds.map(({ text }) => text)).toEqual(['p95<250ms', 'errors<1%']);
    expect(readForm('find', { ...URL_GIVEN, budget: '1m' }, {}, WORLD).plan?.search?.budget).toBe(60_000_000);
  });

  it('says everything that is wrong, beside its field', () => {
    const wrong = { ...URL_GIVEN, vus: '0', spawnRate: '-1', duration: '5 parsecs', headers: 'bad', thresholds: 'p95' };
    expect(fieldsOf(wrong).sort()).toEqual(['duration', 'headers', 'spawnRate', 'thresholds', 'vus']);
    expect(errorsOf(wrong).find(({ field }) => field === 'vus')?.message).toBe('"0" is too little; at least 1.');
  });

  it('keeps the subject of a sentence that needs one', () => {
    const [error] = errorsOf({ ...URL_GIVEN, warmup: '1m', duration: '10s' });
    expect(error?.field).toBe('warmup');
    expect(error?.message).toMatch(/^--warmup of 60 s leaves nothing to measure of 10 s/);
  });

  it('asks for a target, also as a scenario', () => {
    expect(fieldsOf({})).toEqual(['url']);
    expect(fieldsOf({ url: 'ftp://x/' })).toEqual(['url']);
    expect(fieldsOf({ url: 'gone.json' })).toEqual(['url']);
  });

  it.each(['bodyFile', 'data', 'cacert', 'cert', 'key', 'out', 'ui', 'proxy', 'nonsense', '__proto__'])(
    'takes no %s: it is not for a form',
    (name) => {
      const settings = JSON.parse(JSON.stringify({ ...URL_GIVEN }).replace('}', `,"${name}":"/etc/passwd"}`)) as never;
      expect(readForm('run', settings, {}, WORLD).plan).toBeNull();
      expect(fieldsOf(settings)).toEqual([name]);
    },
  );
});

it('shows a test’s settings as they can be given again, but for secrets', () => {
  const { plan } = readForm('run', { ...URL_GIVEN, body: '{"x":[1]}' }, {}, WORLD);
  if (plan === null) throw new Error('no plan');
  const settings = { url: 'http://x/', vus: 4, slos: ['p95<1s', 'errors<1%'], bodyFile: 'x.json', out: 'here' };
  const headers = [
    ['X-Model', 'v2'],
    ['Authorization', 'Bearer secret'],
  ] as const;
  expect(formTexts({ settings, headers }, plan)).toEqual({
    ...{ url: 'http://x/', vus: '4', slos: 'p95<1s\nerrors<1%' },
    ...{ headers: 'X-Model: v2', body: '{"x":[1]}' },
  });
});
