/** Confidence intervals of percentiles: by batches of time where requests depend on each other, by order where not. */
import type { HistogramData } from '../core/snapshot.ts';
import { binomialCdf } from './distributions.ts';
import { bucketOf, Histogram, highestOf, lowestOf } from './histogram.ts';
import { uncertaintyWith } from './long-run.ts';

/** A confidence interval of a percentile, µs. An open upper end (the sample does not bound it) is null. */
export type Interval = readonly [low: number, high: number | null];

/** The requests of one stretch of time: the finite times, and how many were infinitely slow (failed). */
export interface Batch {
  readonly times: HistogramData;
  readonly infinite: number;
}

/** Batches a run is cut into, and the fewest that give an interval. */
export const BATCHES = 20;
const FEWEST_BATCHES = 5;
/** An interval has an upper end where the sample is worth so many independent requests, so many of them beyond the percentile. */
const FEWEST_EFFECTIVE = 30;
const FEWEST_BEYOND = 5;
/** A run that is so many responses long, one after the other, is worth half of what its batches say. */
const LENGTHS = 40;
/** Three digits of a time, as it is printed, tell no two times apart that differ by less: half of the last digit of 100. */
const ALIKE = 0.005;

const CONFIDENCE = 0.95;
const TAIL = (1 - CONFIDENCE) / 2;
/** The normal distribution's 0.975 quantile. */
const NORMAL = 1.96;

/**
 * 95 % intervals of percentiles under autocorrelation, by inverting the indicator over batches of consecutive time. Let
 * f_k be the share of batch k at or below the merged p-quantile (requests in its bucket count in proportion, so that the
 * merged share is p exactly even when many times are equal). How far their mean may be off, h, says what the run's n
 * requests are worth: n_e = 1.96² p(1 − p)/h² independent ones, never more than n, nor more than the median's n_e: a
 * target that has slow whiles shows them there first. The interval is [Q(p − d), Q(p + d)], d = 1.96 √(p(1 − p)/n_e).
 * For its upper end n_e is less, the fewer of its responses the run is long: what is slow stays for at least as long as
 * that, and batches that met no slow while look like those of a target that has none.
 *
 * Its upper end is open where n_e (1 − p) < 5 or n_e < 30: a run that is no longer than some tens of the target's slow
 * whiles may have seen none of the longest. (n_e has the caution of h in it: of independent requests it is about n/2, so
 * that these are some 10 and 60 of them.) `docs/intervals.md` has what this covers, over many laws of service.
 *
 * Where it would be open, times that are printed alike count as one: of a target that takes the same time always, a drift that
 * nobody could read would look like a slow while. They must be as many as lie beyond the percentile, or luck alone would close
 * an end; and such an interval is never narrower than those times are apart.
 * @param duration of the run, µs; infinite where requests do not meet each other.
 * @returns a function of p (0..1); its value is null with fewer than 5 batches that hold anything.
 * Source: R. S. Woodruff, Confidence intervals for medians and other position measures (JASA 47, 1952) for the inversion.
 */
export function batchIntervals(
  batches: readonly Batch[],
  duration = Number.POSITIVE_INFINITY,
): (p: number) => Interval | null {
  const estimateOf = batchEstimates(batches, duration);
  return (p) => estimateOf(p)?.interval ?? null;
}

/** What batches say of a percentile. */
export interface BatchEstimate {
  /** Null where its lower end is infinite too. */
  readonly interval: Interval | null;
  /** How many independent requests they are worth, for the upper end. */
  readonly effective: number;
}

