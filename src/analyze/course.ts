import { editedLoad, type LoadChange } from '../core/command.ts';
import type { LoadProfile, Plan } from '../core/plan.ts';
import type { Totals } from '../core/result.ts';
import type { IntervalSnapshot } from '../core/snapshot.ts';
import type { Batch } from '../stats/confidence.ts';
import type { Intervals } from './batches.ts';
import { countedFrom } from './changes.ts';
import { runDrift } from './drift.ts';
import { FlowFold } from './flow.ts';
import { CycleFold } from './idle.ts';
import { type Missed, StandstillFold } from './standstill.ts';
import type { Steadiness } from './steadiness.ts';
import { resetAt, TimelineFold } from './timeline.ts';

/** How a run went over time: its timeline, whether target and generator kept up, and what a person changed under way. */
export class CourseFold {
  readonly plan: Plan;
  readonly standstills = new StandstillFold();
  readonly timeline: TimelineFold;
  readonly cycle: CycleFold;
  readonly changes: LoadChange[] = [];
  readonly #flow = new FlowFold();
  /** When the load had been offered, µs since the start. */
  #drainFrom = Number.POSITIVE_INFINITY;
  #skipped = 0;

  constructor(plan: Plan) {
    this.plan = plan;
    this.timeline = new TimelineFold(plan, this.standstills);
    this.cycle = new CycleFold(plan);
  }

  change(change: LoadChange): void {
    this.changes.push(change);
    this.cycle.edit(this.load);
  }

  /** Every interval, warm-up included. */
  add(snapshot: IntervalSnapshot): void {
    const { phase, startAt, load } = snapshot;
    if (phase === 'drain') this.#drainFrom = Math.min(this.#drainFrom, startAt);
    this.standstills.add(snapshot);
    this.timeline.add(snapshot);
    this.cycle.add(snapshot, this.standstills.touches(snapshot));
    if (this.plan.kind === 'run') this.#flow.add(snapshot);
    if (this.isMeasured(snapshot)) this.#skipped += load.skipped ?? 0;
  }

  /** The statistics start anew with this snapshot. */
  restart(snapshot: IntervalSnapshot): void {
    this.cycle.restart(resetAt(snapshot));
    this.#skipped = 0;
  }

  /**
   * Whether an interval of a run is one of the measured time, not only a measured request's: what was due before it may be
   * answered in it, or in the drain.
   */
  isMeasured({ startAt }: IntervalSnapshot): boolean {
    return this.plan.kind === 'run' && startAt >= this.#countedFrom && startAt < this.#drainFrom;
  }

  /**
   * @param whole false: without what takes long.
   * @param batchesWithin the response times of a part of the run.
   */
  steadiness(whole: boolean, batchesWithin: (part: Intervals) => Batch[]): Steadiness {
    const { kind, interval } = this.plan;
    if (kind === 'find') return { pileUp: null, drift: null };
    const seconds = this.timeline.points.findLast(({ phase }) => phase === 'measure')?.t ?? 0;
    return {
      pileUp: this.#flow.worst(this.load, this.#countedFrom),
      drift: whole ? runDrift(this.load, this.#countedFrom, { seconds, interval }, batchesWithin) : null,
    };
  }

  /** What was missed while the generator stood still. */
  missed({ leftOut = 0, durationMs }: Totals): Missed {
    const points = this.timeline.points.filter(({ phase }) => phase === 'measure');
    const [first] = points;
    const last = points.at(-1);
    const standstills =
      first === undefined || last === undefined
        ? []
        : this.standstills.within((first.t - first.seconds) * 1e6, last.t * 1e6);
    return { standstills, leftOut, skipped: this.#skipped, measuredMs: durationMs };
  }

  /** What was offered, with every edit. */
  get load(): LoadProfile {
    return editedLoad(this.plan.load, this.changes);
  }

  /** From when on what is due counts, µs since the start. */
  get #countedFrom(): number {
    return Math.max(this.plan.warmup, countedFrom(this.changes));
  }
}
