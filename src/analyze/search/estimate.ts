/** Where the first criterion breaks, from all levels: the limit, its interval, and how far to widen it. */
import type { LoadUnit } from '../../core/breaking-point.ts';
import type { Capacity } from './capacity.ts';
import type { Criterion } from './criteria.ts';
import { idleLevels } from './idle-levels.ts';
import type { Level } from './level.ts';
import type { MarginModel, MarginPoint } from './margin.ts';
import { decided, falls, firstCrossing, placed } from './monotone.ts';
import { type Posterior, posteriorOf } from './posterior.ts';
import { allowedShare } from './share.ts';
import { tailIndexOf } from './tail.ts';
import { variabilityOf } from './variability.ts';

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
  /** The probability that an SLO is broken at any load, however low. */
  readonly never: number;
  /** Width of the 95 % interval over the estimate. */
  readonly width: number;
  /** The load below which the limit lies with this probability; 0: with it there is none. */
  quantile(p: number): number;
  /** The same, if there is a limit. */
  place(p: number): number;
  /** P(limit ≤ load). */
  cdf(load: number): number;
  readonly monotone: boolean;
  /** Loads of the second nearest levels that pass below it and fail above it, beyond doubt; 0 and infinite: there are none. */
  readonly between: readonly [passes: number, fails: number];
}

/** An interval this many times as wide as the estimate says nothing. */
export const UNDECIDED_WIDTH = 2;
const TAIL = 0.025;
/** Standard errors, of those that so many requests allow at best, that an end is from the estimate at least. */
const LEAST = 1.85;
/** Of a cliff, logarithmic: so near to it queues take longer to build up than a level lasts, and no level tells how long. */
const LEAST_OF_CLIFF = 0.03;
/** Squared coefficient of variation of service times beyond which what is rare decides: levels that did not meet it agree, and are wrong together. */
const VARIED = 2;
/** The same of a tail that falls slower than that, for the lower end: what is rare makes the limit lower, and never higher. */
const HEAVY = { index: 3, doubt: 2 } as const;
/** So many decided levels on one side of the limit bear it out. */
const WITNESSES = 2;
/** With less room between limit and capacity, over the limit, the curve is a cliff: levels bracket it, and beside it all say the same. */
export const CLIFF_ROOM = 0.1;
/** With more room than this it is none, whatever the levels say. */
const SLOPE_ROOM = 0.2;
/** Above capacity nothing passes for long; the guess may be low. */
const HIGHEST_OVER_CAPACITY = 3;
const HIGHEST_UNKNOWN = 30;
const LEAST_CAPACITY_DEVIATION = 0.04;
/** Of a ramp that ended before throughput had stopped growing: a hint, no more. */
const VAGUE_CAPACITY_DEVIATION = 0.7;

/**
 * All levels -> the limit. Where the curve is not monotone the first crossing from below counts, whatever passes above.
 * @returns null without criteria or any level on the axis.
 */
export function estimateLimit(
  levels: readonly Level[],
  criteria: readonly Criterion[],
  unit: LoadUnit,
  capacity: Capacity | null,
): LimitEstimate | null {
  const usable = placed(levels, unit);
  const top = usable.at(-1);
  if (top === undefined || criteria.length === 0) return null;
  const crossing = firstCrossing(usable);
  // One request at a time is no load at all on the open axis.
  const idle =
    unit !== 'vus'
      ? idleLevels(levels)
          .slice(-2)
          .map((level) => ({ level, load: Math.min(level.result.achievedPerSec, (capacity?.perSec ?? top.load) / 50) }))
          .filter(({ load }) => load > 0)
      : [];
  const kept = crossing === null ? usable : usable.filter(({ load }) => load <= crossing.high);
  const lowest = Math.log(unit === 'vus' ? 0.5 : Math.min(top.load, capacity?.perSec ?? top.load) / 200);
  const highest =
    unit !== 'vus' && capacity?.reached === true
      ? Math.log(Math.max(top.load, capacity.perSec) * HIGHEST_OVER_CAPACITY)
      : Math.log(top.load * HIGHEST_UNKNOWN);
  const variability = variabilityOf(levels, capacity);
  const limits = criteria.map((criterion, i): CriterionLimit => {
    const points = [...idle, ...kept].flatMap(({ level, load }): MarginPoint[] => {
      const margin = level.margins[i];
      if (margin === undefined || (margin.kind === 'share' && margin.share.n === 0)) return [];
      // Beyond the crossing such a curve bends over: how far above the limit it is there says nothing of where it crosses.
      const bent = crossing !== null && load >= crossing.bent && (margin.kind === 'above' || (margin.y ?? 1) > 0);
      return [{ x: Math.log(load), order: level.result.index, margin: bent ? { kind: 'above' } : margin }];
    });
    const model: MarginModel = {
      shape: criterion.kind === 'errors' || unit === 'vus' ? 'power' : 'queue',
      errors: criterion.kind === 'errors',
      capacity:
        capacity === null || crossing !== null
          ? null
          : { x: Math.log(capacity.perSec), deviation: deviationOf(capacity), reached: capacity.reached },
      variability,
      allowed: criterion.kind === 'latency' && criterion.p === null ? null : allowedShare(criterion),
      low: crossing === null ? lowest : Math.log(crossing.low),
      high: crossing === null ? highest : Math.log(crossing.high),
    };
    const posterior = posteriorOf(points, model);
    const failed = points.some(({ margin }) => margin.kind === 'share' && margin.share.bad > 0);
    // Beyond all that was tried an error limit is a guess: errors may be there at any load, and never become more.
    const seen =
      criterion.kind !== 'errors' ||
      (failed && (posterior.never > 0.5 || posterior.quantile(0.5) < Math.log(top.load)));
    return { criterion, posterior, seen };
  });
  const loads = (verdict: 'pass' | 'fail') => decided(levels, unit, verdict).map(({ load }) => load);
  const bounds = { passed: loads('pass'), failed: loads('fail') };
  const varied = Math.sqrt(Math.max(1, (variability ?? 1) / VARIED));
  const heavy = (tailIndexOf(levels, capacity) ?? Number.POSITIVE_INFINITY) < HEAVY.index;
  const doubt = { below: heavy ? Math.max(varied, HEAVY.doubt) : varied, above: varied };
  return combine(limits, lowest, highest, bounds, doubt, crossing === null && !falls(usable));
}

