import type { MarginModel, MarginPoint } from './margin.ts';

/** For how many levels theory counts; the variance and the margin up to which a level's own scatter is believed. */
const THEORY_COUNTS = 2;
const LONG_ENOUGH = 0.04;
const NEAR_ENOUGH = 0.6;
/** An estimated variance is skewed: its logarithm is that much too low on average. */
const MEAN_LOG = 0.2;

/**
 * A full queue refuses several in a row. How many failures it takes to make one independent one is taken to be the same
 * at all levels near the limit, and before anything is known to be as many as if that many failures had shown it. A
 * level's own scatter is not taken at its word: the one that saw few failures saw them apart.
 */
const CLUSTER = { assumed: 5, failures: 15, near: 4 } as const;

/** What theory knows of a point before its own value is looked at. */
export interface Noise {
  /** Variance of the margin at scatter 1; 0 where it has none. */
  readonly variance: number;
  /** By how much ln of a percentile is too low, on average, in a window this short. */
  readonly bias: number;
  /** How many failures count as one, since they come together. */
  readonly cluster: number;
}

/**
 * Var ln q_p of M/M/1 from n requests: p/(1−p)/ln²(1−p) over n_eff ≈ 0.275·(1−ρ)²/ρ·n; and its bias, −0.65ρ times
 * that: busy periods are rare and long, so that most short windows miss their share (both simulated, `bench/accuracy`).
 *
 * All levels share one factor on the variance, from what the batches of the longer ones say, theory itself counting as
 * some. A short level's own scatter is not taken at its word: a lucky window looks precise as well as fast.
 */
export function noiseOf(points: readonly MarginPoint[], model: MarginModel): Noise[] {
  const { capacity, p, shape } = model;
  const cluster = clusterOf(points, model.limit);
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
    cluster,
  }));
}

/** @param limit the share of failures that is allowed. */
function clusterOf(points: readonly MarginPoint[], limit: number): number {
  let failures: number = CLUSTER.failures;
  let sum = CLUSTER.failures * CLUSTER.assumed;
  for (const { margin } of points) {
    if (margin.kind !== 'errors' || margin.failed > CLUSTER.near * limit * margin.n) continue;
    failures += margin.failed;
    sum += margin.failed * margin.dispersion;
  }
  return Math.max(1, sum / failures);
}
