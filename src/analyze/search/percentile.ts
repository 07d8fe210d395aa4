/** Percentiles and means of a level with their intervals, over batches that depend on each other. */
import { bears } from '../../core/sample-size.ts';
import type { Batch, Interval } from '../../stats/confidence.ts';
import { studentQuantile } from '../../stats/distributions.ts';
import { countUpTo, Histogram } from '../../stats/histogram.ts';
import { autocorrelation } from '../../stats/trend.ts';
import { quantileWithFailures } from '../latency.ts';

/** A statistic of the response time over a level's batches; µs. */
export interface BatchedEstimate {
  /** Infinity where it falls among the failed requests; NaN of nothing. */
  readonly value: number;
  /** 95 %; null where the sample bears none. */
  readonly interval: Interval | null;
  /** Standard error of the value's logarithm; null where unknown. */
  readonly scatter: number | null;
  /** Autocorrelation of neighbouring batches, for what it inflated the interval. */
  readonly lag1: number;
  /** What the sample is worth in independent requests; null where unknown. */
  readonly effective: number | null;
}

const FEWEST_BATCHES = 5;
/** Beyond this the inflation would only be a guess. */
const MOST_LAG1 = 0.8;
const NOTHING: BatchedEstimate = { value: Number.NaN, interval: null, scatter: null, lag1: 0, effective: null };

/**
 * The p-quantile with its interval by inversion over batches, as `stats/confidence.batchInterval` has it, but with the
 * standard error inflated by √((1+r)/(1−r)), r = the batches' autocorrelation at lag 1 (less its bias of −1/m): near
 * saturation the busy periods are longer than a batch, and the plain interval covers the truth too rarely. Batches that
 * hang together are worth fewer degrees of freedom, too; and no sample of a queue is worth more than an independent one.
 * @param p 0..1.
 */
export function percentileOf(p: number, batches: readonly Batch[]): BatchedEstimate {
  const filled = batches.filter((batch) => sizeOf(batch) > 0);
  const total = filled.reduce((sum, batch) => sum + sizeOf(batch), 0);
  if (total === 0) return NOTHING;
  const times = Histogram.of(...filled.map((batch) => batch.times));
  const value = quantileWithFailures(times, total - times.count, p);
  const m = filled.length;
  if (m < FEWEST_BATCHES || !bears(p, total)) return { ...NOTHING, value };
  const below = filled.map((batch) => (Number.isFinite(value) ? countUpTo(batch.times, value) : batch.times.count));
  const share = below.reduce((sum, n) => sum + n, 0) / total;
  const deviations = filled.map((batch, k) => (below[k] as number) - share * sizeOf(batch));
  const lag1 = lagOf(deviations);
  const squares = deviations.reduce((sum, deviation) => sum + deviation ** 2, 0);
  const scattered = (Math.sqrt((squares * m) / (m - 1)) / total) * inflation(lag1);
  const error = Math.max(scattered, Math.sqrt((p * (1 - p)) / total));
  const t = studentQuantile(0.975, freedomOf(m, lag1));
  const low = quantileWithFailures(times, total - times.count, Math.max(0.5 / total, p - t * error));
  const open = p + t * error >= 1 - 1 / total;
  const high = open ? Number.POSITIVE_INFINITY : quantileWithFailures(times, total - times.count, p + t * error);
  return {
    value,
    interval: Number.isFinite(low) ? [low, Number.isFinite(high) ? high : null] : null,
    scatter: scatterOf(value, low, high, t),
    lag1,
    effective: error > 0 ? Math.min(total, (p * (1 - p)) / error ** 2) : total,
  };
}

/** The mean of the response time, with its interval by batch means, likewise. Infinite with any failure. */
export function meanOf(batches: readonly Batch[]): BatchedEstimate {
  const filled = batches.filter((batch) => sizeOf(batch) > 0);
  const total = filled.reduce((sum, batch) => sum + sizeOf(batch), 0);
  if (total === 0) return NOTHING;
  if (filled.some((batch) => batch.infinite > 0)) return { ...NOTHING, value: Number.POSITIVE_INFINITY };
  const value = filled.reduce((sum, batch) => sum + batch.times.sum, 0) / total;
  const m = filled.length;
  if (m < FEWEST_BATCHES) return { ...NOTHING, value };
  const deviations = filled.map((batch) => batch.times.sum - value * sizeOf(batch));
  const lag1 = lagOf(deviations);
  const squares = deviations.reduce((sum, deviation) => sum + deviation ** 2, 0);
  const error = (Math.sqrt((squares * m) / (m - 1)) / total) * inflation(lag1);
  const t = studentQuantile(0.975, freedomOf(m, lag1));
  const interval: Interval = [Math.max(0, value - t * error), value + t * error];
  return { value, interval, scatter: error / value, lag1, effective: null };
}

const sizeOf = (batch: Batch): number => batch.times.count + batch.infinite;

const lagOf = (deviations: readonly number[]): number => autocorrelation(deviations) + 1 / deviations.length;

function inflation(lag1: number): number {
  const r = Math.min(MOST_LAG1, Math.max(0, lag1));
  return Math.sqrt((1 + r) / (1 - r));
}

/** Degrees of freedom of m batches that are correlated like that. */
function freedomOf(m: number, lag1: number): number {
  const r = Math.min(MOST_LAG1, Math.max(0, lag1));
  return Math.max(FEWEST_BATCHES - 1, (m * (1 - r)) / (1 + r) - 1);
}

/** From the interval's ends, on a logarithmic scale; from the lower half alone where the upper is open. */
function scatterOf(value: number, low: number, high: number, t: number): number | null {
  if (!Number.isFinite(value) || !(low > 0)) return null;
  if (Number.isFinite(high)) return Math.log(high / low) / (2 * t);
  return Math.log(value / low) / t;
}
