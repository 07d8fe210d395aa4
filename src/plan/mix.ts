import * as z from 'zod';
import { RampartError } from '../core/errors.ts';
import type { SettingName, Settings } from '../settings/table.ts';
import type { Origin, RawSettings, WrittenFlow, WrittenMix, WrittenRequest, WrittenStep } from './raw-settings.ts';
import { settingsSchema } from './schema.ts';
import { didYouMean } from './suggest.ts';

/*
 * Several requests, and flows of them, as a scenario file has them. What a request says of itself lies over what the file
 * says of all.
 */

/** Settings that each of several requests may have of its own. */
const REQUEST_SETTINGS = [
  'method',
  'headers',
  'user',
  'body',
  'bodyFile',
  'expectStatus',
  'expectHeaders',
  'expectBody',
  'expectContains',
  'expectJson',
  'expectField',
  'timeout',
] as const satisfies readonly SettingName[];

const MOST = 1_000;
const MOST_WEIGHT = 10_000;

const name = z
  .string({ error: 'must be text' })
  .min(1, { error: 'is empty' })
  .max(100, { error: 'is longer than 100 characters' })
  .regex(/^[^\p{Cc}]*$/u, { error: 'has a line break or another control character' })
  .trim();
const weight = (description: string) =>
  z
    .number({ error: 'must be a number' })
    .min(0, { error: 'is negative' })
    .max(MOST_WEIGHT, { error: 'is too much; at most 10000' })
    .refine((value) => Math.abs(value * 1e3 - Math.round(value * 1e3)) < 1e-6, {
      error: 'has more than three digits behind the point',
    })
    .optional()
    .describe(description);

export const requestSchema = z.strictObject(
  {
    name: name.optional().describe('What tables call it, and steps and thresholds; by default its method and path'),
    weight: weight('How often it is sent, beside the weights of the others (default 1)'),
    path: z
      .string({ error: 'must be text' })
      .optional()
      .describe('Path and query at the host of url, as in /v1/chat; without it the path of url'),
    capture: z
      .record(z.string(), z.string({ error: 'must be text' }), { error: 'must be an object of texts by name' })
      .optional()
      .describe(
        'Values of the response for later steps, as {{captured.NAME}}: {"token": "$.access_token"}, "header X-Id", "regexp id=(\\d+)" or "status"',
      ),
    ...settingsSchema.pick(
      Object.fromEntries([...REQUEST_SETTINGS, 'thresholds'].map((setting) => [setting, true])) as never,
    ).shape,
  },
  { error: 'must be an object that describes a request' },
);

const stepSchema = z.union(
  [z.string(), z.strictObject({ request: z.string() }), z.strictObject({ pause: z.union([z.string(), z.number()]) })],
  { error: 'must be the name of a request, {"request": "name"} or {"pause": "1s-3s"}' },
);

export const flowSchema = z.strictObject(
  {
    name: name.describe('What it is called'),
    weight: weight('How often it is begun, beside the weights of the others (default 1)'),
    steps: z
      .array(stepSchema, { error: 'must be a list of steps' })
      .min(1, { error: 'is empty' })
      .max(MOST, { error: 'has too many steps; at most 1000' })
      .describe('Names of requests, and {"pause": "1s-3s"} between them, in turn'),
  },
  { error: 'must be an object with a name and steps' },
);

const several = <Part extends z.ZodType>(part: Part, what: string) =>
  z
    .array(part, { error: `must be a list of ${what}` })
    .min(1, { error: 'is empty' })
    .max(MOST, { error: `has too many ${what}; at most 1000` });

type Path = readonly (string | number)[];

/** What reading a file gives for it. */
export interface MixFile {
  /** The values of `requests` and `flows` as they stand in the file. */
  readonly requests: unknown;
  readonly flows: unknown;
  /** What to call a place in it, in an error. */
  readonly placeOf: (path: Path) => string;
  /** The settings of a request, where `raw` has its own. */
  readonly give: (raw: Settings, index: number, originOf: (field: string) => Origin) => RawSettings;
}

/** @throws RampartError 'bad-scenario' with the place of what is wrong. */
export function readMix({ requests, flows, placeOf, give }: MixFile): WrittenMix {
  const originAt = (...path: Path): Origin => ({ layer: 'scenario', label: placeOf(path), code: 'bad-scenario' });
  const refuse = (path: Path, problem: string, hint = ''): never => {
    throw new RampartError('bad-scenario', `${placeOf(path)} ${problem}`, hint);
  };
  const parse = <Value>(schema: z.ZodType<Value>, raw: unknown, root: string, known: readonly string[]): Value => {
    const parsed = schema.safeParse(raw);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const path = [root, ...((issue?.path ?? []) as Path)];
    if (issue?.code === 'unrecognized_keys') {
      const [key = ''] = issue.keys;
      return refuse([...path, key], 'is not known here', didYouMean(key, known));
    }
    return refuse(path, issue?.message ?? 'is not allowed');
  };
  if (!Array.isArray(requests))
    return refuse(['flows'], 'need a list of requests', 'Write "requests": [{"name": "home", "path": "/"}].');
  const known = Object.keys(requestSchema.shape);
  const writtenRequests = parse(several(requestSchema, 'requests'), requests, 'requests', known).map(
    ({ name, weight, path, capture = {}, ...settings }, index): WrittenRequest => {
      const { thresholds = [], ...own } = settings as Settings;
      const originOf = (field: string, key?: string): Origin =>
        originAt('requests', index, field, ...(key === undefined ? [] : [key]));
      return {
        ...{ name, weight, path, capture, originOf },
        thresholds: typeof thresholds === 'string' ? [thresholds] : thresholds,
        own,
        given: give(own, index, originOf),
      };
    },
  );
  const writtenFlows =
    flows === undefined ? null : parse(several(flowSchema, 'flows'), flows, 'flows', Object.keys(flowSchema.shape));
  return {
    requests: writtenRequests,
    flows:
      writtenFlows?.map(
        ({ name, weight = 1, steps }, index): WrittenFlow => ({
          ...{ name, weight },
          steps: steps.map((step): WrittenStep => {
            if (typeof step === 'string') return { request: step };
            return 'request' in step ? step : { pause: String(step.pause) };
          }),
          originOf: (field, step) => originAt('flows', index, field, ...(step === undefined ? [] : [step])),
        }),
      ) ?? null,
    originOf: (field) => originAt(field),
  };
}
