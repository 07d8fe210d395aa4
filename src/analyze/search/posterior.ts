import type { Margin } from './level.ts';
import { logMargin, type MarginModel, type MarginPoint, type Shape, shapesOf } from './margin.ts';
import { type Noise, noiseOf } from './noise.ts';

export interface Posterior {
  /** P(θ ≤ x). */
  cdf(x: number): number;
  /** θ at a probability, ln load. */
  quantile(p: number): number;
  /** Posterior mean of the curve's steepness: h of a queue, else k. */
  readonly shape: number;
  /** The curve at ln load x: ln(value/limit), as mean and 95 % band over the posterior. */
  curve(x: number): { readonly mean: number; readonly low: number; readonly high: number };
}

/** How much more levels scatter than theory and their own batches say. */
const SCATTERS = [0.7, 0.9, 1.15, 1.5, 2, 2.7];
const COARSE_SCATTERS = [1.3, 2.2];
const SCATTER_MEDIAN = 1.6;
const SCATTER_DEVIATION = 0.3;

const COARSE = 70;
const FINE = 100;
/** A shape less probable than this in the coarse look is left out of the fine one. */
const NEGLIGIBLE = 2e-4;
/** Model error, as a share of the margin's size: a level far from the limit says little about the limit. */
const MISFIT = 0.15;
/** Scatter from level to level that no longer window takes away. */
const LEVEL_SCATTER = 0.015;
/** The chance that a level says nothing true. */
const LAPSE = 0.02;
/** Margins above this (twice the limit) only say "above": near overload the value depends on the window. */
const FAR_ABOVE = 0.7;

/** The posterior of the margin model given all levels; pure. */
export function posteriorOf(points: readonly MarginPoint[], model: MarginModel): Posterior {
  const noise = noiseOf(points, model);
  const coarse = gridOf(points, noise, model, shapesOf(model), COARSE_SCATTERS, model.low, model.high, COARSE);
  const low = Math.max(model.low, quantileIn(coarse, 1e-5) - 2 * coarse.step);
  const high = Math.min(model.high, quantileIn(coarse, 1 - 1e-5) + 2 * coarse.step);
  return toPosterior(gridOf(points, noise, model, likely(coarse), SCATTERS, low, high, FINE), model);
}

/** The shapes that the coarse look leaves possible. */
function likely({ joint, shapes }: Grid): Shape[] {
  const weights = new Float64Array(shapes.length);
  joint.forEach((weight, i) => {
    const k = i % shapes.length;
    weights[k] = (weights[k] as number) + weight;
  });
  return shapes.filter((_, k) => (weights[k] as number) > NEGLIGIBLE);
}

interface Grid {
  readonly first: number;
  readonly step: number;
  /** By θ: probability; of the shapes at each θ, their joint weight. */
  readonly mass: Float64Array;
  readonly joint: Float64Array;
  readonly shapes: readonly Shape[];
}

function gridOf(
  points: readonly MarginPoint[],
  noise: readonly Noise[],
  model: MarginModel,
  shapes: readonly Shape[],
  wanted: readonly number[],
  low: number,
  high: number,
  size: number,
): Grid {
  const step = Math.max(1e-6, (high - low) / (size - 1));
  const scatters = model.shape === 'errors' ? [1] : wanted;
  const log = new Float64Array(size * shapes.length * scatters.length);
  let cell = 0;
  let most = Number.NEGATIVE_INFINITY;
  const scatterPrior = scatters.map((scatter) => -0.5 * (Math.log(scatter / SCATTER_MEDIAN) / SCATTER_DEVIATION) ** 2);
  const sums = new Float64Array(scatters.length);
  for (let i = 0; i < size; i++) {
    const theta = low + i * step;
    for (const shape of shapes) {
      sums.set(scatterPrior);
      const prior = shape.prior + priorOf(theta, shape.bend, model);
      for (let k = 0; k < points.length; k++) {
        const { x, margin } = points[k] as MarginPoint;
        addLikelihood(sums, scatters, margin, noise[k] as Noise, x - theta, shape, model);
      }
      for (let j = 0; j < sums.length; j++) {
        const value = (sums[j] as number) + prior;
        log[cell++] = value;
        if (value > most) most = value;
      }
    }
  }
  const mass = new Float64Array(size);
  const joint = new Float64Array(size * shapes.length);
  let total = 0;
  cell = 0;
  for (let i = 0; i < joint.length; i++) {
    let sum = 0;
    for (let j = 0; j < scatters.length; j++) sum += Math.exp((log[cell++] as number) - most);
    joint[i] = sum;
    const at = Math.floor(i / shapes.length);
    mass[at] = (mass[at] as number) + sum;
    total += sum;
  }
  for (let i = 0; i < size; i++) mass[i] = (mass[i] as number) / total;
  for (let i = 0; i < joint.length; i++) joint[i] = (joint[i] as number) / total;
  return { first: low, step, mass, joint, shapes };
}

