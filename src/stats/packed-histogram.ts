import { EMPTY_HISTOGRAM, type HistogramData } from '../core/snapshot.ts';
import type { Micros } from '../core/units.ts';
import { Histogram } from './histogram.ts';

/** A histogram's data kept small and out of the heap: two or three bytes for each filled bucket instead of sixteen. Exact. */
export interface PackedHistogram extends Omit<HistogramData, 'buckets'> {
  /** The same pairs as LEB128: seven bits to a byte, the lowest first. */
  readonly bytes: Uint8Array;
}

export function packHistogram({ buckets, ...rest }: HistogramData): PackedHistogram {
  if (space.length < LONGEST * buckets.length) space = new Uint8Array(2 * LONGEST * buckets.length);
  const bytes = space;
  let at = 0;
  for (let i = 0; i < buckets.length; i++) {
    let left = buckets[i] as number;
    // Counts may be beyond 32 bits, so no shifts.
    for (; left >= 128; left = Math.floor(left / 128)) bytes[at++] = (left % 128) + 128;
    bytes[at++] = left;
  }
  return { ...rest, bytes: bytes.slice(0, at) };
}

/** Bytes of a number below 2⁵³, at the most. */
const LONGEST = 8;
/** Where bytes are put together before it is known how many they are. */
let space = new Uint8Array(LONGEST * 1024);

export function unpackHistogram({ bytes, ...rest }: PackedHistogram): HistogramData {
  const buckets: number[] = [];
  let value = 0;
  let weight = 1;
  for (const byte of bytes) {
    value += (byte % 128) * weight;
    weight *= 128;
    if (byte < 128) {
      buckets.push(value);
      value = 0;
      weight = 1;
    }
  }
  return { ...rest, buckets };
}

/** Few are merged without the room that a `Histogram` takes, many in one, which is quicker. */
const FEW = 4;
const ROOM = new Histogram();

/** All of them as one. */
export function mergedHistogram(all: readonly HistogramData[]): HistogramData {
  if (all.length <= FEW) return all.reduce((whole, each) => mergeHistograms(whole, each), EMPTY_HISTOGRAM);
  ROOM.reset();
  for (const each of all) ROOM.add(each);
  return ROOM.toData();
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
