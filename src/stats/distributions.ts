/** Distribution functions of the binomial and of Student's distribution. */

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
  let low = 0;
  let high = 1;
  while (studentTail(high, df) / 2 > 1 - p) high *= 2;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (studentTail(middle, df) / 2 > 1 - p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(|T| > t), T of Student's distribution with `df` degrees of freedom. */
export function studentTail(t: number, df: number): number {
  return regularizedBeta(df / (df + t * t), df / 2, 0.5);
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
