/** How likely what a level shows is, for a limit and a curve: the likelihood that the posterior is made of. */
import type { Margin } from './level.ts';
import { logMargin, type MarginModel, type MarginPoint, type Shape, slopeOf } from './margin.ts';
import type { Noise } from './noise.ts';

/**
 * How levels scatter: bad requests cluster F times as theory says, and each level is around a limit of its own, whose
 * logarithm has the deviation `drift`: a real target's capacity is not the same from one level to the next.
 */
export interface Scatter {
  readonly factor: number;
  readonly drift: number;
  /** Prior weight, logarithmic. */
  readonly prior: number;
}

/** Deviations of ln F at which the posterior looks. */
const STEPS = [-2, -1, 0, 1, 2, 3.2, 4.6];
/** ln F is Student's, with so many degrees of freedom: a target may be less steady than its batches let one think. */
const FREEDOM = 3;
const COARSE_STEPS = [-1, 1];
/** How far the limit may wander from level to level, and the odds of it against not at all. */
const DRIFTS = [
  [0.04, 0.12],
  [0.12, 0.06],
  [0.25, 0.04],
] as const;

export function scattersOf({ mean, deviation }: Noise): Scatter[] {
  const steady = STEPS.map((step) => ({
    factor: Math.exp(mean + step * deviation),
    drift: 0,
    prior: -0.5 * (FREEDOM + 1) * Math.log1p(step ** 2 / FREEDOM),
  }));
  const wandering = DRIFTS.flatMap(([drift, odds]) =>
    [-0.8, 0.8].map((step) => ({ factor: Math.exp(mean + step * deviation), drift, prior: Math.log(1.25 * odds) })),
  );
  return [...steady, ...wandering];
}

/** For a first look. */
export function coarseScattersOf({ mean, deviation }: Noise): Scatter[] {
  return COARSE_STEPS.map((step) => ({ factor: Math.exp(mean + step * deviation), drift: 0.02, prior: 0 }));
}

/** The margin grows with ln load by no more than this, unless the target is a cliff. */
const STEEPEST = 3;
/** By no more than this beside a cliff. */
const CLIFF = 30;
/** Model error, as a share of the margin's size: a level far from the limit says little about the limit. */
const MISFIT = 0.1;
/** Where fewer requests are bad the percentile says how far below the limit it is, if the tail is exponential. */
const FEW = 3;
const TAIL_MISFIT = 0.3;
/** The chance that a level says nothing true. */
const LAPSE = 0.02;
/** Log likelihood of a level that says nothing true: its margin may be anything, within a few units. */
const OUTLIER = Math.log(LAPSE) - 2;
/** Margins above this (twice the limit) only say "above": near overload the value depends on the window. */
const FAR_ABOVE = 1.1;

/** What is the same of a level wherever the limit is. */
export interface Prepared {
  readonly x: number;
  readonly order: number;
  readonly kind: 'share' | 'value' | 'above';
  readonly bad: number;
  readonly n: number;
  readonly cluster: number;
  /** Log likelihood, if it says nothing true. */
  readonly outlier: number;
  /** Of a mean, or of a percentile beyond which hardly any request is bad; null where it says nothing. */
  readonly y: number | null;
  readonly variance: number;
  /** Of that percentile. */
  readonly weight: number;
}

