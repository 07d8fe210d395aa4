import type { BreakingPoint, LevelResult, SearchStop } from '../../core/breaking-point.ts';
import { Histogram } from '../../stats/histogram.ts';
import { answerOf } from './answer.ts';
import { capacityOf } from './capacity.ts';
import { ceilingOf, trustedBelow } from './ceiling.ts';
import { assumedCriteria, type Criterion, criteriaOf } from './criteria.ts';
import { type Capacity, estimateLimit, idleRatios, type LimitEstimate, UNDECIDED_WIDTH } from './estimate.ts';
import { contradicts, isHopeless, judge, type Level } from './level.ts';
import { loadOf, suspectLoad } from './monotone.ts';
import type { Observation, SearchStep } from './observation.ts';
import { hasRecovered } from './recovery.ts';
import type { SearchOptions } from './state.ts';
import { Steps } from './steps.ts';
import { exploration, exploringRequests, narrowingRequests, SHARES, SHORTEST } from './window.ts';

/**
 * The ramp ends when throughput grew by less than `gain`, twice running, at `users` at the earliest (a batching server
 * gains nothing from its second user, and much from its eighth); or when so many requests fail.
 */
const RAMP = { gain: 0.05, flat: 2, users: 8, errors: 0.1, requests: 5_000, levelShare: 0.035 } as const;
const IDLE_REQUESTS = 200;
/** More levels than this do not narrow an interval that is still too wide. */
const MOST_LEVELS = 80;
const FEWEST_NARROWING = 3;
/** The share of the budget that is for looking whether the target is still what it was. */
const AFTERWARDS = SHARES.repeat + SHARES.recover;
/** Where the next level goes, as quantiles of the posterior, in turn. */
const PROBES = [0.3, 0.7, 0.5] as const;

/**
 * The search for the breaking point as a state machine: it says which level to run next and is told what came of it. It
 * knows no clock and no socket; the same code is driven by `find` and by the simulator.
 */
export class Search {
  readonly #options: SearchOptions;
  readonly #run: Generator<SearchStep, SearchStop, Level>;
  readonly #levels: Level[] = [];
  #criteria: readonly Criterion[];
  #spent = 0;
  #step: SearchStep | null = null;
  #stop: SearchStop | null = null;
  #capacity: Capacity | null = null;
  #recovered: boolean | null = null;
  #estimate: { readonly levels: number; readonly value: LimitEstimate | null } = { levels: 0, value: null };

  /** @throws RampartError `bad-flag` for an SLO that growing load cannot break. */
  constructor(options: SearchOptions) {
    this.#options = options;
    this.#criteria = criteriaOf(options.slos);
    this.#run = this.#search();
    this.#advance(this.#run.next());
  }

  /** The level to run now; null: the search is over. */
  get step(): SearchStep | null {
    return this.#step;
  }

  get levels(): readonly LevelResult[] {
    return this.#levels.map(({ result }) => result);
  }

  /** The interval so far, for a live view. */
  get estimate(): Pick<LimitEstimate, 'estimate' | 'low' | 'high' | 'width'> | null {
    return this.#limit();
  }

  /** Whether the level under way may be ended. @param soFar counted since its window began. */
  isHopeless(soFar: Observation): boolean {
    return this.#step !== null && isHopeless(this.#step, soFar);
  }

