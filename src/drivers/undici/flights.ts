/** Requests under way over lanes, by their time limit: a coarse tick looks for what is older than that. */
import type { Exchange } from '../../core/exchange.ts';
import type { Clock } from '../../core/ports.ts';
import type { Micros } from '../../core/units.ts';
import { tickFor } from '../time-limit.ts';
import type { Flight } from './lane.ts';

/** What is under way, of each time limit the oldest first. */
export class Flights {
  readonly #clock: Clock;
  readonly #endLate: (flight: Flight) => void;
  /** By request. */
  readonly #timeouts: readonly Micros[];
  readonly #tick: Micros;
  readonly #byTimeout = new Map<Micros, Set<Flight>>();
  #timer: unknown = null;

  /** @param timeouts by request. @param endLate ends one that took too long, and removes it. */
  constructor(timeouts: readonly Micros[], clock: Clock, endLate: (flight: Flight) => void) {
    this.#clock = clock;
    this.#endLate = endLate;
    this.#timeouts = timeouts;
    this.#tick = tickFor(timeouts);
    for (const timeout of timeouts) this.#byTimeout.set(timeout, new Set());
  }

  add(flight: Flight): void {
    this.#under(flight.exchange).add(flight);
    if (this.#timer === null) this.#timer = this.#clock.after(this.#tick, this.#sweep);
  }

  remove(flight: Flight): void {
    this.#under(flight.exchange).delete(flight);
  }

  /** That of an exchange; null: it is not under way. */
  of(exchange: Exchange): Flight | null {
    for (const flight of this.#under(exchange)) if (flight.exchange === exchange) return flight;
    return null;
  }

  /** Hands over all, to be ended and removed. */
  endAll(end: (flight: Flight) => void): void {
    for (const flights of this.#byTimeout.values()) for (const flight of [...flights]) end(flight);
  }

  close(): void {
    if (this.#timer !== null) this.#clock.cancel(this.#timer);
    this.#timer = null;
  }

  /** The response of what is too old may be here already, and only not read yet: that comes first. */
  readonly #sweep = (): void => {
    this.#timer = null;
    const now = this.#clock.now();
    for (const [timeout, [oldest]] of this.#byTimeout)
      if (oldest !== undefined && oldest.startedAt <= now - timeout) {
        this.#clock.soon(() => this.#endOver(now));
        return;
      }
    this.#sweepAgain();
  };

  /** @param limit what should have been answered by then has failed. */
  #endOver(limit: Micros): void {
    for (const [timeout, flights] of this.#byTimeout)
      for (const flight of flights) {
        if (flight.startedAt > limit - timeout) break;
        this.#endLate(flight);
      }
    this.#sweepAgain();
  }

  #sweepAgain(): void {
    for (const { size } of this.#byTimeout.values())
      if (size > 0) this.#timer ??= this.#clock.after(this.#tick, this.#sweep);
  }

  #under({ request }: Exchange): Set<Flight> {
    return this.#byTimeout.get(this.#timeouts[request] as Micros) as Set<Flight>;
  }
}
