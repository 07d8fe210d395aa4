/** Requests under way over lanes, by their time limit: a coarse tick looks for what is older than that. */
import type { Exchange } from '../../core/exchange.ts';
import type { Clock } from '../../core/ports.ts';
import type { Micros } from '../../core/units.ts';
import { Tick, type Ticked } from '../time-limit.ts';
import type { Flight } from './lane.ts';

/** What is under way, of each time limit the oldest first. */
export class Flights implements Ticked {
  readonly #endLate: (flight: Flight) => void;
  /** By request. */
  readonly #timeouts: readonly Micros[];
  readonly #tick: Tick;
  readonly #byTimeout = new Map<Micros, Set<Flight>>();

  /** @param timeouts by request. @param endLate ends one that took too long, and removes it. */
  constructor(timeouts: readonly Micros[], clock: Clock, endLate: (flight: Flight) => void) {
    this.#endLate = endLate;
    this.#timeouts = timeouts;
    this.#tick = new Tick(timeouts, clock, this);
    for (const timeout of timeouts) this.#byTimeout.set(timeout, new Set());
  }

  add(flight: Flight): void {
    this.#under(flight.exchange).add(flight);
    this.#tick.watch();
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
    this.#tick.close();
  }

  isOver(now: Micros): boolean {
    for (const [timeout, [oldest]] of this.#byTimeout)
      if (oldest !== undefined && oldest.startedAt <= now - timeout) return true;
    return false;
  }

  endOver(limit: Micros): void {
    for (const [timeout, flights] of this.#byTimeout)
      for (const flight of flights) {
        if (flight.startedAt > limit - timeout) break;
        this.#endLate(flight);
      }
  }

  isMore(): boolean {
    return [...this.#byTimeout.values()].some(({ size }) => size > 0);
  }

  #under({ request }: Exchange): Set<Flight> {
    return this.#byTimeout.get(this.#timeouts[request] as Micros) as Set<Flight>;
  }
}
