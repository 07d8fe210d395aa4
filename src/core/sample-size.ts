/** How many samples a percentile needs to be given at all. */

/** What the two sides of a 95 % interval leave out, each. */
const TAIL = 0.025;
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

/** The highest percentile (0..1) that n samples bear: the inverse of `samplesFor`. */
export function highestPercentile(n: number): number {
  return n < FEWEST_SAMPLES ? 0.5 : TAIL ** (1 / n);
}
