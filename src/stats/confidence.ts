import type { HistogramData } from '../core/snapshot.ts';
import { bucketOf, Histogram } from './histogram.ts';

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

const CONFIDENCE = 0.95;
const TAIL = (1 - CONFIDENCE) / 2;
const FEWEST_SAMPLES = 6;

/**
 * Lowest sample size at which the exact two-sided 95 % order-statistic interval of percentile p has an upper end:
 * p^n ≤ 0.025, and never below 6 (where the median's interval becomes finite). p50: 6, p90: 36, p95: 72, p99: 368,
 * p99.9: 3688.
 * @param p 0..1, exclusive.
 * Source: H. A. David, H. N. Nagaraja, Order Statistics, distribution-free intervals for quantiles.
 */
export function samplesFor(p: number): number {
  return Math.max(FEWEST_SAMPLES, Math.ceil(Math.log(TAIL) / Math.log(p)));
}

/** Can n samples bear percentile p (0..1) at all? See `samplesFor`. */
export function bears(p: number, n: number): boolean {
  return n >= samplesFor(p);
}

/**
 * 95 % interval of a percentile under autocorrelation, by inverting the indicator over batches of consecutive time:
 * f_k = the share of batch k that is at or below the merged p-quantile q; se = the standard error of their mean; the
 * interval is [Q(p − t·se), Q(p + t·se)] of the merged sample, t = Student's 0.975 quantile at m − 1. Where batches
 * differ in size the mean is the ratio Σ n_k f_k / Σ n_k, with its linearised standard error. Requests in the bucket of
 * q count in proportion, so that the merged share is p exactly even when many times are equal.
 *
 * Independent-sample intervals are fiction for a loaded server (they cover the truth in half of the runs at 50 %
 * utilisation); this one keeps its promise up to about 80 %: `confidence.test.ts` simulates it.
 * @param p 0..1.
 * @returns null with fewer than 5 batches that hold anything.
 * Sources: R. S. Woodruff, Confidence intervals for medians and other position measures (JASA 47, 1952) for the
 * inversion; W. G. Cochran, Sampling Techniques, for the ratio estimator over clusters.
 */
export function batchInterval(p: number, batches: readonly Batch[]): Interval | null {
  const filled = batches.filter((batch) => sizeOf(batch) > 0);
  if (filled.length < FEWEST_BATCHES) return null;
  const merged = Histogram.of(...filled.map((batch) => batch.times));
  const total = filled.reduce((sum, batch) => sum + sizeOf(batch), 0);
  const bucket = bucketAtRank(merged, rankOf(p, total));

  const parts = filled.map((batch) => ({ n: sizeOf(batch), ...around(batch, bucket) }));
  const below = parts.reduce((sum, part) => sum + part.below, 0);
  const inside = parts.reduce((sum, part) => sum + part.inside, 0);
  const weight = (p * total - below) / inside;
  const squares = parts.reduce((sum, part) => sum + (part.below + weight * part.inside - p * part.n) ** 2, 0);
  const m = filled.length;
  const half = (studentQuantile(1 - TAIL, m - 1) * Math.sqrt((squares * m) / (m - 1))) / total;

  const high = p + half;
  return endsAt(
    merged,
    rankOf(p - half, total),
    high >= 1 - 1 / total ? Number.POSITIVE_INFINITY : rankOf(high, total),
  );
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

/** P(B ≤ k), B ~ binomial(n, p). */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  return k >= n ? 1 : regularizedBeta(1 - p, n - k, k + 1);
}

/**
 * The quantile of Student's t distribution with `df` degrees of freedom, by bisection of its distribution function.
 * @param p 0.5..1, exclusive.
 */
export function studentQuantile(p: number, df: number): number {
  const upperTail = (t: number): number => regularizedBeta(df / (df + t * t), df / 2, 0.5) / 2;
  let low = 0;
  let high = 1;
  while (upperTail(high) > 1 - p) high *= 2;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (upperTail(middle) > 1 - p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

const sizeOf = (batch: Batch): number => batch.times.count + batch.infinite;

/** Rank of the p-quantile among n; the tolerance keeps 0.95 · 100 from becoming 96. */
const rankOf = (p: number, n: number): number => Math.ceil(p * n - 1e-9);

/** The bucket of the rank-th smallest, or Infinity where it is among the infinitely slow. */
function bucketAtRank(times: Histogram, rank: number): number {
  return rank > times.count ? Number.POSITIVE_INFINITY : bucketOf(times.atRank(rank));
}

/** How many of a batch lie in buckets below this one, and how many inside. */
function around(batch: Batch, bucket: number): { below: number; inside: number } {
  if (bucket === Number.POSITIVE_INFINITY) return { below: batch.times.count, inside: batch.infinite };
  const { buckets } = batch.times;
  let index = 0;
  let below = 0;
  for (let i = 0; i < buckets.length; i += 2) {
    index += buckets[i] as number;
    const n = buckets[i + 1] as number;
    if (index === bucket) return { below, inside: n };
    if (index > bucket) break;
    below += n;
  }
  return { below, inside: 0 };
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

/**
 * The regularised incomplete beta function I_x(a, b), by its continued fraction with modified Lentz evaluation.
 * Source: NIST Digital Library of Mathematical Functions, 8.17.22. Relative error below 1e-8 for a + b ≤ 1e6.
 */
function regularizedBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - regularizedBeta(1 - x, b, a);
  const front = Math.exp(lnGamma(a + b) - lnGamma(a) - lnGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1) || tiny);
  let fraction = d;
  for (let i = 1; i <= 20_000; i++) {
    const even = (i * (b - i) * x) / ((a + 2 * i - 1) * (a + 2 * i));
    d = 1 / (1 + even * d || tiny);
    c = 1 + even / c || tiny;
    fraction *= d * c;
    const odd = (-(a + i) * (a + b + i) * x) / ((a + 2 * i) * (a + 2 * i + 1));
    d = 1 / (1 + odd * d || tiny);
    c = 1 + odd / c || tiny;
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-14) break;
  }
  return front * fraction;
}

/** ln Γ(x), x > 0: Stirling's series, after moving x up. Source: NIST DLMF 5.11.1. */
function lnGamma(x: number): number {
  let shifted = x;
  let product = 1;
  while (shifted < 10) product *= shifted++;
  const inverse = 1 / shifted;
  const square = inverse * inverse;
  const series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188))));
  return (shifted - 0.5) * Math.log(shifted) - shifted + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product);
}
