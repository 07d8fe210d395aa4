/** The histogram of latencies: HdrHistogram's buckets in flat arrays, and quantiles of histograms at rest. */
import { bucketLayout } from '../core/bucket-layout.ts';
import type { HistogramData } from '../core/snapshot.ts';
import type { Micros } from '../core/units.ts';

/** Values below 2048 µs have a bucket each; no bucket is wider than 1/1024 of its values. */
const LAYOUT = bucketLayout(10);
export const { bucketOf, lowestOf, highestOf } = LAYOUT;
const HALF = LAYOUT.half;
const SUB_MASK = 2 * HALF - 1;
/** Highest recordable value, 2³¹ − 1 µs = 35.8 min: indices stay in fast 32-bit arithmetic. */
export const HIGHEST = 2 ** 31 - 1;
/** Room for values below 8 ms at first; it doubles as slower ones come, up to 22 × HALF. */
const FIRST_LENGTH = 4 * HALF;
const NO_COUNTS = new Float64Array();

/** How many are in the bucket of `value` or below. */
export function countUpTo({ buckets }: HistogramData, value: number): number {
  const last = bucketOf(Math.floor(value));
  let index = 0;
  let seen = 0;
  for (let i = 0; i < buckets.length; i += 2) {
    index += buckets[i] as number;
    if (index > last) break;
    seen += buckets[i + 1] as number;
  }
  return seen;
}

/**
 * A latency histogram that records in a few nanoseconds, merges exactly and keeps min, max and sum exact.
 * Counts are exact up to 2⁵³.
 */
export class Histogram {
  count = 0;
  min = 0;
  max = 0;
  /** Sum of the values, µs; exact up to 2⁵³. */
  sum = 0;
  /** Made with the first value: there are many histograms that never have one. */
  #counts = NO_COUNTS;

  /** @param value µs; rounded down to a whole number, below 0 taken as 0, above HIGHEST as HIGHEST. */
  record(value: number, times = 1): void {
    let whole = 0;
    if (value >= 1) whole = value <= HIGHEST ? value | 0 : HIGHEST;
    const shift = 21 - Math.clz32(whole | SUB_MASK);
    const bucket = shift * HALF + (whole >> shift);
    if (bucket >= this.#counts.length) this.#grow(bucket);
    this.#counts[bucket] = (this.#counts[bucket] as number) + times;
    if (this.count === 0 || whole < this.min) this.min = whole;
    if (whole > this.max) this.max = whole;
    this.count += times;
    this.sum += whole * times;
  }

  /** Adds all of another histogram; the order of additions does not matter. */
  add(data: HistogramData): void {
    if (data.count === 0) return;
    const { buckets } = data;
    const last = bucketOf(data.max);
    if (last >= this.#counts.length) this.#grow(last);
    let index = 0;
    for (let i = 0; i < buckets.length; i += 2) {
      index += buckets[i] as number;
      this.#counts[index] = (this.#counts[index] as number) + (buckets[i + 1] as number);
    }
    if (this.count === 0 || data.min < this.min) this.min = data.min;
    if (data.max > this.max) this.max = data.max;
    this.count += data.count;
    this.sum += data.sum;
  }

  reset(): void {
    if (this.count === 0) return;
    this.#counts.fill(0, bucketOf(this.min), bucketOf(this.max) + 1);
    this.count = 0;
    this.min = 0;
    this.max = 0;
    this.sum = 0;
  }

  get mean(): number {
    return this.count === 0 ? Number.NaN : this.sum / this.count;
  }

  /** Variance of the values, µs²; NaN when empty. */
  get variance(): number {
    if (this.count === 0) return Number.NaN;
    let squares = 0;
    this.forEach((lowest, highest, count) => {
      squares += count * ((lowest + highest) / 2 - this.mean) ** 2;
    });
    return squares / this.count;
  }

  /**
   * The p-quantile: the highest value of the bucket that holds the ⌈p·n⌉-th smallest, never above `max`.
   * @param p 0..1. Returns µs; NaN when empty.
   */
  quantile(p: number): number {
    if (this.count === 0) return Number.NaN;
    return this.atRank(Math.ceil(p * this.count - 1e-9));
  }

  /** The value of the rank-th smallest (1-based, clamped to 1..count), by its bucket's highest value, never above `max`. */
  atRank(rank: number): number {
    const wanted = Math.min(this.count, Math.max(1, rank));
    const last = bucketOf(this.max);
    let seen = 0;
    for (let bucket = bucketOf(this.min); bucket <= last; bucket++) {
      seen += this.#counts[bucket] as number;
      if (seen >= wanted) return Math.min(this.max, highestOf(bucket));
    }
    return this.max;
  }

  /** How many values are in buckets up to that of `value`. */
  countUpTo(value: number): number {
    if (this.count === 0 || value < this.min) return 0;
    if (value >= this.max) return this.count;
    const last = bucketOf(Math.floor(value));
    let seen = 0;
    for (let bucket = bucketOf(this.min); bucket <= last; bucket++) seen += this.#counts[bucket] as number;
    return seen;
  }

  /** Calls with every filled bucket's lowest and highest value (µs) and its count, ascending. */
  forEach(visit: (lowest: number, highest: number, count: number) => void): void {
    if (this.count === 0) return;
    const last = bucketOf(this.max);
    for (let bucket = bucketOf(this.min); bucket <= last; bucket++) {
      const n = this.#counts[bucket] as number;
      if (n > 0) visit(lowestOf(bucket), highestOf(bucket), n);
    }
  }

  toData(): HistogramData {
    const buckets: number[] = [];
    if (this.count > 0) {
      const last = bucketOf(this.max);
      let before = 0;
      for (let bucket = bucketOf(this.min); bucket <= last; bucket++) {
        const n = this.#counts[bucket] as number;
        if (n > 0) {
          buckets.push(bucket - before, n);
          before = bucket;
        }
      }
    }
    return { count: this.count, min: this.min as Micros, max: this.max as Micros, sum: this.sum, buckets };
  }

  #grow(bucket: number): void {
    let length = Math.max(FIRST_LENGTH, this.#counts.length);
    while (length <= bucket) length *= 2;
    const grown = new Float64Array(length);
    grown.set(this.#counts);
    this.#counts = grown;
  }

  static of(...parts: readonly HistogramData[]): Histogram {
    const histogram = new Histogram();
    for (const part of parts) histogram.add(part);
    return histogram;
  }
}

/** The p-quantile (0..1) of a histogram at rest, as `Histogram.quantile` says it; null of nothing. */
export function quantileOf(data: HistogramData, p: number): Micros | null {
  return quantilesOf(data, [p])[0] ?? null;
}

/** Several of them, ascending, in one pass; none of nothing. */
export function quantilesOf({ count, max, buckets }: HistogramData, ps: readonly number[]): Micros[] {
  if (count === 0) return [];
  const found: Micros[] = [];
  let seen = 0;
  let bucket = 0;
  let at = 0;
  for (const p of ps) {
    const rank = Math.min(count, Math.max(1, Math.ceil(p * count - 1e-9)));
    for (; seen < rank && at < buckets.length; at += 2) {
      bucket += buckets[at] as number;
      seen += buckets[at + 1] as number;
    }
    found.push(Math.min(max, highestOf(bucket)) as Micros);
  }
  return found;
}
