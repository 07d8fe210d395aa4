/**
 * The closed model held against its own law: users that were idle though nobody asked them to be mean a generator that was too
 * slow.
 */

import type { LoadProfile, Plan } from '../core/plan.ts';
import { followsItsPlan } from '../core/procedure.ts';
import { unjudgedIn } from '../core/sample.ts';
import { type IntervalSnapshot, type SeriesSnapshot, timesOf } from '../core/snapshot.ts';
import type { Micros } from '../core/units.ts';
import type { Doubt } from '../core/verdict.ts';
import { Histogram } from '../stats/histogram.ts';
import { type Pauses, pausesOf } from './pauses.ts';
import { constantStretches, type Stretch } from './stretches.ts';
import { formatMs, formatShare } from './wording.ts';

/** A virtual user's cycle, on average over stretches with a steady number of users. Times in ms. */
export interface UserCycle {
  /** Response time of all requests, whatever their outcome. */
  readonly response: number;
  readonly think: number;
  /** What is left of the cycle: the user neither waited for its response nor thought. */
  readonly hidden: number;
  /**
   * How far `hidden` may be off: by the requests cut by the ends of the stretches, and by the sample of think times.
   */
  readonly noise: number;
}

/**
 * Closed model: Z_h = N/X − R − Z, the time in which a user was not kept busy (the interactive response time law solved for
 * the rest). More than nothing means that the generator, not the target, held the users up.
 */
export class CycleFold {
  #load: LoadProfile;
  /** Of several loads the users have cycles of their own, and it is not known whose a request was. */
  readonly #alone: boolean;
  #from: Micros;
  #stretches: readonly Stretch[];
  readonly #think: Pauses;
  /** User-time, µs; ended requests and the sum and the largest of their response times, µs. */
  #userTime = 0;
  #ended = 0;
  #response = 0;
  /** What users had waited for responses that came after the end, or never, µs. */
  #waiting = 0;
  #longest = 0;
  #users = 0;
  /** Users who could not connect paused on purpose, or some left: nothing can be said. */
  #paused = false;

  constructor(plan: Plan) {
    this.#load = plan.load;
    this.#alone = plan.loads === undefined;
    this.#from = plan.warmup;
    this.#stretches = followsItsPlan(plan) && this.#alone ? flatStretches(plan.load, plan.warmup) : [];
    this.#think = pausesOf(plan);
  }

  /** The load from now on; comes before the intervals that it changed. */
  edit(load: LoadProfile): void {
    this.#load = load;
    this.#stretches = flatStretches(load, this.#from);
  }

  /** Forgets what was before. */
  restart(at: Micros): void {
    this.#from = at;
    this.#stretches = this.#alone ? flatStretches(this.#load, at) : [];
    this.#userTime = 0;
    this.#ended = 0;
    this.#response = 0;
    this.#waiting = 0;
    this.#longest = 0;
    this.#users = 0;
    this.#paused = false;
  }

  /**
   * What was under way at the end of the load: its users waited until then, and were not idle.
   * @param endedAt when the load had been offered. @param later how long after that the requests ended, or nearly so; µs.
   */
  addLate(series: SeriesSnapshot, endedAt: number, later: number): void {
    const stretch = this.#stretches.find(({ from, to }) => from < endedAt && endedAt <= to + 1);
    if (stretch === undefined) return;
    const most = endedAt - stretch.from;
    for (const measure of ['response', 'failedResponse', 'unfinished'] as const)
      Histogram.of(timesOf(series, measure)).forEach((_, highest, n) => {
        this.#waiting += n * Math.min(most, Math.max(0, highest - later));
      });
  }

  /** @param isVoid whether the interval says nothing: the generator stood still in it. */
  add({ startAt, endAt, phase, series, generator }: IntervalSnapshot, isVoid = false): void {
    if (phase === 'drain' || isVoid) return;
    const stretch = this.#stretches.find(({ from, to }) => from <= startAt && endAt <= to);
    if (stretch === undefined) return;
    // Only one of an interval's snapshots has the generator's health: so its time is counted once.
    if (generator !== undefined) this.#userTime += stretch.load * (endAt - startAt);
    this.#users = Math.max(this.#users, stretch.load);
    for (const one of Object.values(series)) {
      const { ok, failed, byOutcome } = one;
      const [response, failedResponse] = [timesOf(one, 'response'), timesOf(one, 'failedResponse')];
      this.#ended += ok + failed + unjudgedIn(byOutcome);
      this.#response += response.sum + failedResponse.sum;
      this.#longest = Math.max(this.#longest, response.max, failedResponse.max);
      // How long users waited who then left is not known.
      if ((byOutcome['connect-error'] ?? 0) + (byOutcome.cancelled ?? 0) > 0) this.#paused = true;
    }
  }

  /** Null where nothing is known: another model, no steady stretch, nothing ended. */
  get cycle(): UserCycle | null {
    // Who keeps to a pace is idle on purpose, for as long as the target leaves.
    if (this.#load.model === 'closed' && this.#load.pacing !== undefined) return null;
    if (this.#ended === 0 || this.#userTime === 0 || this.#paused) return null;
    const { mean, deviation, longest } = this.#think;
    const response = this.#response / this.#ended;
    const hidden = (this.#userTime - this.#waiting) / this.#ended - response - mean;
    const cut = (this.#users * (this.#longest + longest)) / this.#ended;
    const noise = cut + (3 * deviation) / Math.sqrt(this.#ended);
    return { response: response / 1e3, think: mean / 1e3, hidden: hidden / 1e3, noise: noise / 1e3 };
  }
}

/** Share of a user's cycle that may be hidden idle time; and above which the measurement is not one of the target. */
export const HIDDEN_IDLE = { share: 0.02, worst: 0.5 } as const;

/** At most one doubt. */
export function idleDoubts(cycle: UserCycle | null): Doubt[] {
  if (cycle === null || cycle.hidden <= cycle.noise) return [];
  const { response, think, hidden } = cycle;
  const share = hidden / (response + think);
  if (share <= HIDDEN_IDLE.share) return [];
  const message =
    `Virtual users were idle for ${formatMs(hidden)} between requests (${formatShare(share)} of their cycle): the response ` +
    `took ${formatMs(response)}${think > 0 ? ` and thinking ${formatMs(think)}` : ''}, the rest is the generator's.`;
  const hint =
    'The load was lower than so many users make: use more threads (--threads), fewer users, or a free machine.';
  return [{ code: 'hidden-idle', message, hint, invalidates: share > HIDDEN_IDLE.worst }];
}

/** Without the warm-up; none where users do not send again and again. */
function flatStretches(load: LoadProfile, warmup: number): readonly Stretch[] {
  return load.model === 'closed' ? constantStretches(load, warmup) : [];
}
