import type { Margin } from './level.ts';

/**
 * Where on the load axis a criterion breaks: a Bayesian posterior on a grid over θ = ln λ*, the shape of the curve, and
 * how much levels scatter.
 *
 * Latency under arrivals follows the form of Pollaczek and Khinchine, value(λ) = v₀ + a·λ/(C − λ), which is exact for
 * M/M/1 percentiles and M/G/1 means: with f = v₀/limit and C = λ*(1+h),
 *     value(λ)/limit = f + (1−f)·e^u·h/(1+h−e^u),   u = ln λ − θ.
 * h is the room between the limit and capacity; h → 0 is a cliff. Closed-model latency and error shares follow a power
 * law instead, value/limit = f + (1−f)·e^{k·u}: at saturation, response time is proportional to users (k = 1).
 */
export interface MarginPoint {
  /** ln load. */
  readonly x: number;
  readonly margin: Margin;
}

export interface MarginModel {
  readonly shape: 'queue' | 'power' | 'errors';
  /** The value of an idle target over the limit, and the standard error of its logarithm. */
  readonly floor: number;
  readonly floorDeviation: number;
  /** ln of the capacity guess, and its standard deviation; null: unknown. */
  readonly capacity: { readonly x: number; readonly deviation: number } | null;
  /** The percentile, 0..1, or null. */
  readonly p: number | null;
  /** Range of θ. */
  readonly low: number;
  readonly high: number;
  /** The limit as an error share (shape 'errors'). */
  readonly limit: number;
}

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

const ROOMS = [0.004, 0.01, 0.025, 0.05, 0.1, 0.17, 0.28, 0.45, 0.7, 1.2, 2.5, 6];
/** An idle value can hardly be nearer to the limit; an uncertainty of it below this share of the limit does not matter. */
const HIGHEST_FLOOR = 0.97;
const FLOOR_MATTERS = 0.04;
const POWERS = [0.3, 0.5, 0.75, 1, 1.3, 1.8, 2.5, 4, 7, 12, 25, 60];
const ERROR_POWERS = [1, 2, 4, 8, 16, 32, 64];
/** How much more levels scatter than theory and their own batches say. */
const SCATTERS = [0.7, 0.9, 1.15, 1.5, 2, 2.7];
const COARSE_SCATTERS = [1.3, 2.2];
const SCATTER_MEDIAN = 1.6;
const SCATTER_DEVIATION = 0.3;

/** For how many levels theory counts; the variance and the margin up to which a level's own scatter is believed. */
const THEORY_COUNTS = 2;
const LONG_ENOUGH = 0.04;
const NEAR_ENOUGH = 0.6;
/** An estimated variance is skewed: its logarithm is that much too low on average. */
const MEAN_LOG = 0.2;

/** Failures come at least so many at a time: a full queue refuses several. */
const CLUSTER = 3;

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

/** What theory knows of a point before its own value is looked at. */
interface Noise {
  /** Variance of the margin at scatter 1; 0 where it has none. */
  readonly variance: number;
  /** By how much ln of a percentile is too low, on average, in a window this short. */
  readonly bias: number;
}

/**
 * Var ln q_p of M/M/1 from n requests: p/(1−p)/ln²(1−p) over n_eff ≈ 0.275·(1−ρ)²/ρ·n; and its bias, −0.65ρ times
 * that: busy periods are rare and long, so that most short windows miss their share (both simulated, `bench/accuracy`).
 *
 * All levels share one factor on the variance, from what the batches of the longer ones say, theory itself counting as
 * some. A short level's own scatter is not taken at its word: a lucky window looks precise as well as fast.
 */
function noiseOf(points: readonly MarginPoint[], { capacity, p, shape }: MarginModel): Noise[] {
  const known = points.map(({ x, margin }) => {
    if (margin.kind !== 'value') return { variance: 0, rho: 0 };
    const unit = p === null ? 2 : p / (1 - p) / Math.log(1 - p) ** 2;
    const rho = shape === 'queue' && capacity !== null ? Math.min(0.93, Math.exp(x - capacity.x)) : 0.3;
    return { variance: unit / (Math.min(0.5, (0.275 * (1 - rho) ** 2) / rho) * Math.max(1, margin.n)), rho };
  });
  let sum = 0;
  let count: number = THEORY_COUNTS;
  points.forEach(({ margin }, i) => {
    const variance = known[i]?.variance ?? 0;
    if (margin.kind !== 'value' || margin.scatter === null || margin.scatter <= 0) return;
    if (variance > LONG_ENOUGH || Math.abs(margin.y) > NEAR_ENOUGH) return;
    sum += Math.max(-1.5, Math.min(3, Math.log(margin.scatter ** 2 / variance) + MEAN_LOG));
    count++;
  });
  const factor = Math.exp(sum / count);
  return known.map(({ variance, rho }) => ({
    variance: variance * factor,
    bias: Math.min(0.2, 0.65 * rho * variance * factor),
  }));
}

/** One form the curve may have. */
interface Shape {
  /** h of a queue, else the power k. */
  readonly bend: number;
  /** The idle value over the limit. */
  readonly floor: number;
  /** Prior weight, logarithmic. */
  readonly prior: number;
}

/** Every bend with every floor that the idle level leaves possible. */
function shapesOf({ shape, floor, floorDeviation }: MarginModel): Shape[] {
  const bends = shape === 'queue' ? ROOMS : shape === 'power' ? POWERS : ERROR_POWERS;
  const kept = (value: number): number => Math.min(HIGHEST_FLOOR, value);
  if (shape === 'errors' || floor * floorDeviation < FLOOR_MATTERS)
    return bends.map((bend) => ({ bend, floor: kept(floor), prior: 0 }));
  return bends.flatMap((bend) => {
    // Three points that have the mean and the variance of a normal distribution.
    return [-1, 0, 1].map((side) => ({
      bend,
      floor: kept(floor * Math.exp(side * Math.sqrt(3) * Math.min(0.3, floorDeviation))),
      prior: Math.log(side === 0 ? 2 / 3 : 1 / 6),
    }));
  });
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

/** ln(value/limit) at distance u from the limit; Infinity beyond capacity. */
function logMargin(u: number, { bend, floor }: Shape, { shape }: MarginModel): number {
  if (shape === 'power') return Math.log(floor + (1 - floor) * Math.exp(Math.min(50, bend * u)));
  const room = 1 + bend - Math.exp(u);
  if (room <= 0) return Number.POSITIVE_INFINITY;
  return Math.log(floor + ((1 - floor) * Math.exp(u) * bend) / room);
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
    const { failed, n, dispersion } = margin;
    const log = failed * Math.log(expected) + (n - failed) * Math.log1p(-expected);
    const far = MISFIT * Math.log((failed + 0.5) / (n * model.limit));
    sums[0] = (sums[0] as number) + log / (Math.max(CLUSTER, dispersion) + failed * far ** 2);
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
    curve: (x) => {
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
    },
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
