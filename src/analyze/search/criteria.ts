/** SLOs as criteria of a search: which can be searched for, and what is assumed where none is given. */
import { RampartError } from '../../core/errors.ts';
import type { RequestLimit } from '../../core/goodput.ts';
import type { Scope, Threshold } from '../../core/plan.ts';
import type { StreamMetric } from '../../core/streamed.ts';
import { formatLimit, metricName } from '../wording.ts';

/** An SLO that can be searched for: it holds at low load and breaks at a higher one. */
export interface Criterion {
  /** As written. */
  readonly slo: string;
  readonly kind: 'latency' | 'errors' | 'goodput';
  /** The request, group or flow that it looks at; absent: all requests. */
  readonly scope?: Scope;
  /** The time of streams that it looks at; absent: the response time. */
  readonly of?: StreamMetric;
  /** The percentile, 0..1, or the share of requests that must be good; null: the mean (latency) or the share (errors). */
  readonly p: number | null;
  /** µs, or a share. */
  readonly limit: number;
  /** Of goodput: the shortest and the longest time that a request is limited to, µs. */
  readonly times?: { readonly least: number; readonly most: number };
}

/** The times that criteria limit, s: the longest of each. */
export const timesLimited = (criteria: readonly Criterion[]): number[] =>
  criteria.flatMap(({ kind, limit, times }) =>
    kind === 'latency' ? limit / 1e6 : times === undefined ? [] : times.most / 1e6,
  );

/** Where nothing was asked for: ten times what an idle target takes, but no less than a person notices. */
const ASSUMED = { percentile: 95, timesIdleMedian: 10, leastMicros: 100_000, errors: 0.01 };

/** @param limits of each request, where goodput is among the SLOs. @throws RampartError `bad-flag` for an SLO that growing load cannot break. */
export function criteriaOf(slos: readonly Threshold[], limits: readonly RequestLimit[] = []): Criterion[] {
  for (const slo of slos) refuse(slo);
  return slos.map(({ text, metric, limit, scope }): Criterion => {
    const slo = { slo: text, ...(scope === undefined ? {} : { scope }) };
    if (metric.kind === 'goodput') return { ...slo, kind: 'goodput', p: limit, limit, ...timesOf(limits) };
    return {
      ...slo,
      ...('of' in metric && metric.of !== undefined ? { of: metric.of } : {}),
      kind: metric.kind === 'errors' ? 'errors' : 'latency',
      p: metric.kind === 'percentile' ? metric.p / 100 : null,
      limit,
    };
  });
}

function timesOf(limits: readonly RequestLimit[]): Pick<Criterion, 'times'> {
  const times = limits.map(({ limit }) => limit);
  return times.length === 0 ? {} : { times: { least: Math.min(...times), most: Math.max(...times) } };
}

/**
 * p95 ≤ max(10 × the idle median, 100 ms), and errors below 1 %. Of a target that gave no success no latency is known to
 * take ten times of: errors alone.
 * @param idleMedian µs; not finite: there was no success.
 */
export function assumedCriteria(idleMedian: number): Criterion[] {
  const errors: Criterion = { slo: `errors<${ASSUMED.errors * 100}%`, kind: 'errors', p: null, limit: ASSUMED.errors };
  if (!Number.isFinite(idleMedian)) return [errors];
  const limit = Math.max(ASSUMED.leastMicros, Math.ceil((ASSUMED.timesIdleMedian * idleMedian) / 1000) * 1000);
  const slo = `p${ASSUMED.percentile}<=${formatLimit(limit / 1000, 'ms').replace(' ', '')}`;
  return [{ slo, kind: 'latency', p: ASSUMED.percentile / 100, limit }, errors];
}

function refuse({ text, metric, op, unit, limit }: Threshold): void {
  const bad = (why: string, hint: string): never => {
    throw new RampartError('bad-flag', `--slo: "${text}" ${why}`, hint);
  };
  const name = metricName(metric);
  if (metric.kind === 'goodput') {
    if (unit !== 'share')
      bad('is a rate, which rises and falls again with the load', 'Write the share that must hold, like goodput>95%.');
    if (op !== '>' && op !== '>=') bad('asks for few good requests', 'Write goodput>95%.');
    if (limit <= 0) bad('always holds', 'Write a share above 0, like goodput>95%.');
    if (limit >= 1)
      bad('breaks with a single request, whatever the load', 'Write a share below 100 %, like goodput>99%.');
    return;
  }
  if (op === '>' || op === '>=')
    bad(
      'asks for more as the load grows, not for less',
      `Write a limit from above, like ${name === 'achieved' || name === 'tokens' ? 'p95' : name}<250ms.`,
    );
  if (metric.kind === 'min' || metric.kind === 'max' || metric.kind === 'achieved' || metric.kind === 'tokens')
    bad(
      `looks at ${name}, which has no breaking point that a longer search would not move`,
      'Write p99<…, mean<… or errors<1%.',
    );
  if (metric.kind === 'errors' && unit === 'count')
    bad('counts errors, but a search sends as many requests as it needs', 'Write a share, like errors<1%.');
  if (metric.kind === 'errors' && limit >= 1) bad('always holds', 'Write a share below 100 %, like errors<1%.');
  if (metric.kind !== 'errors' && limit <= 0) bad('can never hold', 'Write a limit above 0, like p95<250ms.');
}
