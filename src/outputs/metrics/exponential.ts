/** Exponential histograms, as OpenTelemetry and Prometheus have them, made of ours. */
import type { HistogramData } from '../../core/snapshot.ts';
import { highestOf, lowestOf } from '../../stats/histogram.ts';

/**
 * A histogram in buckets whose bounds grow by one factor, 2^(2^−scale): of OpenTelemetry's exponential histograms and of Prometheus'
 * native ones. Bucket i holds what is above factor^i seconds, up to factor^(i+1).
 */
export interface ExponentialHistogram {
  readonly scale: number;
  readonly zeros: number;
  /** Of the first bucket. */
  readonly offset: number;
  readonly counts: readonly number[];
}

/** The finest that Prometheus knows; finer than the values themselves are known. */
const FINEST = 8;
const COARSEST = -4;
/** What OpenTelemetry's own libraries hold themselves to. */
const MOST_BUCKETS = 160;

/** @returns the finest one of at most 160 buckets. A value counts where the middle of its own bucket lies, to within 0.05 %. */
export function exponentialOf({ count, buckets }: HistogramData): ExponentialHistogram {
  const values: { readonly log: number; readonly count: number }[] = [];
  let zeros = 0;
  for (let i = 0, bucket = 0; i < buckets.length; i += 2) {
    bucket += buckets[i] as number;
    const middle = (lowestOf(bucket) + highestOf(bucket)) / 2;
    if (middle === 0) zeros += buckets[i + 1] as number;
    else values.push({ log: Math.log2(middle / 1e6), count: buckets[i + 1] as number });
  }
  const [first, last] = [values[0], values.at(-1)];
  if (count === 0 || first === undefined || last === undefined) return { scale: FINEST, zeros, offset: 0, counts: [] };
  let scale = FINEST;
  while (scale > COARSEST && indexOf(last.log, scale) - indexOf(first.log, scale) >= MOST_BUCKETS) scale--;
  const offset = indexOf(first.log, scale);
  const counts = new Array<number>(indexOf(last.log, scale) - offset + 1).fill(0);
  for (const { log, count: n } of values) {
    const at = indexOf(log, scale) - offset;
    counts[at] = (counts[at] ?? 0) + n;
  }
  return { scale, zeros, offset, counts };
}

/** Bounds belong to the bucket below them. */
const indexOf = (log: number, scale: number): number => Math.ceil(log * 2 ** scale) - 1;
