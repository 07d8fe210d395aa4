/** Whether the target became another one during the search, by its ramp's last level run twice. */
import { type Capacity, capacityOf, throughputOf } from './capacity.ts';
import type { Level } from './level.ts';

/** Two throughputs differ by so many standard errors, each at least so large (share), and by so much that it matters. */
const CHANGE = { deviations: 4, least: 0.02, ratio: 1.15 } as const;
/** A level that carried so much of the capacity was at it. */
const FULL = 0.85;

/** Throughput of as many users, at first and at the end, 1/s. */
export interface CapacityChange {
  readonly users: number;
  readonly first: number;
  readonly last: number;
}

/**
 * Whether the target's capacity changed between the first level and the last: the ramp's last level, run again at the
 * end. Levels near the limit would tell less: there response times scatter most, and a curve that is not monotone looks
 * like a target that changes.
 * @returns null: it did not, as far as can be seen, or the level was not run again.
 */
export function capacityChange(levels: readonly Level[]): CapacityChange | null {
  const last = levels.findLast(({ step, margins }) => step.purpose === 'repeat' && margins.length > 0);
  if (last === undefined || last.step.load.model !== 'closed') return null;
  const { vus } = last.step.load;
  const first = levels.find(({ step, margins }) => {
    return step.purpose === 'ramp' && margins.length > 0 && step.load.model === 'closed' && step.load.vus === vus;
  });
  if (first === undefined) return null;
  const after = throughputOf(last);
  // Where it was at capacity, all levels of the ramp that were tell more than it does by itself.
  const full = capacityOf(
    levels.filter(({ step }) => step.purpose === 'ramp'),
    true,
  );
  const own = throughputOf(first);
  const before =
    full !== null && own.perSec > FULL * full.perSec ? { perSec: full.perSec, relativeError: full.deviation } : own;
  if (!(before.perSec > 0 && after.perSec > 0)) return null;
  const apart = Math.abs(Math.log(after.perSec / before.perSec));
  const error = Math.hypot(Math.max(CHANGE.least, before.relativeError), Math.max(CHANGE.least, after.relativeError));
  if (apart < Math.log(CHANGE.ratio) || apart < CHANGE.deviations * error) return null;
  return { users: vus, first: before.perSec, last: after.perSec };
}

/** A target that can do so many times as much as it could, or so little of it, is another one. */
const ANOTHER = Math.log(1.8);

/** What of a search is about the target as it is now. */
export interface Present {
  readonly levels: readonly Level[];
  /** As the ramp had it, or the level that showed the change. */
  readonly capacity: Capacity | null;
}

/**
 * The levels since the target became another one, as its ramp's last level, run again, has it. When it did so is not known: all
 * levels before that leave.
 * @param ramp capacity as the closed ramp had it.
 */
export function presentOf(levels: readonly Level[], ramp: Capacity | null): Present {
  let present: Present = { levels, capacity: ramp };
  levels.forEach((level, i) => {
    if (ramp === null || level.step.purpose !== 'repeat' || level.margins.length === 0) return;
    const change = capacityChange(levels.slice(0, i + 1));
    const { perSec, relativeError } = throughputOf(level);
    const before = present.levels === levels ? change?.first : present.capacity?.perSec;
    if (before === undefined || !(perSec > 0) || Math.abs(Math.log(perSec / before)) < ANOTHER) return;
    present = { levels: levels.slice(i), capacity: { perSec, deviation: relativeError, reached: ramp.reached } };
  });
  return present;
}