  /** Takes what came of `step`, and moves on. */
  accept(observation: Observation): LevelResult {
    if (this.#step === null) throw new Error('the search is over');
    const level = judge(this.#step, observation, this.#criteria, this.#levels.length, this.#spent);
    this.#levels.push(level);
    this.#spent += observation.elapsed;
    this.#advance(this.#run.next(level));
    return level.result;
  }

  /** The answer; before the end, the answer so far. */
  answer(): BreakingPoint {
    return answerOf({
      options: this.#options,
      criteria: this.#criteria,
      levels: this.#levels,
      spent: this.#spent,
      capacity: this.#capacity,
      estimate: this.#limit(),
      ceiling: this.#ceiling,
      recovered: this.#recovered,
      stoppedBy: this.#stop ?? 'interrupted',
    });
  }

  #advance(next: IteratorResult<SearchStep, SearchStop>): void {
    if (next.done === true) {
      this.#stop = next.value;
      this.#step = null;
    } else this.#step = next.value;
  }

  #limit(): LimitEstimate | null {
    if (this.#estimate.levels !== this.#levels.length) {
      const value = estimateLimit(
        this.#levels,
        this.#criteria,
        this.#options.unit,
        this.#capacity,
        idleRatios(this.#levels, this.#criteria),
      );
      this.#estimate = { levels: this.#levels.length, value };
    }
    return this.#estimate.value;
  }

  /** Made of what is known now. */
  get #steps(): Steps {
    return new Steps(this.#options, this.#criteria, this.#levels, this.#capacity);
  }

  *#search(): Generator<SearchStep, SearchStop, Level> {
    const begun = yield* this.#idle();
    if (begun !== null) return begun;
    const ramped = yield* this.#ramp();
    if (ramped !== null) return ramped;
    if (this.#options.unit === 'req/s') {
      const explored = yield* this.#explore();
      if (explored !== null) return explored;
    }
    let stop = yield* this.#narrow(SHARES.confirm + AFTERWARDS, FEWEST_NARROWING);
    if (stop === 'precision' || stop === 'budget' || stop === 'resolution') {
      yield* this.#confirm();
      // A contradicted end has widened the interval; and what confirming did not take is left.
      stop = yield* this.#narrow(AFTERWARDS);
      yield* this.#repeat();
      yield* this.#recover();
      if (this.#isLost()) return 'target-lost';
      // These two may have widened it again.
      if (stop === 'precision') stop = yield* this.#narrow(0);
      if ((this.#limit()?.width ?? Number.POSITIVE_INFINITY) <= this.#options.precision) return 'precision';
    }
    return stop === 'precision' ? 'budget' : stop;
  }

  /** Runs a level; a void one is repeated once. Null: void twice, or the target is gone (then `lost`). */
  *#measure(step: SearchStep): Generator<SearchStep, Level | 'void' | 'lost', Level> {
    for (let attempt = 0; attempt < 2; attempt++) {
      const level = yield step;
      if (this.#isLost()) return 'lost';
      if (level.result.verdict !== 'void') return level;
    }
    return 'void';
  }

  /** Two levels running without one success, or the very first one without one answer. */
  #isLost(): boolean {
    const [before, last] = this.#levels.slice(-2).map(({ observation }) => observation);
    if (before === undefined) return false;
    if (last === undefined) return before.unfit === null && before.ok === 0 && before.failed === before.unanswered;
    return [before, last].every(({ ok, unfit }) => ok === 0 && unfit === null);
  }

  *#idle(): Generator<SearchStep, SearchStop | null, Level> {
    const { budget, slos } = this.#options;
    const level = yield* this.#measure({
      purpose: 'idle',
      load: { model: 'closed', vus: 1 },
      warmup: Math.min(0.5, 0.01 * budget),
      duration: Math.max(SHORTEST, SHARES.idle * budget),
      requests: IDLE_REQUESTS,
      settle: 0,
    });
    if (level === 'lost') return 'target-lost';
    if (level === 'void') return 'generator';
    if (slos.length === 0) this.#criteria = assumedCriteria(timesOf(level).quantile(0.5));
    // Again, now that the SLOs are known.
    const judged = judge(level.step, level.observation, this.#criteria, level.result.index, level.result.startedAfter);
    this.#levels[this.#levels.indexOf(level)] = judged;
    const broken = judged.result.criteria.some(
      ({ verdict, interval, value, limit }) =>
        verdict === 'fail' || (interval === null && value !== null && value > limit),
    );
    return broken ? 'fails-at-idle' : null;
  }

