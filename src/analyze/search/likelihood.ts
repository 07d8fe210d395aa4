import type { Margin } from './level.ts';
import { logMargin, type MarginModel, type MarginPoint, type Shape, slopeOf } from './margin.ts';
import type { Noise } from './noise.ts';

/**
 * How levels scatter: `noise` times as much as theory and their own batches say, and each around a limit of its own, whose
 * logarithm has the deviation `drift`: a real target's capacity is not the same from one level to the next.
 */
export interface Scatter {
  readonly noise: number;
  readonly drift: number;
  /** Prior weight, logarithmic. */
  readonly prior: number;
}

type Latency = Exclude<Margin, { kind: 'errors' }>;

const NOISE_MEDIAN = 1.75;
const NOISE_DEVIATION = 0.3;
const lognormal = (noise: number): Scatter => ({
  noise,
  drift: 0,
  prior: -0.5 * (Math.log(noise / NOISE_MEDIAN) / NOISE_DEVIATION) ** 2,
});
/** Of the lognormal ones below, the weights add up to about so many times that of the median. */
const ALL = 2.2;
/** @param odds against all lognormal ones together. */
const rare = (noise: number, drift: number, odds: number): Scatter => ({ noise, drift, prior: Math.log(ALL * odds) });

export const SCATTERS: readonly Scatter[] = [
  ...[0.8, 1.15, 1.6, 2.3].map(lognormal),
  // A target that is slow by times scatters more than any queue.
  rare(4.5, 0, 0.15),
  rare(NOISE_MEDIAN, 0.03, 0.12),
  rare(NOISE_MEDIAN, 0.1, 0.08),
];
/** For a first look. */
export const COARSE_SCATTERS: readonly Scatter[] = [lognormal(NOISE_MEDIAN), rare(NOISE_MEDIAN, 0.08, 0.4)];
/** Of errors: they come with a scatter of their own. */
export const NO_SCATTER: readonly Scatter[] = [{ noise: 1, drift: 0, prior: 0 }];

/** How many deviations of the drift a level may lie below its own capacity where all were expected to lie above it. */
const ASTRAY = [0.7, 1.4, 2.1] as const;
/** The chance of each: of a normal distribution, the part nearer to it than to the others. */
const CHANCES = [0.21, 0.12, 0.04] as const;

/** Model error, as a share of the margin's size: a level far from the limit says little about the limit. */
const MISFIT = 0.15;
/** Scatter from level to level that no longer window takes away. */
const LEVEL_SCATTER = 0.015;
/** The chance that a level says nothing true. */
const LAPSE = 0.02;
/** Log likelihood of a level that says nothing true: `LAPSE`, spread over a range of margins of about 2. */
const OUTLIER = Math.log(LAPSE / 2);
/** Margins above this (twice the limit) only say "above": near overload the value depends on the window. */
const FAR_ABOVE = 0.7;
/** Squares of residuals that are taken to be without correlation before anything is known; and the largest residual. */
const INDEPENDENT = 5;
const LARGEST = 2;

/** Adds the log likelihood of one level at distance `u` from the limit, by scatter. */
export function addLikelihood(
  sums: Float64Array,
  scatters: readonly Scatter[],
  margin: Margin,
  noise: Noise,
  u: number,
  shape: Shape,
  model: MarginModel,
): void {
  if (margin.kind === 'errors') {
    sums[0] = (sums[0] as number) + errorLikelihood(margin, noise, u, shape, model);
    return;
  }
  const g = logMargin(u, shape, model);
  const noisy = margin.kind === 'value' && margin.y <= FAR_ABOVE;
  const astray = noisy && g > FAR_ABOVE + 1;
  const slope = g === Number.POSITIVE_INFINITY ? 0 : slopeOf(u, shape, model);
  for (let j = 0; j < scatters.length; j++) {
    const { noise: times, drift } = scatters[j] as Scatter;
    const log =
      astray && drift > 0
        ? astrayLikelihood(margin, noise, times, drift, u, shape, model)
        : likelihoodOf(margin, noise, times, g, slope * drift);
    sums[j] = (sums[j] as number) + log;
  }
}

