/** Which epoch a request belongs to, by when it was due: the warm-up, or what follows a reset of the statistics. */
import type { Micros } from '../core/units.ts';

/**
 * Which stretch of the run a request belongs to, by the instant at which it was due: 0 is the warm-up, 1 is measured, and
 * each reset of the statistics begins the next. One comparison in the newest stretch.
 */
export class Epochs {
  /** In the order of their instants. The first reaches back for ever. */
  readonly #stretches: { readonly from: number; readonly epoch: number }[];
  #newestFrom: number;
  #newest = 1;

  /**
   * @param startAt of the load; instants are of the clock.
   * @param warmup how long it is; 0: there is none.
   */
  constructor(startAt: Micros, warmup: Micros) {
    const from = warmup > 0 ? startAt + warmup : Number.NEGATIVE_INFINITY;
    this.#stretches = [
      { from: Number.NEGATIVE_INFINITY, epoch: 0 },
      { from, epoch: 1 },
    ];
    this.#newestFrom = from;
  }

  of(dueAt: number): number {
    return dueAt >= this.#newestFrom ? this.#newest : this.#earlier(dueAt);
  }

  /** How many there are, the warm-up's included. */
  get count(): number {
    return this.#newest + 1;
  }

  /** @param at of what is due from then on; not before the one of the call before. */
  reset(at: number): void {
    // In the warm-up nothing is counted anyway: it goes on, and what comes after it is the new stretch.
    this.#newestFrom = Math.max(at, this.#newestFrom);
    this.#newest += 1;
    this.#stretches.push({ from: this.#newestFrom, epoch: this.#newest });
  }

  #earlier(dueAt: number): number {
    return this.#stretches.findLast(({ from }) => from <= dueAt)?.epoch ?? 0;
  }
}
