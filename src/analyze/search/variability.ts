/** How much service times vary, from the departures of saturated levels and from idle responses. */
import { type Capacity, SATURATED, throughputOf } from './capacity.ts';
import { idleTimes } from './idle-levels.ts';
import type { Level } from './level.ts';
import { loadOf } from './monotone.ts';

/** With fewer users a target of several servers is not busy all the time. */
const FEWEST_USERS = 4;
/** Fewer idle responses say nothing of how they vary. */
const FEWEST_TIMES = 10;

/**
 * Squared coefficient of variation of the service times, about: the mean (geometric) of what departures tell and what the idle
 * target does. Users that began together come back together for long, so that departures scatter although all take the same
 * time; and a few idle requests seldom meet what is rare.
 */
export function variabilityOf(levels: readonly Level[], capacity: Capacity | null): number | null {
  const departures = departureVariability(levels, capacity);
  const idle = idleVariability(levels);
  return departures === null || idle === null ? (departures ?? idle) : Math.sqrt(departures * idle);
}

/**
 * How much departures scatter while the target is busy all the time: the variance of their number over its mean, which is
 * the squared coefficient of variation of the service times where one server works them off, and likewise of several.
 * @returns null where no closed level was saturated.
 */
function departureVariability(levels: readonly Level[], capacity: Capacity | null): number | null {
  if (capacity?.reached !== true) return null;
  const closed = levels.filter(({ step, margins, result }) => {
    return step.purpose === 'ramp' && margins.length > 0 && result.ok > 0;
  });
  const all = closed.map((level) => ({ level, ...throughputOf(level) }));
  const saturated = all.filter(
    ({ perSec, level }) => perSec >= SATURATED * capacity.perSec && (loadOf(level, 'vus') ?? 0) >= FEWEST_USERS,
  );
  if (saturated.length === 0) return null;
  const dispersion = saturated.map(({ relativeError, level }) => relativeError ** 2 * level.result.ok);
  return dispersion.reduce((sum, one) => sum + one, 0) / dispersion.length;
}

/** The squared coefficient of variation of the idle target's response times; null: unknown. */
function idleVariability(levels: readonly Level[]): number | null {
  const times = idleTimes(levels);
  if (times.count < FEWEST_TIMES || !(times.mean > 0)) return null;
  return (times.variance / times.mean ** 2) * (times.count / (times.count - 1));
}
