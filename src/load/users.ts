/** When each virtual user comes and goes, by the curve of the closed model. */
import type { LoadProfile, Stage } from '../core/plan.ts';
import { placeIn, type Segment } from '../core/segment.ts';
import type { Micros } from '../core/units.ts';
import type { Piece } from './curve.ts';

export type ClosedProfile = Extract<LoadProfile, { model: 'closed' }>;

/** How many different virtual users a curve ever asks for. */
export function peakUsers(stages: readonly Stage<number>[]): number {
  return stages.reduce(
    (peak, { duration, from, to }) => (duration > 0 ? Math.max(peak, Math.ceil(from), Math.ceil(to)) : peak),
    0,
  );
}

/**
 * The schedule of a closed model: when each virtual user comes and goes. User k is there while the curve is above k, and
 * none is before its start or after its end: on a ramp from 0 by r users/s user k comes at k/r; on a flat stage all come
 * at its start. A segment yields the changes of users whose numbers are its own; each one's instants depend on the
 * curve and on k alone, so that the segments together are the unsplit schedule bit for bit.
 *
 * Changes are ascending in time; of those at one instant, users come in ascending and go in descending order.
 */
export class UserChanges {
  readonly #pieces: readonly Piece[];
  readonly #segment: Segment;
  /** Of the users of all segments: how many are there after the change that was looked at last. */
  #present = 0;
  #cursor = 0;
  #entered = false;
  #at = 0 as Micros;
  #user = -1;
  #comes = false;

  constructor(pieces: readonly Piece[], segment: Segment) {
    this.#pieces = pieces;
    this.#segment = segment;
    this.take();
  }

  /** When the next change is, µs since the start; Infinity after the last. */
  peek(): Micros {
    return this.#at;
  }

  /** Whom the next change is about. */
  get user(): number {
    return this.#user;
  }

  /** Whether that user comes or goes. */
  get comes(): boolean {
    return this.#comes;
  }

  /** Goes on to the next change. */
  take(): void {
    const { index, count, own } = this.#segment;
    do this.#step();
    while (
      this.#at !== Number.POSITIVE_INFINITY &&
      (own === undefined ? this.#user % count !== index : placeIn(this.#segment, this.#user) < 0)
    );
  }

  /**
   * Goes on beyond an instant of the clock, on which the curve starts at `startAt`; returns how many of the segment's
   * users are there then.
   */
  passTo(now: Micros, startAt: Micros): number {
    let present = 0;
    while (startAt + this.#at <= now) {
      present = placeIn(this.#segment, this.#user) + (this.#comes ? 1 : 0);
      this.take();
    }
    return present;
  }

  /** The next change among the users of all segments. */
  #step(): void {
    for (let piece = this.#pieces[this.#cursor]; piece !== undefined; piece = this.#pieces[this.#cursor]) {
      const { startAt, duration, from, to, until } = piece;
      if (!this.#entered) {
        // A rising curve is above its first value at once, a flat or falling one is not.
        const wanted = to > from ? Math.floor(from) + 1 : Math.ceil(from);
        if (this.#present !== wanted) {
          this.#change(startAt, this.#present < wanted);
          return;
        }
        this.#entered = true;
      }
      if (to > from && this.#present < to) {
        const at = startAt + ((this.#present - from) * duration) / (to - from);
        if (at < until) {
          this.#change(at, true);
          return;
        }
      }
      if (to < from && this.#present - 1 > to) {
        const at = startAt + ((from - this.#present + 1) * duration) / (from - to);
        if (at < until) {
          this.#change(at, false);
          return;
        }
      }
      this.#cursor += 1;
      this.#entered = false;
    }
    const last = this.#pieces.at(-1);
    if (this.#present === 0 || last === undefined) this.#at = Number.POSITIVE_INFINITY as Micros;
    else this.#change(last.startAt + last.duration, false);
  }

  #change(at: number, comes: boolean): void {
    this.#at = at as Micros;
    this.#comes = comes;
    this.#user = comes ? this.#present : this.#present - 1;
    this.#present += comes ? 1 : -1;
  }
}