export function prepare(points: readonly MarginPoint[], noise: Noise, { allowed, errors }: MarginModel): Prepared[] {
  // If the tail is no exponential it is none at all levels: together they are one witness.
  const tails = Math.max(1, points.filter(({ margin }) => isFar(margin, allowed)).length);
  return points.map(({ x, order, margin }, j) => {
    const cluster = noise.clusters[j] as number;
    const one = { x, order, cluster, outlier: OUTLIER, bad: 0, n: 0, y: null, variance: 0, weight: 1 };
    if (margin.kind === 'above') return { ...one, kind: 'above' as const };
    if (margin.kind === 'value')
      return { ...one, kind: 'value' as const, y: margin.y, variance: Math.max(1e-4, (2 * cluster) / margin.n) };
    const { bad, n } = margin.share;
    const most = errors || allowed === null ? n : n * allowed ** Math.exp(-FAR_ABOVE);
    const unit = allowed === null ? 0 : (1 - allowed) / allowed / Math.log(allowed) ** 2;
    const tail = isFar(margin, allowed) ? { y: margin.y, variance: (unit * cluster) / n, weight: 1 / tails } : {};
    const share = Math.min(1 - 0.5 / n, Math.max(bad, 0.5) / n);
    // In the likelihood's units: deviations of a count, of which so many make one unit of the margin.
    const sharpness = ((n * share) / (1 - share)) * (errors ? 1 : Math.log(share) ** 2);
    const outlier = OUTLIER - 0.5 * Math.log(Math.max(cluster, sharpness));
    return { ...one, kind: 'share' as const, outlier, bad: Math.min(bad, most), n, ...tail };
  });
}

/** Whether hardly any request was bad of as many as would have shown it. */
function isFar(margin: Margin, allowed: number | null): boolean {
  if (margin.kind !== 'share' || margin.y === null || allowed === null) return false;
  return margin.share.bad < FEW && margin.share.n * allowed >= FEW;
}

/** Adds the log likelihood of one level at distance `u` from the limit, by scatter. */
export function addLikelihood(
  sums: Float64Array,
  scatters: readonly Scatter[],
  level: Prepared,
  u: number,
  shape: Shape,
  model: MarginModel,
): void {
  const g = logMargin(u, shape, model);
  const slope = g === Number.POSITIVE_INFINITY ? 0 : slopeOf(u, shape, model);
  if (level.kind === 'above') {
    for (let j = 0; j < scatters.length; j++) {
      const { drift } = scatters[j] as Scatter;
      const width = Math.hypot(0.1 + MISFIT * Math.abs(Math.min(5, g)), Math.min(STEEPEST, slope) * drift);
      const probability = g === Number.POSITIVE_INFINITY ? 1 : normalCdf(g / width);
      sums[j] = (sums[j] as number) + Math.log(LAPSE + (1 - LAPSE) * probability);
    }
    return;
  }
  // Far above was expected, and did not come: an outlier, or wrong parameters; or the level's own limit lies higher.
  const capped = model.errors ? Math.min(g, 5) : Math.min(g, FAR_ABOVE);
  if (level.kind === 'value') {
    for (let j = 0; j < scatters.length; j++) {
      const { factor, drift } = scatters[j] as Scatter;
      const variance = level.variance * factor + (MISFIT * capped) ** 2 + (slope * drift) ** 2;
      sums[j] = (sums[j] as number) + Math.max(OUTLIER, gaussian(level.y as number, capped, variance));
    }
    return;
  }
  const { bad, n, cluster, outlier } = level;
  const { s, lever } = expectedShare(capped, model);
  const share = bad / n;
  const deviance =
    2 *
    n *
    ((bad > 0 ? share * Math.log(share / s) : 0) + (bad < n ? (1 - share) * Math.log((1 - share) / (1 - s)) : 0));
  const relative = ((n * s) / (1 - s)) * lever ** 2;
  const misfit = relative * (MISFIT * capped) ** 2;
  const moved = relative * Math.min(STEEPEST, slope) ** 2;
  // So many arrivals are a load that is known to 1/√n: beside a cliff that is all that counts.
  const arrivals = (relative * Math.max(0, Math.min(CLIFF, slope) - STEEPEST) ** 2) / n;
  const off = level.y === null ? 0 : (TAIL_MISFIT * level.y) ** 2;
  for (let j = 0; j < scatters.length; j++) {
    const { factor, drift } = scatters[j] as Scatter;
    if (level.y !== null)
      sums[j] =
        (sums[j] as number) +
        level.weight * Math.max(OUTLIER, -0.5 * ((level.y - capped) ** 2 / (level.variance * factor + off)));
    const clustered = Math.max(1, factor * cluster);
    const phi = clustered + misfit + arrivals + moved * drift ** 2;
    // A level that saw less than one cluster says little of how large clusters are.
    const seen = bad / clustered + 0.25;
    const value = -0.5 * (deviance / phi + (seen / (seen + 0.2)) * Math.log(phi));
    sums[j] = (sums[j] as number) + Math.max(outlier, value);
  }
}

