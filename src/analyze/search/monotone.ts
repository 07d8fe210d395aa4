/** Levels in order of load: which pass and fail beyond doubt, and whether latency falls while load grows. */
import type { LoadUnit } from '../../core/breaking-point.ts';
import type { Level } from './level.ts';

/** A level fails, and one at `ratio` times its load passes: the curve is not monotone, if it does so again. */
const REBOUND = { ratio: 1.25, near: 1.1, tries: 4, hint: 0.05, deviations: 4, drop: 0.25, scatter: 0.1 };

/** Load of a level on the searched axis, or null where it is of the other model. */
export function loadOf({ step }: Level, unit: LoadUnit): number | null {
  if (unit === 'vus') return step.load.model === 'closed' ? step.load.vus : null;
  return step.load.model === 'open' ? step.load.ratePerSec : null;
}

export interface Placed {
  readonly level: Level;
  readonly load: number;
}

/** The levels of the searched axis that are not void, ascending. */
export function placed(levels: readonly Level[], unit: LoadUnit): Placed[] {
  return levels
    .flatMap((level) => {
      const load = loadOf(level, unit);
      return load === null || level.margins.length === 0 ? [] : [{ level, load }];
    })
    .sort((a, b) => a.load - b.load);
}

const fails = ({ level }: Placed): boolean => level.result.verdict === 'fail' || level.result.verdict === 'overloaded';
const passes = ({ level }: Placed): boolean => level.result.verdict === 'pass';

/** The levels of the searched axis with such a verdict beyond doubt, ascending; overload is a failure. */
export function decided(levels: readonly Level[], unit: LoadUnit, verdict: 'pass' | 'fail'): Placed[] {
  return placed(levels, unit).filter(verdict === 'pass' ? passes : fails);
}

/** Fails, or looks as if it did. */
const seemsBroken = (one: Placed): boolean => {
  const margins = one.level.result.verdict === 'undecided' ? one.level.margins : [];
  return fails(one) || margins.some((margin) => margin.kind !== 'above' && (margin.y ?? 0) > REBOUND.hint);
};

/** The levels at about the load of this one. */
function near(ascending: readonly Placed[], { load: here }: Placed): readonly Placed[] {
  return ascending.filter(({ load }) => load <= here * REBOUND.near && load >= here / REBOUND.near);
}

/** Share of the budget: what passed for less, at a load or above it, may lie between two pauses of the target. 5 s of two minutes. */
const LONG_ENOUGH = 1 / 24;

/**
 * The highest load on the axis that is known to hold: levels there and above passed for a while, and none below seems to break the SLO, unless
 * more levels at about that load pass. A level between two pauses of the target passes at loads that it cannot sustain. @param budget s.
 */
export function heldLoad(levels: readonly Level[], unit: LoadUnit, budget: number): number | null {
  const ascending = placed(levels, unit);
  const broken = ascending.find((one) => {
    const others = near(ascending, one);
    return seemsBroken(one) && others.filter(passes).length <= others.filter(seemsBroken).length;
  });
  const passed = ascending.filter((one) => passes(one) && (broken === undefined || one.load < broken.load));
  let seconds = 0;
  const held = passed.findLast(({ level }) => {
    seconds += level.result.seconds;
    return seconds >= LONG_ENOUGH * budget;
  });
  return (held ?? passed[0])?.load ?? null;
}

/** Levels that seem to break below a passing one, and the levels near each. */
function rebounds(ascending: readonly Placed[]): { readonly broken: Placed; readonly near: readonly Placed[] }[] {
  const highest = ascending.filter(passes).at(-1)?.load ?? 0;
  return ascending
    .filter((one) => seemsBroken(one) && one.load * REBOUND.ratio <= highest)
    .map((broken) => ({ broken, near: near(ascending, broken) }));
}

/** A load at which a level seems to fail although a clearly higher one passes, and that has not been tried enough. */
export function suspectLoad(levels: readonly Level[], unit: LoadUnit): number | null {
  const one = rebounds(placed(levels, unit)).find(({ near }) => {
    return near.length < REBOUND.tries && !near.some(passes) && near.filter(fails).length < 2;
  });
  return one?.broken.load ?? null;
}

/** The stretch in which the first of several crossings lies, and the load from which on the curve is known to be above. */
export interface Crossing {
  readonly low: number;
  readonly high: number;
  readonly bent: number;
}

/** Where levels fail, more than once, although one at a clearly higher load passes: the stretch of the first crossing. */
export function firstCrossing(ascending: readonly Placed[]): Crossing | null {
  const first = rebounds(ascending).find(({ near }) => {
    const failing = near.filter(fails).length;
    return failing >= 2 && failing > near.filter(passes).length;
  });
  if (first === undefined) return null;
  const { broken } = first;
  const passed = ascending.filter((one) => one.load < broken.load && passes(one)).at(-1);
  // Either verdict is wrong in 1 of 40: the limit may lie a little outside.
  return {
    low: passed === undefined ? broken.load / 50 : passed.load / REBOUND.near,
    high: broken.load * 1.05,
    bent: broken.load * 0.97,
  };
}

/** Whether latency falls significantly while the load grows. */
export function falls(ascending: readonly Placed[]): boolean {
  const values = ascending.flatMap(({ level, load }) => {
    const [margin] = level.margins;
    return margin !== undefined && margin.kind !== 'above' && margin.y !== null && margin.scatter !== null
      ? [{ load, y: margin.y, scatter: Math.max(REBOUND.scatter, margin.scatter) }]
      : [];
  });
  return values.some((lower) =>
    values.some(({ load, y, scatter }) => {
      const drop = lower.y - y;
      const noise = REBOUND.deviations * Math.hypot(lower.scatter, scatter);
      return load >= lower.load * REBOUND.ratio && drop > REBOUND.drop && drop > noise;
    }),
  );
}
