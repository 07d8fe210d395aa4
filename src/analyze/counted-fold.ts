/** The part of a run's fold that a reset begins anew: what counts of requests, and the generator's health meanwhile. */
import type { TagSet } from '../core/flow.ts';
import type { Plan } from '../core/plan.ts';
import { followsItsPlan } from '../core/procedure.ts';
import type { RampResult } from '../core/result.ts';
import type { IntervalSnapshot } from '../core/snapshot.ts';
import type { CourseFold } from './course.ts';
import { GeneratorFold } from './generator.ts';
import { RampFold } from './ramp-part.ts';
import { Statistics } from './statistics.ts';
import { resetAt } from './timeline.ts';

/** What was due since the last reset of the statistics; and, counted apart, what was due on the ramp. */
export class CountedFold {
  readonly #course: CourseFold;
  readonly #tags: readonly TagSet[];
  /** How many resets of the statistics there were: what follows is of what was due after the last. */
  #resets = 0;
  #statistics: Statistics;
  #generator = new GeneratorFold();
  #ramp: RampFold | null = null;

  /** @param tags of the plan. */
  constructor(course: CourseFold, tags: readonly TagSet[]) {
    this.#course = course;
    this.#tags = tags;
    this.#statistics = new Statistics(tags);
  }

  get statistics(): Statistics {
    return this.#statistics;
  }

  get generator(): GeneratorFold {
    return this.#generator;
  }

  /** Null: the plan has no ramp that is counted apart, or the run has not come to its end. */
  get ramp(): RampResult | null {
    return this.#ramp?.result ?? null;
  }

  /** Where a snapshot is the first that tells of a reset, all begins anew: the timeline keeps what was, nothing else does. */
  renew(snapshot: IntervalSnapshot): void {
    const { resets = 0 } = snapshot;
    if (resets <= this.#resets) return;
    const course = this.#course;
    const { rampEnd } = course.plan;
    if (rampEnd !== undefined && resetAt(snapshot) === rampEnd)
      this.#ramp = new RampFold(this.#statistics.total, course.measuredFrom / 1e6, rampEnd / 1e6, this.#resets);
    this.#resets = resets;
    this.#statistics = new Statistics(this.#tags);
    this.#generator = new GeneratorFold();
    course.restart(snapshot);
  }

  /** A snapshot that the course has been told of. */
  add(snapshot: IntervalSnapshot): void {
    const course = this.#course;
    const { phase, generator, startAt, endAt, resets = 0 } = snapshot;
    if (generator !== undefined && resets === this.#resets && !warmingUp(snapshot, course.plan)) {
      this.#generator.addLag(generator);
      // The delay of a standstill has a doubt of its own, and charges no response.
      if (phase !== 'drain' && !course.standstills.touches(snapshot))
        this.#generator.addInterval(generator, endAt - startAt);
    }
    if (phase !== 'warmup' && resets === this.#resets) {
      this.#statistics.add(snapshot, phase);
      return;
    }
    const place = course.placeOf(snapshot);
    if (place === 'before') return;
    for (const series of Object.values(snapshot.series)) this.#ramp?.add(snapshot, series);
    this.#statistics.addEarlier(snapshot, place);
  }
}

/**
 * Whether an interval's generator belongs to the warm-up. It is on the first of an index's snapshots only, and that may
 * be the one of late warm-up responses in a measured interval: so it is judged by the time, where the plan has one.
 */
function warmingUp({ phase, startAt }: IntervalSnapshot, plan: Plan): boolean {
  return phase === 'warmup' && followsItsPlan(plan) && startAt < plan.warmup;
}