/** Overload was expected and did not come: the level's own limit may have been higher. */
function astrayLikelihood(
  margin: Latency,
  noise: Noise,
  times: number,
  drift: number,
  u: number,
  shape: Shape,
  model: MarginModel,
): number {
  let sum = LAPSE / 2;
  for (let i = 0; i < ASTRAY.length; i++) {
    const v = u - (ASTRAY[i] as number) * drift;
    const g = logMargin(v, shape, model);
    if (g > FAR_ABOVE + 1) continue;
    // Half the drift is within the part.
    sum +=
      (CHANCES[i] as number) * Math.exp(likelihoodOf(margin, noise, times, g, (slopeOf(v, shape, model) * drift) / 2));
  }
  return Math.log(sum);
}

function errorLikelihood(
  { failed, n }: Extract<Margin, { kind: 'errors' }>,
  { cluster }: Noise,
  u: number,
  { bend }: Shape,
  { limit }: MarginModel,
): number {
  const expected = Math.min(0.95, limit * Math.exp(Math.min(20, bend * u)));
  const log = failed * Math.log(expected) + (n - failed) * Math.log1p(-expected);
  const far = MISFIT * Math.log((failed + 0.5) / (n * limit));
  return log / (cluster + failed * far ** 2);
}

/** Log likelihood of one level. @param g the margin that is expected. @param blur the standard deviation of that. */
function likelihoodOf(margin: Latency, noise: Noise, scatter: number, g: number, blur: number): number {
  if (margin.kind === 'above' || margin.y > FAR_ABOVE) {
    const edge = margin.kind === 'above' ? 0 : Math.min(FAR_ABOVE, margin.y);
    const width = Math.hypot(0.1 + MISFIT * Math.abs(g), blur);
    const probability = g === Number.POSITIVE_INFINITY ? 1 : normalCdf((g - edge) / width);
    return Math.log(LAPSE + (1 - LAPSE) * probability);
  }
  // Overload was predicted, and did not come: an outlier, or wrong parameters.
  if (g > FAR_ABOVE + 1) return OUTLIER;
  const variance = noise.variance * scatter ** 2 + LEVEL_SCATTER ** 2 + (MISFIT * g) ** 2 + blur ** 2;
  return Math.max(OUTLIER, -0.5 * ((margin.y + noise.bias - g) ** 2 / variance + Math.log(variance)));
}

/**
 * What one level counts for: a target that is slow for a while makes the levels of that while fail together. With r the
 * lag-1 autocorrelation of the residuals in their order of time, n levels say as much as n(1 − r)/(1 + r) independent ones.
 * @param theta ln of the limit from which residuals are taken.
 */
export function weightOf(
  points: readonly MarginPoint[],
  noise: readonly Noise[],
  theta: number,
  shape: Shape,
  model: MarginModel,
): number {
  const residuals = points
    .map(({ x, margin, order }, k) => ({
      order,
      z: residualOf(margin, noise[k] as Noise, logMargin(x - theta, shape, model)),
    }))
    .sort((a, b) => a.order - b.order);
  let products = 0;
  let squares = INDEPENDENT;
  residuals.forEach(({ z }, k) => {
    squares += z * z;
    products += z * (residuals[k - 1]?.z ?? 0);
  });
  const r = Math.max(0, products / squares);
  return (1 - r) / (1 + r);
}

/** How far a level is from what was expected of it, g, in standard deviations; 0 for one that does not tell. */
function residualOf(margin: Margin, { variance, bias }: Noise, g: number): number {
  if (margin.kind === 'errors') return 0;
  // What only says "above" was expected below, or not.
  if (margin.kind === 'above' || margin.y > FAR_ABOVE) return g > 0 ? 0 : g < -0.1 ? LARGEST : LARGEST / 2;
  if (g > FAR_ABOVE + 1) return -LARGEST;
  const deviation = Math.sqrt(variance * NOISE_MEDIAN ** 2 + LEVEL_SCATTER ** 2 + (MISFIT * g) ** 2);
  return Math.max(-LARGEST, Math.min(LARGEST, (margin.y + bias - g) / deviation));
}

/** Standard normal distribution function. Source: Abramowitz and Stegun 26.2.17, error below 7.5e-8. */
function normalCdf(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const density = 0.3989422804 * Math.exp((-z * z) / 2);
  const tail =
    density * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z > 0 ? 1 - tail : tail;
}