/** The share of bad requests at a margin, and how steeply its logarithm grows with that: d ln s / dg. */
function expectedShare(g: number, { errors, allowed }: MarginModel): { readonly s: number; readonly lever: number } {
  const q = allowed as number;
  const lever = errors ? 1 : -Math.log(q) * Math.exp(-g);
  return { s: Math.max(1e-9, Math.min(0.98, errors ? q * Math.exp(g) : Math.exp(-lever))), lever };
}

const gaussian = (y: number, mean: number, variance: number): number =>
  -0.5 * ((y - mean) ** 2 / variance + Math.log(variance));

/**
 * What a level at distance `u` from the limit is worth for the limit at best: the inverse of the variance of ln λ* from it
 * alone, with the curve known. @param factor F.
 */
export function informationOf(level: Prepared, u: number, shape: Shape, model: MarginModel, factor: number): number {
  const g = logMargin(u, shape, model);
  if (level.kind === 'above' || !(g < FAR_ABOVE)) return 0;
  const slope = slopeOf(u, shape, model);
  const misfit = (MISFIT * g) ** 2;
  if (level.kind === 'value') return slope ** 2 / (level.variance * factor + misfit);
  const { s, lever } = expectedShare(g, model);
  // Of g.
  const variance = (Math.max(1, factor * level.cluster) * (1 - s)) / (level.n * s * lever ** 2);
  return slope ** 2 / (variance + misfit);
}

/** Residuals count as so many independent ones more, and beyond so many deviations as no more: a few levels cannot show a correlation. */
const INDEPENDENT = 5;
/** So much of a correlation is chance's. */
const CHANCE = 0.06;
const LARGEST = 2;
/** Of a residual's variance what chance makes of it, several times: what one level has of its own is not known well. */
const OWN = 3;

/**
 * What one level counts for: a target that is slow for a while makes the levels of that while fail together. With r the
 * lag-1 autocorrelation of the residuals in their order of time, n levels say as much as n(1 − r)/(1 + r) independent ones.
 * @param theta ln of the limit from which residuals are taken.
 */
export function weightOf(
  levels: readonly Prepared[],
  theta: number,
  shape: Shape,
  model: MarginModel,
  factor: number,
): number {
  const residuals = [...levels]
    .sort((a, b) => a.order - b.order)
    .map((level) => residualOf(level, logMargin(level.x - theta, shape, model), model, factor));
  let products = 0;
  let squares = INDEPENDENT;
  residuals.forEach((z, k) => {
    squares += z * z;
    products += z * (residuals[k - 1] ?? 0);
  });
  const r = Math.max(0, products / squares - CHANCE);
  return (1 - r) / (1 + r);
}

/** How far a level is from what was expected of it, g, in standard deviations; 0 for one that does not tell. */
function residualOf(level: Prepared, g: number, model: MarginModel, factor: number): number {
  const clip = (z: number): number => Math.max(-LARGEST, Math.min(LARGEST, z));
  if (level.kind === 'above') return g > 0 ? 0 : g < -0.1 ? LARGEST : LARGEST / 2;
  if (g > FAR_ABOVE + 1) return -LARGEST;
  if (level.kind === 'value')
    return clip(((level.y as number) - g) / Math.sqrt(OWN * level.variance * factor + (MISFIT * g) ** 2));
  const { bad, n, cluster } = level;
  const { s, lever } = expectedShare(g, model);
  const relative = ((n * s) / (1 - s)) * lever ** 2;
  const variance = OWN * Math.max(1, factor * cluster) + relative * (MISFIT * g) ** 2;
  return clip((bad - n * s) / Math.sqrt(n * s * (1 - s) * variance));
}

/** Standard normal distribution function. Source: Abramowitz and Stegun 26.2.17, error below 7.5e-8. */
function normalCdf(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const density = 0.3989422804 * Math.exp((-z * z) / 2);
  const tail =
    density * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z > 0 ? 1 - tail : tail;
}
