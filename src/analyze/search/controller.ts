/** The search as one object: it hands out the next level, takes what came of it, and orders the phases. */
import type { BreakingPoint, LevelResult, SearchStop } from '../../core/breaking-point.ts';
import { micros } from '../../core/units.ts';
import { confirming, recovering, repeating } from './afterwards.ts';
import { answerOf } from './answer.ts';
import { criteriaOf, timesLimited } from './criteria.ts';
import type { LimitEstimate } from './estimate.ts';
import { exploring } from './exploration.ts';
import { idling } from './idle.ts';
import { isHopeless, judge } from './level.ts';
import { narrowing } from './narrowing.ts';
import type { Observation, SearchStep } from './observation.ts';
import { type Phase, Progress } from './progress.ts';
import { ramping } from './ramp.ts';
import type { SearchOptions } from './state.ts';
import { NEVER_SURE } from './status.ts';
import { SHARES } from './window.ts';

const FEWEST_NARROWING = 3;
/** Of the largest limit on latency. */
const GRACE = 2;
/** The share of the budget that is for looking whether the target is still what it was. */
const AFTERWARDS = SHARES.repeat + SHARES.recover;

/**
 * The search for the breaking point as a state machine: it says which level to run next and is told what came of it. It
 * knows no clock and no socket; the same code is driven by `find` and by the simulator.
 */
export class Search {
  readonly #progress: Progress;
  readonly #run: Phase<SearchStop>;
  #step: SearchStep | null = null;
  #stop: SearchStop | null = null;

  /** @throws RampartError `bad-flag` for an SLO that growing load cannot break. */
  constructor(options: SearchOptions) {
    for (const { slos } of options.tiers ?? []) criteriaOf(slos);
    this.#progress = new Progress(options, criteriaOf(options.slos, options.goodput));
    this.#run = search(this.#progress);
    this.#advance(this.#run.next());
  }

  /** The level to run now; null: the search is over. */
  get step(): SearchStep | null {
    return this.#step;
  }

  get levels(): readonly LevelResult[] {
    return this.#progress.levels.map(({ result }) => result);
  }

  /** The interval so far, for a live view. */
  get estimate(): Pick<LimitEstimate, 'estimate' | 'low' | 'high' | 'width'> | null {
    return this.#progress.limit;
  }

  /** Whether the level under way may be ended. @param soFar counted since its window began. */
  isHopeless(soFar: Observation): boolean {
    return this.#step !== null && isHopeless(this.#step, soFar);
  }

  /**
   * How long requests may at least take after a level's window, s: what is still under way then has broken every limit on
   * latency.
   */
  get grace(): number {
    return GRACE * Math.max(0, ...timesLimited(this.#progress.criteria));
  }

  /** Takes what came of `step`, and moves on. */
  accept(observation: Observation): LevelResult {
    if (this.#step === null) throw new Error('the search is over');
    const { levels, criteria, spent } = this.#progress;
    const level = judge(this.#step, observation, criteria, levels.length, micros(Math.round(spent * 1e6)));
    levels.push(level);
    this.#progress.spent += observation.elapsed;
    this.#advance(this.#run.next(level));
    return level.result;
  }

  /** The result; before the end, the result so far. */
  answer(): BreakingPoint {
    const { options, criteria, levels, present, spent, capacity, limit, pauses, ceiling, recovered } = this.#progress;
    const stoppedBy = this.#stop ?? 'interrupted';
    return answerOf({
      options,
      criteria,
      levels,
      present: present.levels,
      spent,
      capacity,
      rampReached: this.#progress.rampCapacity?.reached ?? false,
      estimate: limit,
      pauses,
      ceiling,
      recovered,
      stoppedBy,
    });
  }

  #advance(next: IteratorResult<SearchStep, SearchStop>): void {
    if (next.done === true) {
      this.#stop = next.value;
      this.#step = null;
    } else this.#step = next.value;
  }
}

function* search(progress: Progress): Phase<SearchStop> {
  const { options } = progress;
  const begun = (yield* idling(progress)) ?? (yield* ramping(progress));
  if (begun !== null) return begun;
  if (options.unit !== 'vus') {
    const explored = yield* exploring(progress);
    if (explored !== null) return explored;
  }
  let stop = yield* narrowing(progress, AFTERWARDS, FEWEST_NARROWING);
  if (stop === 'precision' || stop === 'budget' || stop === 'resolution') {
    yield* confirming(progress);
    yield* repeating(progress);
    yield* recovering(progress);
    if (progress.isLost) return 'target-lost';
    // These may have widened it again, or left nothing of it.
    if (stop === 'precision' || progress.limit === null) stop = yield* narrowing(progress, 0);
    while (stop === 'budget' && progress.extend()) stop = yield* narrowing(progress, 0);
    if ((progress.limit?.never ?? 0) >= NEVER_SURE) return 'fails-at-every-load';
    if ((progress.limit?.width ?? Number.POSITIVE_INFINITY) <= options.precision) return 'precision';
  }
  return stop === 'precision' ? 'budget' : stop;
}