/** As `batchIntervals`, with what the batches are worth. */
export function batchEstimates(
  batches: readonly Batch[],
  duration = Number.POSITIVE_INFINITY,
): (p: number) => BatchEstimate | null {
  const filled = batches.filter((batch) => sizeOf(batch) > 0);
  if (filled.length < FEWEST_BATCHES) return () => null;
  const merged = Histogram.of(...filled.map((batch) => batch.times));
  const sizes = filled.map(sizeOf);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const uncertainty = uncertaintyWith(sizes);
  const unseen = 1 + (LENGTHS * lengthMet(merged)) / duration;
  const worth = (p: number, { shares }: Tie): number => {
    const half = uncertainty(shares);
    return Math.min(total, (NORMAL ** 2 * p * (1 - p)) / half ** 2);
  };
  const estimateWith = (alike: number): ((p: number) => BatchEstimate) => {
    const ofMedian = worth(0.5, tieAt(0.5, filled, merged, total, alike));
    return (p) => {
      const tie = tieAt(p, filled, merged, total, alike);
      const seen = Math.min(worth(p, tie), ofMedian);
      const effective = seen / unseen;
      const half = (n: number): number => NORMAL * Math.sqrt((p * (1 - p)) / n);
      const most = p + half(effective);
      const open = most >= 1 - 1 / total || effective * (1 - p) < FEWEST_BEYOND || effective < FEWEST_EFFECTIVE;
      const lowest = Math.min(tie.first, rankOf(Math.max(0, p - half(seen)), total));
      const highest = open ? Number.POSITIVE_INFINITY : Math.max(tie.last, rankOf(most, total));
      return { interval: endsAt(merged, lowest, highest), effective };
    };
  };
  const exact = estimateWith(0);
  let byReading: ((p: number) => BatchEstimate) | undefined;
  return (p) => {
    const estimate = exact(p);
    if (estimate.interval?.[1] !== null) return estimate;
    const { first, last } = tieAt(p, filled, merged, total, ALIKE);
    if (last - first + 1 < (1 - p) * total) return estimate;
    byReading ??= estimateWith(ALIKE);
    const read = byReading(p);
    return read.interval?.[1] == null ? estimate : read;
  };
}

/**
 * How many times as long a run must be for the interval of percentile p to leave out a value that it holds, if all stays as
 * it is: what a run is worth grows with its time, so the width d in `batchIntervals` shrinks with its square root.
 * @param below the share of requests at or below that value; at p itself no length is enough.
 * @param effective how many independent requests the run is worth.
 */
export function longerFor(p: number, below: number, effective: number): number {
  const apart = (NORMAL ** 2 * p * (1 - p)) / (effective * (below - p) ** 2);
  // Beyond p lies the upper end, and there must be one.
  return below < p ? apart : Math.max(apart, longerForEnd(p, effective));
}

/** The same, for the interval to have an upper end: p + d < 1 − 1/n, and what else `batchEstimates` asks for. */
export function longerForEnd(p: number, effective: number): number {
  const spread = NORMAL * Math.sqrt(p * (1 - p));
  const inside = 2 / (Math.sqrt(spread ** 2 + 4 * (1 - p)) - spread);
  return Math.max(inside ** 2, FEWEST_EFFECTIVE, FEWEST_BEYOND / (1 - p)) / effective;
}

/**
 * 95 % interval of a percentile from independent samples, by exact binomial order statistics: the l-th and u-th
 * smallest with P(B < l) ≤ 0.025 and P(B ≥ u) ≤ 0.025, B ~ binomial(n, p). Its coverage is at least 95 %.
 * @param p 0..1.
 * @param infinite how many further samples were infinitely slow (failed).
 * @returns null where not even the lower end exists.
 * Source: J.-Y. Le Boudec, Performance Evaluation of Computer and Communication Systems, chapter 2.
 */
export function orderInterval(p: number, times: Histogram, infinite = 0): Interval | null {
  const n = times.count + infinite;
  if (n === 0) return null;
  // Largest l with P(B ≤ l − 1) ≤ tail; smallest u with P(B ≤ u − 1) ≥ 1 − tail. The tails are monotone in the rank.
  const low = firstWhere(n, (rank) => binomialCdf(rank, n, p) > TAIL);
  const high = firstWhere(n, (rank) => binomialCdf(rank - 1, n, p) >= 1 - TAIL);
  return low === 0 ? null : endsAt(times, low, high > n ? Number.POSITIVE_INFINITY : high);
}

/**
 * 95 % interval of a percentile of requests that are nearly independent, one after the other: the exact one, or where
 * batches of time show otherwise, the wider of both. Batches are only asked where there are so many requests that
 * independent ones had an upper end.
 * @param infinite how many further samples were infinitely slow (failed).
 * @param byBatches of `batchIntervals`.
 */
