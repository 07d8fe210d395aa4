import type { Exchange } from '../../core/exchange.ts';
import type { Micros } from '../../core/units.ts';

/** Once so many have left from the front, the room is given back. */
const COMPACT = 1_024;

/** Exchanges that wait for a connection, first come first served. */
export class WaitingLine {
  #exchanges: Exchange[] = [];
  #since: Micros[] = [];
  #head = 0;

  get length(): number {
    return this.#exchanges.length - this.#head;
  }

  /** Since when the first one waits; never where nobody does. */
  get since(): number {
    return this.#since[this.#head] ?? Number.POSITIVE_INFINITY;
  }

  push(exchange: Exchange, now: Micros): void {
    this.#exchanges.push(exchange);
    this.#since.push(now);
  }

  shift(): Exchange | null {
    const exchange = this.#exchanges[this.#head];
    if (exchange === undefined) return null;
    this.#head++;
    if (this.#head === this.#exchanges.length || this.#head === COMPACT) {
      this.#exchanges = this.#exchanges.slice(this.#head);
      this.#since = this.#since.slice(this.#head);
      this.#head = 0;
    }
    return exchange;
  }
}
