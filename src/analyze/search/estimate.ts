import type { LoadUnit } from '../../core/breaking-point.ts';
import type { Criterion } from './criteria.ts';
import type { Level } from './level.ts';
import type { MarginModel, MarginPoint } from './margin.ts';
import { falls, firstCrossing, placed } from './monotone.ts';
import { type Posterior, posteriorOf } from './posterior.ts';

/** What the closed ramp taught of the target. */
export interface Capacity {
  /** Highest throughput of successes, 1/s, over the levels at which it had stopped growing. */
  readonly perSec: number;
  /** Standard error of its logarithm. */
  readonly deviation: number;
  /** False where the ramp ended before throughput had stopped growing: then it is a lower bound. */
  readonly reached: boolean;
}

/** The value of an idle target over a limit, and the standard error of its logarithm. */
export interface IdleRatio {
  readonly value: number;
  readonly deviation: number;
}

/** The limit of one criterion. */
export interface CriterionLimit {
  readonly criterion: Criterion;
  readonly posterior: Posterior;
  /** Whether any level gave reason to believe that the limit exists; an error limit without an error does not. */
  readonly seen: boolean;
}

/** Where the first of all criteria breaks; loads in the search's unit. */
export interface LimitEstimate {
  readonly limits: readonly CriterionLimit[];
  readonly binding: CriterionLimit;
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
  /** Width of the 95 % interval over the estimate. */
  readonly width: number;
  /** The load below which the limit lies with this probability. */
  quantile(p: number): number;
  /** P(limit ≤ load). */
  cdf(load: number): number;
  readonly monotone: boolean;
}

/** An interval this many times as wide as the estimate says nothing. */
export const UNDECIDED_WIDTH = 2;
const TAIL = 0.025;
/** Above capacity nothing passes for long; the guess may be low. */
const HIGHEST_OVER_CAPACITY = 3;
const HIGHEST_UNKNOWN = 30;
const LEAST_CAPACITY_DEVIATION = 0.06;
/** Of a ramp that ended before throughput had stopped growing: a hint, no more. */
const VAGUE_CAPACITY_DEVIATION = 0.7;

/**
 * All levels -> the limit. Where the curve is not monotone the first crossing from below counts, whatever passes above.
 * @param idle the values of an idle target over the limits, by criterion.
 * @returns null without criteria or any level on the axis.
 */
export function estimateLimit(
  levels: readonly Level[],
  criteria: readonly Criterion[],
  unit: LoadUnit,
  capacity: Capacity | null,
  idle: readonly IdleRatio[],
): LimitEstimate | null {
  const usable = placed(levels, unit);
  const top = usable.at(-1);
  if (top === undefined || criteria.length === 0) return null;
  const crossing = firstCrossing(usable);
  const kept = crossing === null ? usable : usable.filter(({ load }) => load <= crossing.high);
  const lowest = Math.log(unit === 'vus' ? 0.5 : Math.min(top.load, capacity?.perSec ?? top.load) / 200);
  const highest =
    unit === 'req/s' && capacity?.reached === true
      ? Math.log(Math.max(top.load, capacity.perSec) * HIGHEST_OVER_CAPACITY)
      : Math.log(top.load * HIGHEST_UNKNOWN);
  const limits = criteria.map((criterion, i): CriterionLimit => {
    const points = kept.flatMap(({ level, load }): MarginPoint[] => {
      const margin = level.margins[i];
      if (margin === undefined) return [];
      // Beyond the crossing such a curve bends over: how far above the limit it is there says nothing of where it crosses.
      const bent =
        crossing !== null &&
        load >= crossing.bent &&
        (margin.kind === 'above' || (margin.kind === 'value' && margin.y > 0));
      return [{ x: Math.log(load), order: level.result.index, margin: bent ? { kind: 'above' } : margin }];
    });
    const model: MarginModel = {
      shape: criterion.kind === 'errors' ? 'errors' : unit === 'vus' ? 'power' : 'queue',
      floor: Math.max(0.001, idle[i]?.value ?? 0),
      floorDeviation: idle[i]?.deviation ?? 0,
      capacity:
        capacity === null || crossing !== null
          ? null
          : { x: Math.log(capacity.perSec), deviation: deviationOf(capacity) },
      p: criterion.p,
      low: crossing === null ? lowest : Math.log(crossing.low),
      high: crossing === null ? highest : Math.log(crossing.high),
      limit: criterion.limit,
    };
    const seen =
      criterion.kind === 'latency' || points.some(({ margin }) => margin.kind === 'errors' && margin.failed > 0);
    return { criterion, posterior: posteriorOf(points, model), seen };
  });
  return combine(limits, lowest, highest, crossing === null && !falls(usable));
}

/** Values of the idle target over the limits, by criterion. */
export function idleRatios(levels: readonly Level[], criteria: readonly Criterion[]): IdleRatio[] {
  const idle = levels.find(({ step, margins }) => step.purpose === 'idle' && margins.length > 0);
  return criteria.map((_, i) => {
    const margin = idle?.margins[i];
    if (margin?.kind !== 'value') return { value: 0, deviation: 0 };
    return { value: Math.exp(margin.y), deviation: margin.scatter ?? 0.3 };
  });
}

function deviationOf({ reached, deviation }: Capacity): number {
  return reached ? Math.max(LEAST_CAPACITY_DEVIATION, 1.5 * deviation) : VAGUE_CAPACITY_DEVIATION;
}

/** The smallest of independent limits. */
function combine(limits: readonly CriterionLimit[], lowest: number, highest: number, monotone: boolean): LimitEstimate {
  const counted = limits.some(({ seen }) => seen) ? limits.filter(({ seen }) => seen) : limits;
  const binding = counted.reduce((first, one) =>
    one.posterior.quantile(0.5) < first.posterior.quantile(0.5) ? one : first,
  );
  const below = (x: number): number => 1 - counted.reduce((above, { posterior }) => above * (1 - posterior.cdf(x)), 1);
  const quantile = (p: number): number => {
    if (counted.length === 1) return Math.exp(binding.posterior.quantile(p));
    let low = lowest - 1;
    let high = highest + 1;
    for (let step = 0; step < 40; step++) {
      const middle = (low + high) / 2;
      if (below(middle) < p) low = middle;
      else high = middle;
    }
    return Math.exp((low + high) / 2);
  };
  const estimate = quantile(0.5);
  const [low, high] = [quantile(TAIL), quantile(1 - TAIL)];
  const cdf = (load: number): number => below(Math.log(load));
  return { limits, binding, estimate, low, high, width: (high - low) / estimate, quantile, cdf, monotone };
}
