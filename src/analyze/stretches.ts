/** Stretches of time over which a load stays the same, as far as statistics need it to. */
import type { LoadProfile, Stage } from '../core/plan.ts';
import { durationOf, stagesOf } from '../core/plan.ts';

/** A stretch of time over which the load stays the same; instants in µs since the start. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  /** Virtual users, or requests per second; of both at once a number that only tells one load from another. */
  readonly load: number;
}

/**
 * Where a load with something to do stays the same, in order of time. Neighbouring stages of one value are one stretch.
 * @param since what is before it is cut off: the warm-up, or what came before a reset.
 */
export function constantStretches(load: LoadProfile, since: number): Stretch[] {
  const stretches: Stretch[] = [];
  let at = 0;
  for (const { duration, from: value, to } of steadyStages(load)) {
    const from = Math.max(at, since);
    at += duration;
    if (value !== to || value <= 0 || from >= at) continue;
    const last = stretches.at(-1);
    if (last !== undefined && last.to === from && last.load === value) stretches.splice(-1, 1, { ...last, to: at });
    else stretches.push({ from, to: at, load: value });
  }
  return stretches;
}

/** More than any rate, so that one number tells users and rate. */
const USER = 1e8;

/** Of users and arrivals at once: where one of them changes, so does the load. */
function steadyStages(load: LoadProfile): readonly Stage<number>[] {
  if (load.model !== 'mixed') return stagesOf(load);
  return load.rate.map(({ duration, from, to }, place) => {
    const users = load.vus[place] as Stage<number>;
    return { duration, from: USER * users.from + from, to: USER * users.to + to };
  });
}

/** So much of the measured time under one load is as good as all of it. */
const NEARLY_ALL = 0.95;

/**
 * Whether the load was the same, or nearly, over all that is measured. Over a ramp the scatter between parts of the run is the
 * load's own doing: an interval made of it would pass it off as noise.
 * @param since when the measured time begins, µs since the start; `until` when it ends.
 */
export function isSteadyLoad(load: LoadProfile, since: number, until: number): boolean {
  const end = Math.min(until, durationOf(load));
  const longest = constantStretches(load, since).reduce(
    (most, { from, to }) => Math.max(most, Math.min(to, end) - from),
    0,
  );
  return longest >= NEARLY_ALL * (end - since);
}
