/** How old connections may become, scattered a little so that they are not all replaced at once. */
import type { Micros } from '../core/units.ts';

/** Connections opened together must not all be replaced together: their ages differ by up to this share. */
const SPREAD = 0.1;
/** Multiples of it fill the unit interval evenly. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** How old each connection of a run may become: between 90 and 100 % of the limit. */
export class ConnectionAges {
  readonly #most: number;
  #given = 0;

  /** @param most null: no limit. */
  constructor(most: Micros | null) {
    this.#most = most ?? Number.POSITIVE_INFINITY;
  }

  /** µs, of the next connection. */
  next(): number {
    const spread = (this.#given++ * GOLDEN) % 1;
    return this.#most * (1 - SPREAD * spread);
  }
}
