/**
 * A doubt: response times rose or fell while the load stayed the same, so a longer run would have other percentiles.
 */
import type { LoadProfile } from '../core/plan.ts';
import type { Batch } from '../stats/confidence.ts';
import { Histogram } from '../stats/histogram.ts';
import { type Trend, trendOf } from '../stats/trend.ts';
import type { Intervals } from './batches.ts';
import { constantStretches } from './stretches.ts';

/**
 * Response times drift where Mann and Kendall's z is beyond 1 % of chance and the median changes by this share of it.
 */
export const DRIFT = { z: 2.576, change: 0.05 } as const;

/** A batch with fewer responses has no median worth speaking of. */
const FEWEST = 10;

/** The trend of the batches' median response times on a logarithmic scale; null: there is none to speak of. */
export function driftOf(batches: readonly Batch[]): Trend | null {
  const trend = trendOf(mediansOf(batches).map(Math.log));
  return trend === null || Math.abs(trend.z) < DRIFT.z || Math.abs(trend.change) < DRIFT.change ? null : trend;
}

/** Medians of the batches that hold enough requests, µs. */
function mediansOf(batches: readonly Batch[]): number[] {
  return batches
    .filter(({ times }) => times.count >= FEWEST)
    .map(({ times }) => Math.max(1, Histogram.of(times).quantile(0.5)));
}

/** Response times that rise or fall while the load stays the same. */
export interface Drift extends Trend {
  /** Medians of about the first and the last tenth of it, ms. */
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * The drift of a run in its longest stretch of constant load.
 * @param seconds the run's length so far. @param interval of its timeline, µs.
 * @param batchesWithin of its response times.
 */
export function runDrift(
  load: LoadProfile,
  since: number,
  { seconds, interval }: { readonly seconds: number; readonly interval: number },
  batchesWithin: (part: Intervals) => Batch[],
): Drift | null {
  const stretches = constantStretches(load, since).map(({ from, to }) => ({ from, to: Math.min(to, seconds * 1e6) }));
  const [longest] = stretches.sort((a, b) => b.to - b.from - (a.to - a.from));
  if (longest === undefined) return null;
  const first = Math.ceil(longest.from / interval);
  const batches = batchesWithin({ first, last: Math.floor(longest.to / interval) - 1 });
  const trend = driftOf(batches);
  if (trend === null) return null;
  const medians = mediansOf(batches);
  const tenth = Math.max(1, Math.round(medians.length / 10));
  const middle = (some: readonly number[]): number => some.reduce((sum, one) => sum + one, 0) / some.length / 1e3;
  return { ...trend, fromMs: middle(medians.slice(0, tenth)), toMs: middle(medians.slice(-tenth)) };
}
