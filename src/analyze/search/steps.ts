/** Makes the levels to run: their length, warm-up and window, from what is known of the target. */
import type { LevelPurpose } from '../../core/breaking-point.ts';
import type { Capacity } from './capacity.ts';
import { type Criterion, timesLimited } from './criteria.ts';
import { idleTimes } from './idle-levels.ts';
import type { Level } from './level.ts';
import { loadOf } from './monotone.ts';
import type { SearchStep } from './observation.ts';
import type { Pauses } from './pauses.ts';
import { allowedShare, MOST_CLUSTERED } from './share.ts';
import type { SearchOptions } from './state.ts';
import { closedWarmup, openWarmup, SHORTEST, WARMUP_SHARE } from './window.ts';

/** The most by which a level may go beyond all that was tried before. */
const FURTHEST = 2;
/** Open windows last at least so many times the latency allowed, but no larger share of the budget than this. */
const LATENCY_WINDOWS = 3;
export const WINDOW_SHARE = 0.1;
/**
 * Windows of fast targets, s, of a budget of a minute; in proportion to it, up to `most` times. `coarse`: a hiccup of the machine is
 * a small part of it. `fine`, once the interval is no wider than `width` of the estimate: so is a while in which the target is slow.
 */
const QUIET = { coarse: 5, fine: 6, width: 0.3, budget: 60, most: 2 } as const;
/** Less than this share of a window is too little for another one. */
const REST = 0.6;
/** A window should hold so many pauses of a target that pauses regularly. */
export const PERIODS = 5;
/** Every user of a closed level is to see so many responses. */
const CLOSED_RESPONSES = 3;
/** A load higher by less is no increase. */
const INCREASE = 1.02;

/** Makes levels to run: how long, with what warm-up, from what is known so far. */
export class Steps {
  readonly #options: SearchOptions;
  readonly #criteria: readonly Criterion[];
  readonly #levels: readonly Level[];
  readonly #capacity: Capacity | null;
  readonly #pauses: Pauses | null;

  constructor(
    options: SearchOptions,
    criteria: readonly Criterion[],
    levels: readonly Level[],
    capacity: Capacity | null,
    pauses: Pauses | null,
  ) {
    this.#options = options;
    this.#criteria = criteria;
    this.#levels = levels;
    this.#capacity = capacity;
    this.#pauses = pauses;
  }