  /** Users doubled until throughput stops growing; in the closed search until an SLO breaks. */
  *#ramp(): Generator<SearchStep, SearchStop | null, Level> {
    const { budget, unit, maxLoad, maxVus } = this.#options;
    const steps = this.#steps;
    const closedSearch = unit === 'vus';
    const most = closedSearch ? (maxLoad ?? maxVus) : maxVus;
    const until = this.#spent + (closedSearch ? 2 : 1) * SHARES.ramp * budget;
    let flat = 0;
    let reached = false;
    let best = this.#levels.at(-1)?.result.achievedPerSec ?? 0;
    for (let users = 2; users <= most && this.#spent < until; users *= 2) {
      const level = yield* this.#measure(steps.closedStep('ramp', users, RAMP.requests, RAMP.levelShare * budget));
      if (level === 'lost') return 'target-lost';
      if (level === 'void') break;
      const { achievedPerSec, errorShare, verdict } = level.result;
      flat = achievedPerSec < best * (1 + RAMP.gain) ? flat + 1 : 0;
      best = Math.max(best, achievedPerSec);
      reached ||= (flat >= RAMP.flat && users >= RAMP.users) || errorShare > RAMP.errors;
      const broken = verdict === 'fail' && users > 2;
      if (errorShare > RAMP.errors || (closedSearch ? broken : reached)) break;
    }
    this.#capacity = capacityOf(this.#levels, reached);
    return null;
  }

  /** A coarse look along the axis, past failing levels too: it shows whether the curve is monotone. */
  *#explore(): Generator<SearchStep, SearchStop | null, Level> {
    const { budget } = this.#options;
    const steps = this.#steps;
    const capacity = this.#capacity;
    if (capacity === null) return 'generator';
    const fewest = exploringRequests(steps.strictest);
    const { shares, requests } = exploration(capacity.perSec, fewest, SHARES.explore * budget);
    for (const share of shares) {
      const rate = Math.min(share * capacity.perSec, this.#bound());
      const window = Math.min(requests / rate, SHARES.explore * budget);
      const level = yield* this.#measure(steps.openStep('explore', rate, window));
      if (level === 'lost') return 'target-lost';
      if (level === 'void' && this.#ceiling === null) continue;
      if (level === 'void' || level.result.verdict === 'overloaded' || rate >= this.#bound()) break;
    }
    return null;
  }

  /**
   * Levels where the posterior is widest, until precision, budget, bound or resolution.
   * @param reserved share of the budget that is not its own. @param fewest levels, however narrow it is already.
   */
  *#narrow(reserved: number, fewest = 0): Generator<SearchStep, SearchStop, Level> {
    const { budget, precision } = this.#options;
    const steps = this.#steps;
    for (let count = 0; ; count++) {
      const limit = this.#limit();
      const suspect = suspectLoad(this.#levels, this.#options.unit);
      const bound = this.#bound();
      if (limit !== null && this.#heldAt(bound)) return this.#isCeiling(bound) ? 'generator' : 'bound';
      if (suspect === null && limit !== null && limit.width <= precision && count >= fewest) return 'precision';
      if (this.#levels.length >= MOST_LEVELS) return 'resolution';
      const probe =
        suspect ?? limit?.quantile(PROBES[count % PROBES.length] as number) ?? (this.#capacity?.perSec ?? 1) / 2;
      const load = steps.onAxis(Math.min(bound, probe));
      const left = budget * (1 - reserved) - this.#spent;
      const wanted = narrowingRequests(suspect === null ? (limit?.width ?? 1) : 0.15, steps.strictest);
      // Half of what is left at a time, but no level too short to say anything.
      const shortest = Math.min(wanted, narrowingRequests(1, steps.strictest));
      if (count > 0 && left < 0.5 * steps.secondsFor(shortest, load)) return 'budget';
      const longest = left / 2 < steps.secondsFor(shortest, load) ? left : left / 2;
      const step = steps.stepAt('narrow', load, wanted, longest, limit?.width ?? 1);
      if (left < SHORTEST || step.warmup + step.duration > Math.max(left, 2 * SHORTEST)) return 'budget';
      const level = yield* this.#measure(step);
      if (level === 'lost') return 'target-lost';
      if (level === 'void' && this.#ceiling !== null && count > 6) return 'generator';
    }
  }

  /** The lower end must not fail, and the upper must not pass. Returns whether neither did. */
  *#confirm(): Generator<SearchStep, boolean, Level> {
    const { budget } = this.#options;
    const steps = this.#steps;
    for (const purpose of ['confirm-pass', 'confirm-fail'] as const) {
      const limit = this.#limit();
      const left = budget * (1 - AFTERWARDS) - this.#spent;
      if (limit === null || limit.width > UNDECIDED_WIDTH || left < 2 * SHORTEST) return true;
      const load = steps.onAxis(Math.min(this.#bound(), purpose === 'confirm-pass' ? limit.low : limit.high));
      const wanted = narrowingRequests(limit.width, steps.strictest);
      const level = yield* this.#measure(
        steps.stepAt(purpose, load, wanted, left * (purpose === 'confirm-pass' ? 0.4 : 0.65), limit.width),
      );
      if (typeof level === 'string') return true;
      if (contradicts(level)) return false;
    }
    return true;
  }

  /** The ramp's last level again: is the target still what it was? */
  *#repeat(): Generator<SearchStep, void, Level> {
    const last = this.#levels.findLast(({ step, margins }) => step.purpose === 'ramp' && margins.length > 0)?.step;
    if (last !== undefined) yield* this.#measure({ ...last, purpose: 'repeat', settle: 0 });
  }

  /** Half the load: does latency come back? Asked again if not: a target that was slow for a moment is not damaged. */
  *#recover(): Generator<SearchStep, void, Level> {
    const steps = this.#steps;
    const limit = this.#limit();
    if (limit === null || limit.width > UNDECIDED_WIDTH) return;
    const load = steps.onAxis(limit.estimate / 2);
    const wanted = exploringRequests(steps.strictest);
    const left = Math.max(2 * SHORTEST, this.#options.budget - this.#spent);
    const longest = Math.min(left, 0.1 * this.#options.budget);
    for (let attempt = 0; attempt < 2 && this.#recovered !== true; attempt++) {
      const level = yield* this.#measure(steps.stepAt('recover', load, wanted, longest, 1));
      if (typeof level === 'string') return;
      this.#recovered = hasRecovered(level, load, this.#levels, this.#options.unit);
    }
  }

  get #ceiling(): number | null {
    return ceilingOf(this.#levels, this.#options.unit);
  }

  /** The highest load that may be tried. */
  #bound(): number {
    return Math.min(this.#options.maxLoad ?? Number.POSITIVE_INFINITY, trustedBelow(this.#ceiling));
  }

  #isCeiling(bound: number): boolean {
    return bound !== this.#options.maxLoad;
  }

  /** Whether a level at the bound passed, and nothing speaks for a limit below it. */
  #heldAt(bound: number): boolean {
    if (bound === Number.POSITIVE_INFINITY) return false;
    const passed = this.#levels.some((level) => {
      const load = loadOf(level, this.#options.unit);
      return load !== null && load >= bound * 0.999 && level.result.verdict === 'pass';
    });
    return passed && (this.#limit()?.cdf(bound) ?? 1) < 0.2;
  }
}

const timesOf = ({ observation }: Level): Histogram => Histogram.of(...observation.batches.map(({ times }) => times));
