/** The posterior of the limit on a grid, given all levels. */
import {
  addLikelihood,
  coarseScattersOf,
  informationOf,
  type Prepared,
  prepare,
  type Scatter,
  scattersOf,
  weightOf,
} from './likelihood.ts';
import { logMargin, type MarginModel, type MarginPoint, type Shape, shapesOf } from './margin.ts';
import { noiseOf } from './noise.ts';

export interface Posterior {
  /** The probability that the criterion is broken at any load, however low. */
  readonly never: number;
  /** The standard error of θ that so many requests allow at best, whatever they happen to say. */
  readonly deviation: number;
  /** P(θ ≤ x), if there is such a limit. */
  cdf(x: number): number;
  /** θ at a probability, ln load, likewise. */
  quantile(p: number): number;
  /** Posterior mean of the curve's steepness: h of a queue, else k. */
  readonly shape: number;
  /** The curve at ln load x: ln(value/limit), as mean and 95 % band over the posterior. */
  curve(x: number): { readonly mean: number; readonly low: number; readonly high: number };
}

const COARSE = 40;
const FINE = 60;
/** A shape less probable than this in the coarse look is left out of the fine one. */
const NEGLIGIBLE = 2e-4;
/** A look at more than this share of the last one's range is none. */
const WORTHWHILE = 0.7;
/** Before anything is seen, of a target that breaks its SLO at any load against one that has a limit: failures often do. */
const NEVER_ODDS = { latency: 0.03, errors: 0.5 } as const;

/** The posterior of the margin model given all levels; pure. */
export function posteriorOf(points: readonly MarginPoint[], model: MarginModel): Posterior {
  const noise = noiseOf(points, model);
  const levels = prepare(points, noise, model);
  const coarse = coarseScattersOf(noise);
  let span: Pick<Span, 'from' | 'to' | 'shapes'> = { from: model.low, to: model.high, shapes: shapesOf(model) };
  let weight = 1;
  for (;;) {
    const step = (span.to - span.from) / (COARSE - 1);
    const scatters = coarse.map((one) => ({ ...one, drift: Math.hypot(one.drift, step) }));
    const grid = gridOf(levels, model, { ...span, size: COARSE, scatters, weight: 1 });
    weight = weightOf(levels, ...likeliest(grid), model, Math.exp(noise.mean));
    const next = likely(grid, model);
    const done = next.to - next.from > WORTHWHILE * (span.to - span.from);
    span = next;
    if (done) break;
  }
  const scatters = scattersOf(noise);
  // What counts for less leaves more.
  const wider = ((1 / Math.sqrt(weight) - 1) * (span.to - span.from)) / 2;
  const from = Math.max(model.low, span.from - wider);
  const to = Math.min(model.high, span.to + wider);
  const grid = gridOf(levels, model, { from, to, shapes: span.shapes, size: FINE, scatters, weight });
  const never = neverOf(levels, model, scatters, weight, grid);
  return toPosterior(grid, model, never, deviationOf(levels, model, grid, Math.exp(noise.cautious)));
}

/** The standard error of θ that so many requests allow at best, in the middle over the likely curves. */
function deviationOf(levels: readonly Prepared[], model: MarginModel, grid: Grid, factor: number): number {
  const { joint, shapes, first, step } = grid;
  let variance = 0;
  let total = 0;
  for (let i = 0; i < joint.length; i++) {
    const weight = joint[i] as number;
    if (weight < 1e-4) continue;
    const theta = first + Math.floor(i / shapes.length) * step;
    const shape = shapes[i % shapes.length] as Shape;
    let information = 0;
    for (const level of levels) information += informationOf(level, level.x - theta, shape, model, factor);
    variance += weight * Math.min(1, 1 / information);
    total += weight;
  }
  return total > 0 ? Math.sqrt(variance / total) : 1;
}

