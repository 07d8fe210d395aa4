/** Requests that wait while all connections are busy, in order. */
import type { Exchange } from '../../core/exchange.ts';
import type { Micros } from '../../core/units.ts';

/** Once so many have left from the front, the room is given back. */
const COMPACT = 1_024;

/** Exchanges that wait for a connection, first come first served. */
export class WaitingLine {
  #exchanges: Exchange[] = [];
  #since: Micros[] = [];
  #head = 0;
  /** By request. */
  readonly #timeouts: readonly Micros[];
  readonly #shortest: number;
  /** The first in line is the first whose time is over. */
  readonly #alike: boolean;

  /** @param timeouts how long each of the plan's requests may wait. */
  constructor(timeouts: readonly Micros[]) {
    this.#timeouts = timeouts;
    this.#shortest = Math.min(...timeouts);
    this.#alike = timeouts.every((timeout) => timeout === this.#shortest);
  }

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

  /** Takes somebody out, whose place may be anywhere. @returns since when it has waited; null: it is not here. */
  takeOut(exchange: Exchange): Micros | null {
    const place = this.#exchanges.indexOf(exchange, this.#head);
    if (place < 0) return null;
    const since = this.#since[place] as Micros;
    if (place === this.#head) this.shift();
    else {
      this.#exchanges.splice(place, 1);
      this.#since.splice(place, 1);
    }
    return since;
  }

  /** Is anybody's time over? */
  isOver(now: number): boolean {
    return this.#placeOver(now) >= 0;
  }

  /** Takes somebody out whose time is over by an instant, and since when that one has waited; null: nobody. */
  takeOver(limit: number): { readonly exchange: Exchange; readonly since: Micros } | null {
    const place = this.#placeOver(limit);
    if (place < 0) return null;
    const since = this.#since[place] as Micros;
    if (place === this.#head) return { exchange: this.shift() as Exchange, since };
    const [exchange] = this.#exchanges.splice(place, 1) as [Exchange];
    this.#since.splice(place, 1);
    return { exchange, since };
  }

  #placeOver(limit: number): number {
    if (this.since + this.#shortest > limit) return -1;
    if (this.#alike) return this.#head;
    for (let place = this.#head; place < this.#exchanges.length; place++) {
      const { request } = this.#exchanges[place] as Exchange;
      if ((this.#since[place] as number) + (this.#timeouts[request] as number) <= limit) return place;
    }
    return -1;
  }
}
