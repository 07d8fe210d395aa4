import { RampartError } from '../../core/errors.ts';
import type { Threshold } from '../../core/plan.ts';
import type { StreamMetric } from '../../core/streamed.ts';
import { formatLimit, metricName } from '../wording.ts';

/** An SLO that can be searched for: it holds at low load and breaks at a higher one. */
export interface Criterion {
  /** As written. */
  readonly slo: string;
  readonly kind: 'latency' | 'errors';
  /** The request that it looks at; absent: all. */
  readonly request?: string;
  /** The time of streams that it looks at; absent: the response time. */
  readonly of?: StreamMetric;
  /** The percentile, 0..1; null: the mean (latency) or the share (errors). */
  readonly p: number | null;
  /** µs, or a share. */
  readonly limit: number;
}

/** Where nothing was asked for: ten times what an idle target takes, but no less than a person notices. */
const ASSUMED = { percentile: 95, timesIdleMedian: 10, leastMicros: 100_000, errors: 0.01 };

/** @throws RampartError `bad-flag` for an SLO that growing load cannot break. */
export function criteriaOf(slos: readonly Threshold[]): Criterion[] {
  for (const slo of slos) refuse(slo);
  return slos.map(({ text, metric, limit, scope }) => ({
    slo: text,
    ...(scope === undefined ? {} : { request: scope.name }),
    ...('of' in metric && metric.of !== undefined ? { of: metric.of } : {}),
    kind: metric.kind === 'errors' ? 'errors' : 'latency',
    p: metric.kind === 'percentile' ? metric.p / 100 : null,
    limit,
  }));
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
