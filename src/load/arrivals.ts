/** The schedule of the open model: when each arrival is due, uniform, Poisson or in bursts. */
import type { LoadProfile, Stage } from '../core/plan.ts';
import { numberAt, type Segment } from '../core/segment.ts';
import type { Micros } from '../core/units.ts';
import { AreaInverse, type Piece, piecesOf, replacedFrom } from './curve.ts';
import { ExponentialSums } from './exponential-sums.ts';

export type OpenProfile = Extract<LoadProfile, { model: 'open' }>;

/** When arrivals are due, of which a segment yields its own. */
export interface Schedule {
  /** When the next arrival is due, µs since the start; Infinity after the last. */
  peek(): Micros;
  /** The next arrival's number among those of all segments. */
  readonly index: number;
  /** After the last arrival: whether it was the last because of `maxRequests`, before the curve had ended. */
  readonly cut: boolean;
  /** Goes on to the next arrival; returns when the one taken is due. */
  take(): Micros;
  /** Replaces the curve from an instant on. */
  edit(at: Micros, rest: readonly Stage<number>[]): void;
}

/**
 * The schedule of an open model: the due instants of arrivals 0, 1, 2, … of which a segment yields its own.
 *
 * Uniform: arrival n is due where the integral of the rate reaches n, so a constant rate sends its first at once. Poisson:
 * where it reaches the sum of the first n + 1 of a sequence of Exp(1) numbers (time-rescaling of a Poisson process of
 * rate 1). Bursty: the arrivals b·g to b·g + b − 1 together, where it reaches b times the sum of the first g + 1: bursts of b
 * are a Poisson process of a b-th of the rate. Each arrival's instant depends on its number alone, so that the segments together
 * are the unsplit schedule bit for bit, and what a segment's arrivals cost does not grow with the number of the others.
 */
export class Arrivals implements Schedule {
  #pieces: readonly Piece[];
  #inverse: AreaInverse;
  /** Null: evenly spaced. */
  readonly #sums: ExponentialSums | null;
  /** Arrivals that are due together. */
  readonly #burst: number;
  readonly #segment: Segment;
  readonly #limit: number;
  /** How many of its own arrivals are taken. */
  #taken = 0;
  #index = -1;
  #area = 0;
  #dueAt = 0 as Micros;
  #cut = false;

  /** @param maxRequests cap of all segments together, or null. */
  constructor(profile: OpenProfile, seed: number, segment: Segment, maxRequests: number | null) {
    this.#pieces = piecesOf(profile.rate);
    this.#inverse = new AreaInverse(this.#pieces);
    this.#sums = profile.arrivals === 'uniform' ? null : new ExponentialSums(seed);
    this.#burst = typeof profile.arrivals === 'object' && 'bursty' in profile.arrivals ? profile.arrivals.bursty : 1;
    this.#segment = segment;
    this.#limit = maxRequests ?? Number.POSITIVE_INFINITY;
    this.#advance();
  }

  peek(): Micros {
    return this.#dueAt;
  }

  get index(): number {
    return this.#index;
  }

  get cut(): boolean {
    return this.#cut;
  }

  take(): Micros {
    const taken = this.#dueAt;
    if (taken !== Number.POSITIVE_INFINITY) {
      this.#taken += 1;
      this.#advance();
    }
    return taken;
  }

  /**
   * Replaces the curve from an instant on. Which arrivals there are does not change, only when they are due: a Poisson
   * process stays one, and the segments together stay the unsplit schedule.
   */
  edit(at: Micros, rest: readonly Stage<number>[]): void {
    this.#pieces = replacedFrom(this.#pieces, at, rest);
    this.#inverse = new AreaInverse(this.#pieces);
    this.#place();
  }

  #advance(): void {
    const index = Math.min(numberAt(this.#segment, this.#taken), this.#limit);
    this.#index = index;
    // No arrival has the limit's number, and beyond what is exact there is no end to walk to.
    if (this.#sums === null) this.#area = index;
    else this.#area = this.#burst * this.#sums.at(Math.floor(index / this.#burst));
    this.#place();
  }

  #place(): void {
    this.#dueAt = this.#inverse.at(this.#area);
    if (this.#index >= this.#limit) {
      this.#cut = this.#dueAt !== Number.POSITIVE_INFINITY;
      this.#dueAt = Number.POSITIVE_INFINITY as Micros;
    }
  }
}