function deviationOf({ reached, deviation }: Capacity): number {
  return reached ? Math.max(LEAST_CAPACITY_DEVIATION, 1.5 * deviation) : VAGUE_CAPACITY_DEVIATION;
}

/** The smallest of independent limits. */
function combine(
  limits: readonly CriterionLimit[],
  lowest: number,
  highest: number,
  { passed, failed }: { readonly passed: readonly number[]; readonly failed: readonly number[] },
  doubt: { readonly below: number; readonly above: number },
  monotone: boolean,
): LimitEstimate {
  const counted = limits.some(({ seen }) => seen) ? limits.filter(({ seen }) => seen) : limits;
  const medianOf = ({ posterior: { never, quantile } }: CriterionLimit): number =>
    never >= 0.5 ? -1e3 * never : quantile((0.5 - never) / (1 - never));
  const binding = counted.reduce((first, one) => (medianOf(one) < medianOf(first) ? one : first));
  const below = (x: number): number =>
    1 - counted.reduce((above, { posterior: { never, cdf } }) => above * (1 - never) * (1 - cdf(x)), 1);
  const never = 1 - counted.reduce((holds, { posterior }) => holds * (1 - posterior.never), 1);
  const quantile = (p: number): number => {
    if (p <= never) return 0;
    if (counted.length === 1) return Math.exp(binding.posterior.quantile((p - never) / (1 - never)));
    let low = lowest - 1;
    let high = highest + 1;
    for (let step = 0; step < 40; step++) {
      const middle = (low + high) / 2;
      if (below(middle) < p) low = middle;
      else high = middle;
    }
    return Math.exp((low + high) / 2);
  };
  const place = (p: number): number => quantile(Math.min(1 - 1e-9, never + (1 - never) * p));
  const estimate = quantile(0.5);
  // Levels that agree by luck make a posterior that is narrower than so many requests can bear.
  const sloping = binding.criterion.kind === 'errors' || binding.posterior.shape >= SLOPE_ROOM;
  const least = Math.exp(sloping ? LEAST * binding.posterior.deviation : LEAST_OF_CLIFF);
  // Two levels that are decided do not agree by luck: it goes no further than those.
  const passes = passed.filter((load) => load < estimate).at(-WITNESSES) ?? 0;
  const fails = failed.filter((load) => load > estimate)[WITNESSES - 1] ?? Number.POSITIVE_INFINITY;
  const lowest95 = Math.min(quantile(TAIL), never > 0.5 ? 0 : Math.max(passes, estimate / least));
  const highest95 = Math.max(quantile(1 - TAIL), Math.min(fails, estimate * least));
  const doubted = (end: number, by: number): number => (estimate > 0 ? estimate * (end / estimate) ** by : end);
  const [low, high] = [doubted(lowest95, doubt.below), doubted(highest95, doubt.above)];
  const cdf = (load: number): number => below(Math.log(load));
  return {
    limits,
    binding,
    estimate,
    low,
    high,
    never,
    width: estimate > 0 ? (high - low) / estimate : Number.POSITIVE_INFINITY,
    quantile,
    place,
    cdf,
    monotone,
    between: [passes, fails],
  };
}
