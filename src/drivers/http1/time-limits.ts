/** Ends exchanges that take too long: one coarse tick looks at the oldest of each time limit. */
import type { Exchange } from '../../core/exchange.ts';
import type { Clock } from '../../core/ports.ts';
import type { Micros } from '../../core/units.ts';
import { Tick, type Ticked } from '../time-limit.ts';
import type { Connection } from './connection.ts';
import { type Deadlines, deadlinesFor } from './deadlines.ts';
import type { WaitingLine } from './waiting-line.ts';

/** Who ends what took too long. */
export interface TimeLimitsOwner {
  endLate(connection: Connection, now: Micros): void;
  /** @param since when it has waited for a connection. */
  endLateInLine(exchange: Exchange, since: Micros, now: Micros): void;
  /** Looks at what else a tick is for. Returns whether there is more of it to come. */
  lookAround(now: Micros): boolean;
}

/** What is under way, in order of age: a coarse tick looks for what is older than its time limit. */
export class TimeLimits implements Ticked {
  readonly #clock: Clock;
  readonly #owner: TimeLimitsOwner;
  /** By request; requests of one time limit share a list. */
  readonly #byRequest: readonly Deadlines[];
  readonly #lists: readonly Deadlines[];
  readonly #line: WaitingLine | null;
  readonly #tick: Tick;

  /** @param timeouts by request. @param line who waits for a connection; null: nobody does. */
  constructor(timeouts: readonly Micros[], line: WaitingLine | null, clock: Clock, owner: TimeLimitsOwner) {
    this.#clock = clock;
    this.#owner = owner;
    this.#line = line;
    this.#byRequest = deadlinesFor(timeouts);
    this.#lists = [...new Set(this.#byRequest)];
    this.#tick = new Tick(timeouts, clock, this);
  }

  append(connection: Connection, startedAt: number): void {
    const { request } = connection.exchange as Exchange;
    (this.#byRequest[request] as Deadlines).append(connection, startedAt);
    this.#tick.watch();
  }

  /** Something is under way, or in line. */
  watch(): void {
    this.#tick.watch();
  }

  /** The connection that an exchange is under way on; null: none. */
  of(exchange: Exchange): Connection | null {
    const { oldest } = this.#byRequest[exchange.request] as Deadlines;
    for (let connection = oldest; connection !== null; connection = connection.newer)
      if (connection.exchange === exchange) return connection;
    return null;
  }

  /** Hands over all connections with a request under way, which `end` takes out of the list. */
  endAll(end: (connection: Connection) => void): void {
    for (const list of this.#lists)
      for (let connection = list.oldest; connection !== null; connection = list.oldest) end(connection);
  }

  close(): void {
    this.#tick.close();
  }

  isOver(now: Micros): boolean {
    for (const { oldest } of this.#lists) if (oldest !== null && oldest.deadlineAt <= now) return true;
    return this.#line?.isOver(now) === true;
  }

  endOver(limit: Micros): void {
    const now = this.#clock.now();
    for (const list of this.#lists)
      for (let connection = list.oldest; connection !== null; connection = list.oldest) {
        if (connection.deadlineAt > limit) break;
        this.#owner.endLate(connection, now);
      }
    const line = this.#line;
    for (let over = line?.takeOver(limit); over != null; over = line?.takeOver(limit))
      this.#owner.endLateInLine(over.exchange, over.since, now);
  }

  isMore(): boolean {
    const more = this.#owner.lookAround(this.#clock.now());
    return more || this.#lists.some(({ oldest }) => oldest !== null) || (this.#line?.length ?? 0) > 0;
  }
}
