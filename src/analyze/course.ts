/**
 * The part of a run's fold that is about time: phases, stretches of constant load, standstills, what a person changed.
 */

import { editedLoad, type LoadChange } from '../core/command.ts';
import type { LoadProfile, Plan } from '../core/plan.ts';
import { followsItsPlan, hasLevels, isOneAtATime } from '../core/procedure.ts';
import type { TimelinePoint, Totals } from '../core/result.ts';
import type { IntervalSnapshot } from '../core/snapshot.ts';
import type { Batch } from '../stats/confidence.ts';
import type { Histogram } from '../stats/histogram.ts';
import type { Intervals } from './batches.ts';
import { countedFrom } from './changes.ts';
import { coldStart } from './cold.ts';
import { runDrift } from './drift.ts';
import { FlowFold } from './flow.ts';
import { CycleFold } from './idle.ts';
import { LoadEndsFold } from './load-ends.ts';
import { type Missed, StandstillFold } from './standstill.ts';
import { type Starved, StarvedFold } from './starved.ts';
import type { Steadiness } from './steadiness.ts';
import { isSteadyLoad } from './stretches.ts';
import { resetAt, TimelineFold } from './timeline.ts';

/** How a run went over time: its timeline, whether target and generator kept up, and what a person changed under way. */
export class CourseFold {
  readonly plan: Plan;
  readonly standstills = new StandstillFold();
  readonly timeline: TimelineFold;
  readonly cycle: CycleFold;
  readonly loadEnds: LoadEndsFold;
  readonly changes: LoadChange[] = [];
  readonly #flow = new FlowFold();
  readonly #starved = new StarvedFold();
  /** When the load had been offered, µs since the start. */
  #drainFrom = Number.POSITIVE_INFINITY;
  #skipped = 0;
  #overran = 0;
  /** Instant of the last restart of the statistics: a reset, or the end of the ramp. */
  #restartedAt = 0;

  constructor(plan: Plan) {
    this.plan = plan;
    this.timeline = new TimelineFold(plan, this.standstills);
    this.cycle = new CycleFold(plan);
    this.loadEnds = new LoadEndsFold(plan);
  }

  change(change: LoadChange): void {
    this.changes.push(change);
    this.cycle.edit(this.load);
  }

  /** Every interval, warm-up included. */
  add(snapshot: IntervalSnapshot): void {
    const { phase, startAt, endAt, load, series } = snapshot;
    if (phase === 'drain') this.#drainFrom = Math.min(this.#drainFrom, startAt);
    this.standstills.add(snapshot);
    this.timeline.add(snapshot);
    this.loadEnds.add(snapshot);
    this.cycle.add(snapshot, this.standstills.touches(snapshot));
    if (followsItsPlan(this.plan)) this.#flow.add(snapshot);
    const place = this.placeOf(snapshot);
    if (place === 'measured') {
      this.#skipped += load.skipped ?? 0;
      this.#overran += load.overran ?? 0;
    }
    if (place !== 'after' || this.plan.load.model !== 'closed') return;
    for (const each of Object.values(series)) {
      this.cycle.addLate(each, this.#drainFrom, (startAt + endAt) / 2 - this.#drainFrom);
      this.#starved.add(each);
    }
  }

  /** The statistics start anew with this snapshot. */
  restart(snapshot: IntervalSnapshot): void {
    const at = resetAt(snapshot);
    this.#restartedAt = at;
    this.cycle.restart(at);
    this.#skipped = 0;
    this.#overran = 0;
  }

  /**
   * Where an interval lies, of whichever requests it is: what was due before the measured time may have its response in it, or in
   * the drain. Of a probe and of a search's levels the time alone does not tell.
   */
  placeOf({ startAt }: IntervalSnapshot): 'before' | 'measured' | 'after' {
    if (!followsItsPlan(this.plan) || startAt < this.measuredFrom) return 'before';
    return startAt < this.#drainFrom ? 'measured' : 'after';
  }

  /**
   * @param whole false: without what takes long.
   * @param batchesWithin the response times of a part of the run.
   */
  steadiness(whole: boolean, batchesWithin: (part: Intervals) => Batch[]): Steadiness {
    const { interval } = this.plan;
    if (hasLevels(this.plan)) return { pileUp: null, cold: null, drift: null };
    const seconds = this.timeline.points.findLast(({ phase }) => phase === 'measure')?.t ?? 0;
    return {
      pileUp: this.#flow.worst(this.load, this.measuredFrom),
      cold:
        whole && followsItsPlan(this.plan) && this.isSteady
          ? coldStart(this.#measuredPoints, interval, batchesWithin)
          : null,
      drift: whole ? runDrift(this.load, this.measuredFrom, { seconds, interval }, batchesWithin) : null,
    };
  }

  get #measuredPoints(): TimelinePoint[] {
    return this.timeline.points.filter(({ phase }) => phase === 'measure');
  }

  /** Closed model: users that the target left waiting. */
  starved(successes: Histogram): Starved | null {
    const { timeline } = this;
    const measured = this.#measuredPoints;
    const users = measured.reduce((most, { vus }) => Math.max(most, vus), 0);
    return this.#starved.starved(users, timeline.measured.durationMs, successes);
  }

  /** What was missed while the generator stood still. */
  missed({ leftOut = 0, durationMs }: Totals): Missed {
    const points = this.#measuredPoints;
    const [first] = points;
    const last = points.at(-1);
    const standstills =
      first === undefined || last === undefined
        ? []
        : this.standstills.within((first.t - first.seconds) * 1e6, last.t * 1e6);
    return { standstills, leftOut, skipped: this.#skipped, measuredMs: durationMs };
  }

  /** Passes that took longer than their pacing. */
  get overran(): number {
    return this.#overran;
  }

  /** Whether all that is measured was offered one load: of a search never, of a probe always. */
  get isSteady(): boolean {
    if (!followsItsPlan(this.plan)) return isOneAtATime(this.plan);
    const seconds = this.timeline.points.findLast(({ phase }) => phase === 'measure')?.t ?? 0;
    return isSteadyLoad(this.load, this.measuredFrom, seconds * 1e6);
  }

  /** What was offered, with every edit. */
  get load(): LoadProfile {
    return editedLoad(this.plan.load, this.changes);
  }

  /** From when on what is due counts, µs since the start. */
  get measuredFrom(): number {
    return Math.max(this.plan.warmup, countedFrom(this.changes), this.#restartedAt);
  }
}
