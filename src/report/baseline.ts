/** Reads and writes the file of a baseline. */
import * as z from 'zod';
import type { MetricName, RunFigures } from '../core/comparison.ts';
import { RampartError } from '../core/errors.ts';
import { inertJson } from './html/escape.ts';

/** Runs that later ones are held against: so small that it can be kept in a repository. */
export interface Baseline {
  readonly format: 1;
  readonly tool: { readonly name: 'rampart'; readonly version: string };
  readonly name: string;
  readonly savedAt: string;
  readonly runs: readonly RunFigures[];
}

const value = z.number().nonnegative().nullable();
const figures = z.strictObject({
  id: z.string(),
  startedAt: z.iso.datetime(),
  host: z.strictObject({
    os: z.string(),
    cpu: z.string(),
    cores: z.int().positive(),
    memoryBytes: z.int().nonnegative(),
    node: z.string(),
  }),
  leftOut: z.string().optional(),
  kind: z.enum(['run', 'find', 'probe']),
  unit: z.enum(['req/s', 'flows/s', 'vus']).optional(),
  capacityUnit: z.literal('flows/s').optional(),
  requests: z.int().nonnegative(),
  values: z.strictObject({
    p50: value,
    p95: value,
    p99: value,
    throughput: value,
    errors: value,
    'breaking point': value,
    capacity: value,
  } satisfies Record<MetricName, typeof value>),
  plan: z.record(z.string().max(100), z.string().max(100)),
});
const schema = z.strictObject({
  format: z.literal(1),
  tool: z.strictObject({ name: z.literal('rampart'), version: z.string() }),
  name: z.string(),
  savedAt: z.iso.datetime(),
  runs: z.array(figures).min(1).max(1_000),
});

export const toBaselineJson = (baseline: Baseline): string => inertJson(`${JSON.stringify(baseline, null, 2)}\n`);

/** @throws {RampartError} bad-file, with the file and what is wrong in it. */
export function parseBaseline(text: string, path: string): Baseline {
  const refuse = (reason: string, hint = 'Save it again: rampart baseline save NAME RUN…'): never => {
    throw new RampartError('bad-file', `${path}: ${reason}`, hint);
  };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return refuse('this is no baseline: it is not JSON');
  }
  const format = (json as { format?: unknown } | null)?.format;
  if (typeof format === 'number' && format > 1)
    return refuse(`a baseline of format ${format}, and this version reads format 1`, 'Use the version that saved it.');
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data as Baseline;
  const [issue] = parsed.error.issues;
  return refuse(`this is no baseline: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}
