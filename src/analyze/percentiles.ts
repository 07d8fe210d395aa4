/** How a percentile is said wherever one is shown: its value, its interval, or why there is none. */

import { type Latencies, type LatencySummary, PERCENTILES, type PercentileName } from '../core/latencies.ts';
import type { Threshold } from '../core/plan.ts';
import { bears, samplesFor } from '../core/sample-size.ts';
import { shareOf } from './latency.ts';
import { formatRange, formatTime } from './wording.ts';

/** A percentile as it is shown, ms. */
export interface Percentile {
  /** Infinity where it falls among the failures. */
  readonly value: number;
  /** 95 %; an open upper end is null. Null where no interval can be given. */
  readonly interval: readonly [low: number, high: number | null] | null;
}

/** Null where the sample cannot bear it. */
export function percentileIn(summary: LatencySummary, name: PercentileName): Percentile | null {
  const value = summary[name] ?? (bears(shareOf(name), summary.count) ? Number.POSITIVE_INFINITY : null);
  return value === null ? null : { value, interval: summary.ci95?.[name] ?? null };
}

/** `198 ms (164 to 231)`, `∞ (2.10 s or more)`; null where the sample cannot bear it. */
export function percentileText(summary: LatencySummary, name: PercentileName): string | null {
  const percentile = percentileIn(summary, name);
  if (percentile === null) return null;
  const { value, interval } = percentile;
  return interval === null ? formatTime(value) : `${formatTime(value)} (${formatRange(interval, value)})`;
}

/** Whether any percentile that is shown is another, to its last digit, when failures count. */
export function successesDiffer({
  response,
  responseWithFailures,
}: Pick<Latencies, 'response' | 'responseWithFailures'>) {
  return PERCENTILES.some((name) => {
    const [own, callers] = [response, responseWithFailures].map((summary) => percentileIn(summary, name));
    return own != null && callers != null && formatTime(own.value) !== formatTime(callers.value);
  });
}

/** How many samples a threshold needs that the run does not have; null where it has enough. */
export function samplesMissing({ metric }: Threshold, samples: number): number | null {
  if (metric.kind !== 'percentile' || metric.of !== undefined) return null;
  const p = metric.p / 100;
  return bears(p, samples) ? null : samplesFor(p);
}