export function singlyInterval(
  p: number,
  times: Histogram,
  infinite: number,
  byBatches: Interval | null,
): Interval | null {
  const exact = orderInterval(p, times, infinite);
  const enough = 2 * Math.max(FEWEST_EFFECTIVE, FEWEST_BEYOND / (1 - p));
  if (exact === null || byBatches === null || times.count + infinite < enough) return exact;
  const [high, otherHigh] = [exact[1], byBatches[1]];
  return [Math.min(exact[0], byBatches[0]), high === null || otherHigh === null ? null : Math.max(high, otherHigh)];
}

/** How long a response lasts that is under way at some instant, on average: long ones are met more often, E[R²]/E[R]. */
const lengthMet = (times: Histogram): number => (times.count === 0 ? 0 : times.mean + times.variance / times.mean);

const sizeOf = (batch: Batch): number => batch.times.count + batch.infinite;

/** Rank of the p-quantile among n; the tolerance keeps 0.95 · 100 from becoming 96. */
const rankOf = (p: number, n: number): number => Math.ceil(p * n - 1e-9);

/** The bucket of the rank-th smallest, or Infinity where it is among the infinitely slow. */
function bucketAtRank(times: Histogram, rank: number): number {
  return rank > times.count ? Number.POSITIVE_INFINITY : bucketOf(times.atRank(rank));
}

/** The requests about a quantile whose times count as one. */
interface Tie {
  /** For each batch, the share at or below the quantile; requests in the quantile's own bucket count in proportion. */
  readonly shares: readonly number[];
  /** Ranks of the fastest and the slowest of them among all. */
  readonly first: number;
  readonly last: number;
}

/** About the merged p-quantile. @param alike the share by which times differ at most that count as one; 0: those of one bucket. */
function tieAt(p: number, batches: readonly Batch[], merged: Histogram, total: number, alike: number): Tie {
  const [from, to] = bucketsAbout(bucketAtRank(merged, rankOf(p, total)), alike);
  const parts = batches.map((batch) => ({ n: sizeOf(batch), ...within(batch, from, to) }));
  const below = parts.reduce((sum, part) => sum + part.below, 0);
  const inside = parts.reduce((sum, part) => sum + part.inside, 0);
  const weight = (p * total - below) / inside;
  return {
    shares: parts.map((part) => (part.below + weight * part.inside) / part.n),
    first: below + 1,
    last: below + inside,
  };
}

/** The buckets that are no further away; at least the next ones, since times are rounded to whole µs. */
function bucketsAbout(bucket: number, alike: number): readonly [from: number, to: number] {
  if (alike === 0 || bucket === Number.POSITIVE_INFINITY) return [bucket, bucket];
  const from = bucketOf(Math.ceil(lowestOf(bucket) / (1 + alike)));
  const to = bucketOf(Math.floor(highestOf(bucket) * (1 + alike)));
  return [Math.max(0, Math.min(bucket - 1, from)), Math.max(bucket + 1, to)];
}

/** How many of a batch lie in buckets below these, and how many inside. */
function within(batch: Batch, from: number, to: number): { below: number; inside: number } {
  if (from === Number.POSITIVE_INFINITY) return { below: batch.times.count, inside: batch.infinite };
  const { buckets } = batch.times;
  let index = 0;
  let below = 0;
  let inside = 0;
  for (let i = 0; i < buckets.length; i += 2) {
    index += buckets[i] as number;
    const n = buckets[i + 1] as number;
    if (index > to) break;
    if (index < from) below += n;
    else inside += n;
  }
  return { below, inside };
}

/** The interval between two ranks; null where its lower end is infinite too. */
function endsAt(times: Histogram, lowRank: number, highRank: number): Interval | null {
  if (lowRank > times.count) return null;
  return [times.atRank(lowRank), highRank > times.count ? null : times.atRank(highRank)];
}

/** Lowest rank in 0..n for which `test` holds, n + 1 if none; `test` must be monotone. */
function firstWhere(n: number, test: (rank: number) => boolean): number {
  let low = 0;
  let high = n + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (test(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Longer is not said, s. */
const LONGEST_SAID = 86_400;
/** The run as it was did not tell: what rounding says is enough is a little more. */
const LEAST_LONGER = 1.05;

/** How many seconds more make a run so many times as long; null: more than a day, or no number of them. */
export function longerBy(durationMs: number, longer: number): number | null {
  const more = Math.ceil((durationMs / 1000) * (Math.max(longer, LEAST_LONGER) - 1));
  return more <= LONGEST_SAID ? more : null;
}
