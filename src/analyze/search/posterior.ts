import { addLikelihood, COARSE_SCATTERS, NO_SCATTER, SCATTERS, type Scatter, weightOf } from './likelihood.ts';
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

const COARSE = 40;
const FINE = 60;
/** A shape less probable than this in the coarse look is left out of the fine one. */
const NEGLIGIBLE = 2e-4;
/** A look at more than this share of the last one's range is none. */
const WORTHWHILE = 0.7;

/** The posterior of the margin model given all levels; pure. */
export function posteriorOf(points: readonly MarginPoint[], model: MarginModel): Posterior {
  const noise = noiseOf(points, model);
  const last = zoomed(points, noise, model);
  const weight = weightOf(points, noise, ...likeliest(last), model);
  const { from, to, shapes } = likely(last, model);
  // What counts for less leaves more.
  const wider = ((1 / Math.sqrt(weight) - 1) * (to - from)) / 2;
  const span = {
    ...{ from: Math.max(model.low, from - wider), to: Math.min(model.high, to + wider) },
    ...{ size: FINE, shapes, scatters: SCATTERS },
  };
  return toPosterior(gridOf(points, noise, model, span, weight), model);
}

/**
 * Where the posterior is: coarse looks, each at what the one before left possible. Many precise levels leave less than the
 * step of a first grid, so every look is blurred by its own step.
 */
function zoomed(points: readonly MarginPoint[], noise: readonly Noise[], model: MarginModel): Grid {
  let span: Pick<Span, 'from' | 'to' | 'shapes'> = { from: model.low, to: model.high, shapes: shapesOf(model) };
  for (;;) {
    const step = (span.to - span.from) / (COARSE - 1);
    const scatters = COARSE_SCATTERS.map((one) => ({ ...one, drift: Math.hypot(one.drift, step) }));
    const grid = gridOf(points, noise, model, { ...span, size: COARSE, scatters }, 1);
    const next = likely(grid, model);
    if (next.to - next.from > WORTHWHILE * (span.to - span.from)) return grid;
    span = next;
  }
}

/** θ and the shape of the most probable cell. */
function likeliest({ joint, shapes, first, step }: Grid): [theta: number, shape: Shape] {
  let most = 0;
  for (let i = 1; i < joint.length; i++) if ((joint[i] as number) > (joint[most] as number)) most = i;
  return [first + Math.floor(most / shapes.length) * step, shapes[most % shapes.length] as Shape];
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
}

interface Grid {
  readonly first: number;
  readonly step: number;
  /** By θ: probability; of the shapes at each θ, their joint weight. */
  readonly mass: Float64Array;
  readonly joint: Float64Array;
  readonly shapes: readonly Shape[];
}

/** @param weight of each level's likelihood. */
function gridOf(
  points: readonly MarginPoint[],
  noise: readonly Noise[],
  model: MarginModel,
  { from, to, size, shapes, scatters: wanted }: Span,
  weight: number,
): Grid {
  const step = Math.max(1e-6, (to - from) / (size - 1));
  const scatters = model.shape === 'errors' ? NO_SCATTER : wanted;
  const log = new Float64Array(size * shapes.length * scatters.length);
  let cell = 0;
  let most = Number.NEGATIVE_INFINITY;
  const sums = new Float64Array(scatters.length);
  for (let i = 0; i < size; i++) {
    const theta = from + i * step;
    for (const shape of shapes) {
      sums.fill(0);
      const prior = shape.prior + priorOf(theta, shape.bend, model);
      for (let k = 0; k < points.length; k++) {
        const { x, margin } = points[k] as MarginPoint;
        addLikelihood(sums, scatters, margin, noise[k] as Noise, x - theta, shape, model);
      }
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
  return { first: from, step, mass, joint, shapes };
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
