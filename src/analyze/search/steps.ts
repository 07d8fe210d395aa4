import type { LevelPurpose } from '../../core/breaking-point.ts';
import type { Criterion } from './criteria.ts';
import type { Capacity } from './estimate.ts';
import type { Level } from './level.ts';
import { loadOf } from './monotone.ts';
import type { SearchStep } from './observation.ts';
import type { SearchOptions } from './state.ts';
import { closedWarmup, openWarmup, SHORTEST, WARMUP_SHARE } from './window.ts';

/** The most by which a level may go beyond all that was tried before. */
const FURTHEST = 2;
/** Open windows last at least so many times the latency allowed, but no larger share of the budget than this. */
const LATENCY_WINDOWS = 3;
const WINDOW_SHARE = 0.1;
/**
 * Windows of fast targets, s, of a budget of a minute; in proportion to it, up to `most` times. `coarse`: a hiccup of the machine is
 * a small part of it. `fine`, once the interval is no wider than `width` of the estimate: so is a while in which the target is slow.
 */
const QUIET = { coarse: 2, fine: 6, width: 0.3, budget: 60, most: 2 } as const;
/** A load higher by less is no increase. */
const INCREASE = 1.02;

/** Makes levels to run: how long, with what warm-up, from what is known so far. */
export class Steps {
  readonly #options: SearchOptions;
  readonly #criteria: readonly Criterion[];
  readonly #levels: readonly Level[];
  readonly #capacity: Capacity | null;

  constructor(
    options: SearchOptions,
    criteria: readonly Criterion[],
    levels: readonly Level[],
    capacity: Capacity | null,
  ) {
    this.#options = options;
    this.#criteria = criteria;
    this.#levels = levels;
    this.#capacity = capacity;
  }

  /** The largest percentile asked for, 0..1. */
  get strictest(): number {
    return Math.max(0.5, ...this.#criteria.flatMap(({ p }) => p ?? []));
  }

  /** A level on the axis of the search. @param longest it may take, s. @param width of the interval over the estimate. */
  stepAt(purpose: LevelPurpose, load: number, requests: number, longest: number, width: number): SearchStep {
    if (this.#options.unit === 'vus') return this.closedStep(purpose, load, requests, longest);
    const window = Math.min(requests / load, longest * (1 - WARMUP_SHARE));
    return this.openStep(purpose, load, Math.max(window, this.#quietWindow(width)));
  }

  openStep(purpose: LevelPurpose, rate: number, window: number): SearchStep {
    const duration = Math.max(this.#shortestWindow, window);
    const known = this.#capacity?.reached === true ? this.#capacity.perSec : null;
    return {
      purpose,
      load: { model: 'open', ratePerSec: rate },
      warmup: openWarmup(rate, known, this.#idleResponse, duration),
      duration,
      requests: null,
      settle: this.#settleFor(rate, null),
    };
  }

  closedStep(purpose: LevelPurpose, users: number, requests: number, longest: number): SearchStep {
    const perSec = this.#mostAchieved;
    return {
      purpose,
      load: { model: 'closed', vus: users },
      warmup: Math.min(closedWarmup(users, perSec, this.#idleResponse), longest / 2),
      duration: Math.max(SHORTEST, Math.min(longest, requests / perSec)),
      requests: null,
      settle: this.#settleFor(null, users),
    };
  }

  /** About how long that many requests take at a load, s. */
  secondsFor(requests: number, load: number): number {
    return requests / (this.#options.unit === 'req/s' ? load : this.#mostAchieved);
  }

  /** The nearest load that may be asked for: no level goes far beyond what was tried, and users come whole. */
  onAxis(load: number): number {
    const { unit } = this.#options;
    const tried = this.#levels.flatMap((level) => loadOf(level, unit) ?? []);
    const capacity = unit === 'req/s' ? (this.#capacity?.perSec ?? 0) : 0;
    // A wide posterior is no reason to flood the target.
    const reach = FURTHEST * Math.max(1e-3, capacity, ...tried);
    return unit === 'vus' ? Math.max(1, Math.round(Math.min(load, reach))) : Math.min(load, reach);
  }

  get #mostAchieved(): number {
    return Math.max(...this.#levels.map(({ result }) => result.achievedPerSec), 1e-3);
  }

  /** A backlog can make nobody wait longer than it has grown: a window is some times as long as the latency allowed. */
  get #shortestWindow(): number {
    const limits = this.#criteria.flatMap(({ kind, limit }) => (kind === 'latency' ? limit / 1e6 : []));
    const longest = Math.max(0, ...limits);
    return Math.max(SHORTEST, Math.min(LATENCY_WINDOWS * longest, WINDOW_SHARE * this.#options.budget));
  }

  /**
   * A fast target gives all requests that are asked for in a fraction of a second, which one collection of garbage or one
   * slice of the scheduler can fill: where the number comes from, a window outlasts such things.
   */
  #quietWindow(width: number): number {
    const wanted = width > QUIET.width ? QUIET.coarse : QUIET.fine;
    return wanted * Math.min(QUIET.most, this.#options.budget / QUIET.budget);
  }

  /** Mean response of the idle target, s. */
  get #idleResponse(): number {
    return (this.#levels[0]?.result.meanMs ?? 0) / 1000;
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