/** Flat in θ and ln h, and a heavy-tailed tie of the curve's asymptote to the capacity that was seen. */
function priorOf(theta: number, shape: number, { capacity, shape: kind }: MarginModel): number {
  if (capacity === null || kind !== 'queue') return 0;
  const off = (theta + Math.log1p(shape) - capacity.x) / capacity.deviation;
  return -2 * Math.log1p(off ** 2 / 3);
}

function addLikelihood(
  sums: Float64Array,
  scatters: readonly number[],
  margin: Margin,
  noise: Noise,
  u: number,
  shape: Shape,
  model: MarginModel,
): void {
  if (margin.kind === 'errors') {
    const expected = Math.min(0.95, model.limit * Math.exp(Math.min(20, shape.bend * u)));
    const { failed, n } = margin;
    const log = failed * Math.log(expected) + (n - failed) * Math.log1p(-expected);
    const far = MISFIT * Math.log((failed + 0.5) / (n * model.limit));
    sums[0] = (sums[0] as number) + log / (noise.cluster + failed * far ** 2);
    return;
  }
  const g = logMargin(u, shape, model);
  if (margin.kind === 'above' || margin.y > FAR_ABOVE) {
    const edge = margin.kind === 'above' ? 0 : Math.min(FAR_ABOVE, margin.y);
    const probability = g === Number.POSITIVE_INFINITY ? 1 : normalCdf((g - edge) / (0.1 + MISFIT * Math.abs(g)));
    const log = Math.log(LAPSE + (1 - LAPSE) * probability);
    for (let j = 0; j < sums.length; j++) sums[j] = (sums[j] as number) + log;
    return;
  }
  if (g > FAR_ABOVE + 1) {
    // Overload was predicted, and did not come: an outlier, or wrong parameters.
    for (let j = 0; j < sums.length; j++) sums[j] = (sums[j] as number) + OUTLIER;
    return;
  }
  const misfit = LEVEL_SCATTER ** 2 + (MISFIT * g) ** 2;
  for (let j = 0; j < sums.length; j++) {
    const variance = noise.variance * (scatters[j] as number) ** 2 + misfit;
    const log = -0.5 * ((margin.y + noise.bias - g) ** 2 / variance + Math.log(variance));
    sums[j] = (sums[j] as number) + Math.max(OUTLIER, log);
  }
}

/** Log likelihood of a level that says nothing true: `LAPSE`, spread over a range of margins of about 2. */
const OUTLIER = Math.log(LAPSE / 2);

function quantileIn({ first, step, mass }: Grid, p: number): number {
  let seen = 0;
  for (let i = 0; i < mass.length; i++) {
    const here = mass[i] as number;
    if (seen + here >= p && here > 0) return first + (i + (p - seen) / here - 0.5) * step;
    seen += here;
  }
  return first + (mass.length - 1) * step;
}

function toPosterior(grid: Grid, model: MarginModel): Posterior {
  const { first, step, mass, joint, shapes } = grid;
  let shape = 0;
  for (let i = 0; i < joint.length; i++)
    shape += (joint[i] as number) * Math.log((shapes[i % shapes.length] as Shape).bend);
  const curve = (x: number): { mean: number; low: number; high: number } => {
    const values: { g: number; weight: number }[] = [];
    for (let i = 0; i < joint.length; i++) {
      const weight = joint[i] as number;
      if (weight < 1e-6) continue;
      const theta = first + Math.floor(i / shapes.length) * step;
      values.push({ g: logMargin(x - theta, shapes[i % shapes.length] as Shape, model), weight });
    }
    values.sort((a, b) => a.g - b.g);
    const total = values.reduce((sum, { weight }) => sum + weight, 0);
    const at = (p: number): number => {
      let seen = 0;
      for (const { g, weight } of values) {
        seen += weight / total;
        if (seen >= p) return g;
      }
      return Number.POSITIVE_INFINITY;
    };
    return { mean: at(0.5), low: at(0.025), high: at(0.975) };
  };
  return {
    shape: Math.exp(shape),
    quantile: (p) => quantileIn(grid, p),
    cdf: (x) => {
      const place = (x - first) / step + 0.5;
      if (place <= 0) return 0;
      let seen = 0;
      for (let i = 0; i < mass.length; i++) {
        if (place < i + 1) return seen + (place - i) * (mass[i] as number);
        seen += mass[i] as number;
      }
      return 1;
    },
    curve,
  };
}

/** Standard normal distribution function. Source: Abramowitz and Stegun 26.2.17, error below 7.5e-8. */
function normalCdf(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const density = 0.3989422804 * Math.exp((-z * z) / 2);
  const tail =
    density * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z > 0 ? 1 - tail : tail;
}
