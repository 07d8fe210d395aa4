/** Histograms at rest in a few bytes per bucket, and merging them without unpacking. */
import type { HistogramData } from '../core/snapshot.ts';
import type { Micros } from '../core/units.ts';
import { bucketOf, HIGHEST } from './histogram.ts';

/** A histogram's data kept small and out of the heap: two or three bytes for each filled bucket instead of sixteen. Exact. */
export interface PackedHistogram extends Omit<HistogramData, 'buckets'> {
  /** The pairs as LEB128: seven bits to a byte, the lowest first. */
  readonly bytes: Uint8Array;
}

export function packHistogram({ buckets, ...rest }: HistogramData): PackedHistogram {
  const bytes = new Bytes();
  for (let i = 0; i < buckets.length; i += 2) bytes.put(buckets[i] as number, buckets[i + 1] as number);
  return { ...rest, bytes: bytes.taken };
}

/** Bytes of a number below 2⁵³, at the most. */
const LONGEST = 8;
/** Where bytes are put together before it is known how many they are: enough for every bucket. */
const SPACE = new Uint8Array(2 * LONGEST * (bucketOf(HIGHEST) + 1));

/** One at a time. */
class Bytes {
  #at = 0;

  put(gap: number, count: number): void {
    this.#number(gap);
    this.#number(count);
  }

  get taken(): Uint8Array {
    return SPACE.slice(0, this.#at);
  }

  #number(value: number): void {
    let left = value;
    // Counts may be beyond 32 bits, so no shifts.
    for (; left >= 128; left = Math.floor(left / 128)) SPACE[this.#at++] = (left % 128) + 128;
    SPACE[this.#at++] = left;
  }
}

export function unpackHistogram(packed: PackedHistogram): HistogramData {
  const buckets: number[] = [];
  forEachPair(packed, (gap, count) => buckets.push(gap, count));
  const { bytes: _, ...rest } = packed;
  return { ...rest, buckets };
}

/** The pairs of a histogram, packed or not. */
export function forEachPair(part: HistogramData | PackedHistogram, visit: (gap: number, count: number) => void): void {
  if ('buckets' in part) {
    const { buckets } = part;
    for (let i = 0; i < buckets.length; i += 2) visit(buckets[i] as number, buckets[i + 1] as number);
    return;
  }
  const { bytes } = part;
  let gap = -1;
  for (let at = 0; at < bytes.length; ) {
    let value = bytes[at++] as number;
    if (value >= 128) {
      value -= 128;
      for (let weight = 128; ; weight *= 128) {
        const byte = bytes[at++] as number;
        value += (byte % 128) * weight;
        if (byte < 128) break;
      }
    }
    if (gap < 0) gap = value;
    else {
      visit(gap, value);
      gap = -1;
    }
  }
}

/** Sums histograms, packed or not, without a list for each. Room for all buckets is made once. */
class Sum {
  readonly #counts = new Float64Array(bucketOf(HIGHEST) + 1);
  #count = 0;
  #min = 0;
  #max = 0;
  #sum = 0;

  add(part: HistogramData | PackedHistogram): void {
    if (part.count === 0) return;
    const counts = this.#counts;
    let bucket = 0;
    forEachPair(part, (gap, count) => {
      bucket += gap;
      counts[bucket] = (counts[bucket] as number) + count;
    });
    if (this.#count === 0 || part.min < this.#min) this.#min = part.min;
    if (part.max > this.#max) this.#max = part.max;
    this.#count += part.count;
    this.#sum += part.sum;
  }

  /** What was added, and nothing is left. */
  take(put: (gap: number, count: number) => void): Omit<HistogramData, 'buckets'> {
    const whole = { count: this.#count, min: this.#min as Micros, max: this.#max as Micros, sum: this.#sum };
    const last = this.#count === 0 ? -1 : bucketOf(this.#max);
    let before = 0;
    for (let bucket = bucketOf(this.#min); bucket <= last; bucket++) {
      const count = this.#counts[bucket] as number;
      if (count === 0) continue;
      this.#counts[bucket] = 0;
      put(bucket - before, count);
      before = bucket;
    }
    this.#count = 0;
    this.#min = 0;
    this.#max = 0;
    this.#sum = 0;
    return whole;
  }
}

const SUM = new Sum();

/** All of them as one. */
export function mergedHistogram(all: readonly (HistogramData | PackedHistogram)[]): HistogramData {
  for (const each of all) SUM.add(each);
  const buckets: number[] = [];
  return { ...SUM.take((gap, count) => buckets.push(gap, count)), buckets };
}

/** The same, packed. */
export function mergedPacked(all: readonly (HistogramData | PackedHistogram)[]): PackedHistogram {
  const [first, ...others] = all.filter(({ count }) => count > 0);
  if (first !== undefined && 'bytes' in first && others.length === 0) return first;
  for (const each of all) SUM.add(each);
  const bytes = new Bytes();
  return { ...SUM.take((gap, count) => bytes.put(gap, count)), bytes: bytes.taken };
}

/** Both in one, without the room that a `Histogram` takes: for those that are kept by the hundred. */
export function mergeHistograms(a: HistogramData, b: HistogramData): HistogramData {
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  const buckets: number[] = [];
  let last = 0;
  const put = (index: number, count: number): void => {
    buckets.push(index - last, count);
    last = index;
  };
  const ahead = { a: a.buckets[0] ?? 0, b: b.buckets[0] ?? 0 };
  let i = 0;
  let j = 0;
  while (i < a.buckets.length || j < b.buckets.length) {
    const first = i < a.buckets.length ? ahead.a : Number.POSITIVE_INFINITY;
    const second = j < b.buckets.length ? ahead.b : Number.POSITIVE_INFINITY;
    let count = 0;
    if (first <= second) {
      count += a.buckets[i + 1] as number;
      i += 2;
      ahead.a += a.buckets[i] ?? 0;
    }
    if (second <= first) {
      count += b.buckets[j + 1] as number;
      j += 2;
      ahead.b += b.buckets[j] ?? 0;
    }
    put(Math.min(first, second), count);
  }
  return {
    count: a.count + b.count,
    min: Math.min(a.min, b.min) as Micros,
    max: Math.max(a.max, b.max) as Micros,
    sum: a.sum + b.sum,
    buckets,
  };
}
