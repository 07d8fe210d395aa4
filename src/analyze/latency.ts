/**
 * From a histogram to the summary that results hold: percentiles in ms where the sample bears them, with their
 * intervals.
 */
import { type LatencySummary, PERCENTILES, type PercentileName } from '../core/latencies.ts';
import { bears } from '../core/sample-size.ts';
import type { Interval } from '../stats/confidence.ts';
import type { Histogram } from '../stats/histogram.ts';

/** Gives the 95 % interval of percentile p (0..1), or null. */
export type IntervalOf = (p: number) => Interval | null;

/** µs -> ms, to the resolution of the clock: three decimals. */
export const inMs = (micros: number): number => Math.round(micros) / 1000;

/** `p99.9` -> 0.999. */
export const shareOf = (name: PercentileName): number => Number(name.slice(1)) / 100;

/** The p-quantile in µs when `infinite` further requests are infinitely slow; Infinity among those, NaN of nothing. */
export function quantileWithFailures(times: Histogram, infinite: number, p: number): number {
  const n = times.count + infinite;
  if (n === 0) return Number.NaN;
  const rank = Math.ceil(p * n - 1e-9);
  return rank > times.count ? Number.POSITIVE_INFINITY : times.atRank(rank);
}

/**
 * What `result.json` says of one histogram, in ms. A percentile is null where the sample is too small to bear it (see
 * `stats/confidence`) or where it falls among the `infinite` failed requests; so are mean and max with any failure.
 */
export function summarize(times: Histogram, infinite: number, intervalOf: IntervalOf | null): LatencySummary {
  const count = times.count + infinite;
  const finite = (value: number): number | null => (Number.isFinite(value) ? inMs(value) : null);
  const percentiles = {} as Record<PercentileName, number | null>;
  const ci95: { [P in PercentileName]?: readonly [number, number | null] } = {};
  for (const name of PERCENTILES) {
    const p = shareOf(name);
    if (!bears(p, count)) {
      percentiles[name] = null;
      continue;
    }
    percentiles[name] = finite(quantileWithFailures(times, infinite, p));
    const interval = intervalOf?.(p);
    if (interval) ci95[name] = [inMs(interval[0]), interval[1] === null ? null : inMs(interval[1])];
  }
  const empty = times.count === 0;
  return {
    count,
    min: empty ? null : inMs(times.min),
    mean: infinite > 0 ? null : finite(times.mean),
    ...percentiles,
    max: empty || infinite > 0 ? null : inMs(times.max),
    ...(Object.keys(ci95).length > 0 ? { ci95 } : {}),
  };
}
