import { capacityOf, throughputOf } from './capacity.ts';
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
