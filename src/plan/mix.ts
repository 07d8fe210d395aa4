/**
 * Several requests, and flows of them, as a scenario file has them. What a request says of itself lies over what the file
 * says of all.
 */
import * as z from 'zod';
import { RampartError } from '../core/errors.ts';
import { OWN_TAGS } from '../core/flow.ts';
import type { Settings } from '../settings/table.ts';
import { FORM_FIELDS } from './form-fields.ts';
import type { Origin, RawSettings, WrittenFlow, WrittenMix, WrittenPath, WrittenRequest } from './raw-settings.ts';
import { LOAD_OF_FLOW, PER_REQUEST } from './request-settings.ts';
import { innermost, settingsSchema } from './schema.ts';
import { didYouMean } from './suggest.ts';
import {
  DEEPEST_STEPS,
  kindOfStep,
  nameSchema,
  STEP_KINDS,
  several,
  stepSchema,
  tooDeep,
  weightSchema,
  writtenStep,
} from './written-steps.ts';

const isOwnTag = (key: string): boolean => (OWN_TAGS as readonly string[]).includes(key);

/** Both stand between braces in thresholds, with an equals sign between them. */
const tagText = /^[^\p{Cc}{}=,"]{1,50}$/u;
const tagValue = z
  .union([z.string(), z.number(), z.boolean()], { error: 'must be text' })
  .refine((value) => tagText.test(String(value)), { error: 'has up to 50 characters, none of { } = , and "' });

export const requestSchema = z.strictObject(
  {
    name: nameSchema
      .optional()
      .describe('What tables call it, and steps and thresholds; by default its method and path'),
    weight: weightSchema('How often it is sent, beside the weights of the others (default 1)'),
    path: z
      .string({ error: 'must be text' })
      .optional()
      .describe('Path and query at the host of url, as in /v1/chat; without it the path of url'),
    target: z
      .string({ error: 'must be the name of a target' })
      .optional()
      .describe('The one of several targets that it goes to; by default to each as often as that weighs'),
    tags: z
      .record(z.string(), tagValue, { error: 'must be an object of texts by name' })
      .refine((tags) => !Object.keys(tags).some(isOwnTag), {
        error: `have one of the tags that every plan has by itself: ${OWN_TAGS.join(', ')}`,
      })
      .refine((tags) => Object.keys(tags).every((key) => tagText.test(key) && key === key.trim()), {
        error: 'have a name with more than 50 characters, or one of { } = , and "',
      })
      .optional()
      .describe('What it is told together with, as p95{kind=batch}<2s is: {"kind": "batch"}'),
    capture: z
      .record(z.string(), z.string({ error: 'must be text' }), { error: 'must be an object of texts by name' })
      .optional()
      .describe(
        'Values of the response for later steps, as {{captured.NAME}}: {"token": "$.access_token"}, "header X-Id", "regexp id=(\\d+)", "status" or "answer"',
      ),
    ...FORM_FIELDS,
    ...settingsSchema.pick(
      Object.fromEntries([...PER_REQUEST, 'thresholds'].map((setting) => [setting, true])) as never,
    ).shape,
  },
  { error: 'must be an object that describes a request' },
);

const LOAD_FIELDS: readonly string[] = [...LOAD_OF_FLOW, 'iterations'];

const loadOfFlowSchema = z.strictObject(
  {
    ...settingsSchema.pick(Object.fromEntries(LOAD_OF_FLOW.map((setting) => [setting, true])) as never).shape,
    iterations: (settingsSchema.shape['requests'] as z.ZodType)
      .optional()
      .describe('So many passes through the flow at most'),
  },
  { error: 'must be an object like {"vus": 10} or {"rate": "5/s"}' },
);

export const flowSchema = z.strictObject(
  {
    name: nameSchema.describe('What it is called'),
    weight: weightSchema('How often it is begun, beside the weights of the others (default 1)'),
    load: loadOfFlowSchema
      .optional()
      .describe('A load of its own, beside that of the file: {"vus": 10, "pacing": "5s"} or {"rate": "5/s"}'),
    steps: several(stepSchema, 'steps').describe('Names of requests, {"pause": "1s-3s"} between them, and the like'),
  },
  { error: 'must be an object with a name and steps' },
);

export const requestsSchema = several(requestSchema, 'requests');
export const flowsSchema = several(flowSchema, 'flows');

/** What reading a file gives for it. */
export interface MixFile {
  /** The values of `requests` and `flows` as they stand in the file. */
  readonly requests: unknown;
  readonly flows: unknown;
  /** A place in it, for an error. */
  readonly originAt: (path: WrittenPath) => Origin;
  /** The settings of a request, where `raw` has its own. */
  readonly give: (raw: Settings, index: number) => RawSettings;
  /** Those of a flow's own load. */
  readonly giveLoad: (raw: Settings, flow: number) => RawSettings;
}

/** Reads parts of a scenario file by their schemas. What is wrong is refused with its place. */
export interface PartReader {
  /** @throws RampartError */
  refuse(path: WrittenPath, problem: string, hint?: string): never;
  /** @param known names of fields, for a mistyped one. @throws RampartError */
  parse<Value>(schema: z.ZodType<Value>, raw: unknown, root: WrittenPath, known: readonly string[]): Value;
}

/** @param at a place in the file. */
export function readerOfParts(at: (path: WrittenPath) => Origin): PartReader {
  const refuse = (path: WrittenPath, problem: string, hint = ''): never => {
    const { code, label } = at(path);
    throw new RampartError(code, `${label} ${problem}`, hint);
  };
  const parse = <Value>(schema: z.ZodType<Value>, raw: unknown, root: WrittenPath, known: readonly string[]): Value => {
    const parsed = schema.safeParse(raw);
    if (parsed.success) return parsed.data;
    // A mistyped field tells why another is missing.
    const { issues } = parsed.error;
    const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
    if (issue === undefined) return refuse(root, 'is not allowed');
    const within = issue.path as WrittenPath;
    const path = [...root, ...within];
    if (issue.code === 'unrecognized_keys') {
      const [key = ''] = issue.keys;
      return refuse(
        [...path, key],
        'is not known here',
        didYouMean(key, within.at(-1) === 'load' ? LOAD_FIELDS : known),
      );
    }
    if (issue.code === 'invalid_union' && root[0] === 'flows') {
      // Of a step: what is wrong with it is said by the kind that it is meant to be.
      const step = within.reduce<unknown>((value, part) => (value as Record<string, unknown>)[part], raw);
      const kind = kindOfStep(step);
      if (kind !== null) parse(kind.schema, step, path, kind.fields);
      const meant = typeof step === 'object' && step !== null ? Object.keys(step)[0] : undefined;
      return refuse(path, issue.message, meant === undefined ? '' : didYouMean(meant, STEP_KINDS));
    }
    const inside = innermost(issue);
    return refuse([...root, ...(inside.path as WrittenPath)], inside.message);
  };
  return { refuse, parse };
}

/** @throws RampartError 'bad-scenario' with the place of what is wrong. */
export function readMix({ requests, flows, originAt: at, give, giveLoad }: MixFile): WrittenMix {
  const originAt = (...path: WrittenPath): Origin => at(path);
  const { refuse, parse }: PartReader = readerOfParts(at);
  if (!Array.isArray(requests))
    return refuse(['flows'], 'need a list of requests', 'Write "requests": [{"name": "home", "path": "/"}].');
  const known = Object.keys(requestSchema.shape);
  const writtenRequests = parse(requestsSchema, requests, ['requests'], known).map(
    ({ name, weight, path, target, tags = {}, capture = {}, ...settings }, index): WrittenRequest => {
      const { thresholds = [], ...own } = settings as Settings;
      const originOf = (field: string, key?: string | number): Origin =>
        originAt('requests', index, field, ...(key === undefined ? [] : [key]));
      return {
        ...{ name, weight, path, target, capture, originOf },
        tags: Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, String(value).trim()])),
        thresholds: typeof thresholds === 'string' ? [thresholds] : thresholds,
        own,
        given: give(own, index),
      };
    },
  );
  for (const [index, flow] of (Array.isArray(flows) ? flows : []).entries()) {
    const deep = tooDeep((flow as Record<string, unknown> | null)?.['steps'], ['flows', index, 'steps']);
    if (deep !== null) refuse(deep, `lies within more than ${DEEPEST_STEPS} other lists of steps`);
  }
  const writtenFlows = flows === undefined ? null : parse(flowsSchema, flows, ['flows'], Object.keys(flowSchema.shape));
  return {
    requests: writtenRequests,
    flows:
      writtenFlows?.map(
        ({ name, weight, load, steps }, index): WrittenFlow => ({
          ...{ name, weight },
          load: load === undefined ? null : giveLoad(asSettings(load), index),
          steps: steps.map(writtenStep),
          originOf: (field, ...within) => originAt('flows', index, field, ...within),
        }),
      ) ?? null,
    originOf: (field) => originAt(field),
  };
}

/** Passes are counted as requests are. */
function asSettings({ iterations, ...load }: z.infer<typeof loadOfFlowSchema>): Settings {
  return { ...load, ...(iterations === undefined ? {} : { requests: iterations }) } as Settings;
}