  /** The largest percentile asked for, 0..1. */
  get strictest(): number {
    return Math.max(0.5, ...this.#criteria.flatMap(({ p }) => p ?? []));
  }

  /**
   * Requests that decide a level that holds every SLO, at a share of the capacity: z²(1−q)/q of them without a bad one leave
   * no doubt that at most a share of q is bad; of a queue, more, since they hang together.
   */
  decidingRequests(share: number): number {
    const clusters = Math.min(MOST_CLUSTERED, 1 + (3.6 * share) / (1 - share) ** 2);
    const wanted = this.#criteria.map((criterion) => {
      if (criterion.kind === 'latency' && criterion.p === null) return 100 * clusters;
      const q = allowedShare(criterion);
      return ((2.71 * (1 - q)) / q) * (criterion.kind === 'errors' ? 1 : clusters);
    });
    return Math.ceil(1.2 * Math.max(60, ...wanted));
  }

  /**
   * A level on the axis of the search, of the length that outlasts what goes by.
   * @param longest it should take, s. @param left that it may take, s; too little for another such level is used up.
   * @param width of the interval over the estimate.
   */
  stepAt(
    purpose: LevelPurpose,
    load: number,
    requests: number,
    longest: number,
    left: number,
    width: number,
  ): SearchStep {
    const step = this.briefStep(purpose, load, requests, longest);
    if (step.load.model === 'closed') return step;
    const quiet = this.#quietWindow(width);
    const wanted = this.#wholePeriods(Math.max(quiet, step.duration));
    const { warmup } = this.openStep(purpose, load, wanted);
    const rest = left - warmup - wanted;
    return this.openStep(purpose, load, rest < REST * quiet && this.#pauses === null ? wanted + rest : wanted);
  }

  /** The same, as short as the requests allow. */
  briefStep(purpose: LevelPurpose, load: number, requests: number, longest: number): SearchStep {
    if (this.#options.unit === 'vus') return this.closedStep(purpose, load, requests, longest);
    return this.openStep(purpose, load, Math.min(requests / load, longest * (1 - WARMUP_SHARE)));
  }

  openStep(purpose: LevelPurpose, rate: number, window: number): SearchStep {
    const duration = Math.max(this.#shortestWindow, window);
    const known = this.#capacity?.reached === true ? this.#capacity.perSec : null;
    return {
      purpose,
      load: { model: 'open', ratePerSec: rate },
      warmup: this.#longestPause + openWarmup(rate, known, this.#idlePass, duration),
      duration,
      settle: this.#settleFor(rate, null),
    };
  }

  closedStep(purpose: LevelPurpose, users: number, requests: number, longest: number): SearchStep {
    const perSec = this.#mostAchieved;
    return {
      purpose,
      load: { model: 'closed', vus: users },
      warmup: this.#longestPause + Math.min(closedWarmup(users, perSec, this.#idlePass), longest / 2),
      duration: Math.max(
        SHORTEST,
        this.#longestPause,
        CLOSED_RESPONSES * this.#idlePass,
        Math.min(longest, requests / perSec),
      ),
      settle: this.#settleFor(null, users),
    };
  }

  /** About how long that many requests take at a load, s. */
  secondsFor(requests: number, load: number): number {
    return requests / (this.#options.unit !== 'vus' ? load : this.#mostAchieved);
  }

  /** The nearest load that may be asked for: no level goes far beyond what was tried, and users come whole. */
  onAxis(load: number): number {
    const { unit } = this.#options;
    const tried = this.#levels.flatMap((level) => loadOf(level, unit) ?? []);
    const capacity = unit !== 'vus' ? (this.#capacity?.perSec ?? 0) : 0;
    // A wide posterior is no reason to flood the target.
    const reach = FURTHEST * Math.max(1e-3, capacity, ...tried);
    return unit === 'vus'
      ? Math.max(1, Math.round(Math.min(load, reach)))
      : Math.max(reach / 1e4, Math.min(load, reach));
  }

  get #mostAchieved(): number {
    return Math.max(...this.#levels.map(({ result }) => result.achievedPerSec), 1e-3);
  }

  /** A backlog can make nobody wait longer than it has grown: a window is some times as long as the latency allowed. */
  get #shortestWindow(): number {
    const longest = Math.max(0, ...timesLimited(this.#criteria));
    return Math.max(
      SHORTEST,
      this.#longestPause,
      Math.min(LATENCY_WINDOWS * longest, WINDOW_SHARE * this.#options.budget),
    );
  }

  /**
   * A fast target gives all requests that are asked for in a fraction of a second, which one collection of garbage or one
   * slice of the scheduler can fill: where the number comes from, a window outlasts such things.
   */
  #quietWindow(width: number): number {
    const wanted = width > QUIET.width ? QUIET.coarse : QUIET.fine;
    return wanted * Math.min(QUIET.most, this.#options.budget / QUIET.budget);
  }

  /**
   * Of a target that pauses at regular times: whole periods, so that every window has as many pauses; several of them, where
   * the budget has the time.
   */
  #wholePeriods(window: number): number {
    if (this.#pauses === null) return window;
    const { period } = this.#pauses;
    const wanted = PERIODS * period <= WINDOW_SHARE * this.#options.budget ? PERIODS : 1;
    return period * Math.max(wanted, Math.round(window / period));
  }

  /** What no level is shorter than, s, warm-up included: flows are gone through in it. */
  get shortest(): number {
    return 2 * Math.max(SHORTEST, this.#longestPause);
  }

  /**
   * Users who make about so many requests at a time: where flows pause, more, of whom the others pause.
   * @param achieved passes per second until now; twice as many may come of more users. 0: it is not known.
   */
  usersFor(atATime: number, achieved: number): number {
    const { pass } = this.#options;
    const busy = this.#idlePass;
    if (pass === undefined || busy === 0) return atATime;
    const perSec = Math.min(atATime / busy, achieved === 0 ? Number.POSITIVE_INFINITY : 2 * achieved);
    return Math.ceil(atATime + perSec * pass.pause);
  }

  /** In a pass through flows with steps hardly anybody pauses longer, s. */
  get #longestPause(): number {
    return this.#options.pass?.longest ?? 0;
  }

  /** Mean time of the idle target for what arrives, s: a request, or those of a pass together. */
  get #idlePass(): number {
    const { mean } = idleTimes(this.#levels);
    return Number.isFinite(mean) ? (mean / 1e6) * (this.#options.pass?.requests ?? 1) : 0;
  }

  /** After an increase only: a target with room to spare need not grow. Users and rates compare by the work they make. */
  #settleFor(rate: number | null, users: number | null): number {
    const last = this.#levels.at(-1);
    if (last === undefined) return 0;
    const { load } = last.step;
    const before = load.model === 'open' ? load.ratePerSec : rate === null ? load.vus : last.result.achievedPerSec;
    return (rate ?? users ?? 0) > before * INCREASE ? this.#options.settle : 0;
  }
}