/** Compares the curve that crosses the limit with one that is above it everywhere. */
function neverOf(
  levels: readonly Prepared[],
  model: MarginModel,
  scatters: readonly Scatter[],
  weight: number,
  curve: Grid,
): number {
  if (levels.length === 0) return 0;
  const top = Math.max(...levels.map(({ x }) => x));
  const rival: MarginModel = { ...model, shape: 'never', capacity: null, low: top, high: top };
  const shapes = shapesOf(rival);
  const never = gridOf(levels, rival, { from: top, to: top, size: 1, shapes, scatters, weight });
  const prior = (all: readonly Shape[]): number => all.reduce((sum, { prior }) => sum + Math.exp(prior), 0);
  const ofCurve = curve.evidence + Math.log(curve.step / (model.high - model.low) / prior(shapesOf(model)));
  const ofNever = never.evidence - Math.log(prior(shapes));
  return 1 / (1 + Math.exp(Math.min(500, ofCurve - ofNever)) / NEVER_ODDS[model.errors ? 'errors' : 'latency']);
}

/** θ and shape of the grid's most probable cell. */
function likeliest({ joint, shapes, first, step }: Grid): [theta: number, shape: Shape] {
  let best = 0;
  for (let i = 1; i < joint.length; i++) if ((joint[i] as number) > (joint[best] as number)) best = i;
  return [first + Math.floor(best / shapes.length) * step, shapes[best % shapes.length] as Shape];
}

/** What a look leaves possible. */
function likely(grid: Grid, model: MarginModel): Pick<Span, 'from' | 'to' | 'shapes'> {
  const { joint, shapes, step } = grid;
  const weights = new Float64Array(shapes.length);
  joint.forEach((weight, i) => {
    const k = i % shapes.length;
    weights[k] = (weights[k] as number) + weight;
  });
  return {
    from: Math.max(model.low, quantileIn(grid, 1e-5) - 2 * step),
    to: Math.min(model.high, quantileIn(grid, 1 - 1e-5) + 2 * step),
    shapes: shapes.filter((_, k) => (weights[k] as number) > NEGLIGIBLE),
  };
}

/** What a grid is to span. */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly size: number;
  readonly shapes: readonly Shape[];
  readonly scatters: readonly Scatter[];
  /** What one level counts for. */
  readonly weight: number;
}

interface Grid {
  readonly first: number;
  readonly step: number;
  /** By θ: probability; of the shapes at each θ, their joint weight. */
  readonly mass: Float64Array;
  readonly joint: Float64Array;
  readonly shapes: readonly Shape[];
  /** ln of the sum of all cells' weights. */
  readonly evidence: number;
}

function gridOf(
  levels: readonly Prepared[],
  model: MarginModel,
  { from, to, size, shapes, scatters, weight }: Span,
): Grid {
  const step = size === 1 ? 1e-6 : Math.max(1e-6, (to - from) / (size - 1));
  const log = new Float64Array(size * shapes.length * scatters.length);
  let cell = 0;
  let most = Number.NEGATIVE_INFINITY;
  const sums = new Float64Array(scatters.length);
  for (let i = 0; i < size; i++) {
    const theta = from + i * step;
    for (const shape of shapes) {
      sums.fill(0);
      const prior = shape.prior + priorOf(theta, shape.bend, model);
      for (const level of levels) addLikelihood(sums, scatters, level, level.x - theta, shape, model);
      for (let j = 0; j < sums.length; j++) {
        const value = weight * (sums[j] as number) + (scatters[j] as Scatter).prior + prior;
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
  return { first: from, step, mass, joint, shapes, evidence: most + Math.log(total) };
}

/** Flat in θ and ln h, and a heavy-tailed tie of the curve's asymptote to the capacity that was seen. */
function priorOf(theta: number, shape: number, { capacity, shape: kind }: MarginModel): number {
  if (capacity === null || kind !== 'queue') return 0;
  const off = (theta + Math.log1p(shape) - capacity.x) / capacity.deviation;
  return -2 * Math.log1p(off ** 2 / 3);
}

function quantileIn({ first, step, mass }: Grid, p: number): number {
  let seen = 0;
  for (let i = 0; i < mass.length; i++) {
    const here = mass[i] as number;
    if (seen + here >= p && here > 0) return first + (i + (p - seen) / here - 0.5) * step;
    seen += here;
  }
  return first + (mass.length - 1) * step;
}

function toPosterior(grid: Grid, model: MarginModel, never: number, deviation: number): Posterior {
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
    never,
    deviation,
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
