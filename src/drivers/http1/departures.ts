/** When the bytes of a request leave: at once, together with others, or when it is known that its connection is kept. */
import type { Exchange } from '../../core/exchange.ts';
import type { Clock } from '../../core/ports.ts';
import type { Micros } from '../../core/units.ts';
import { Burst } from './burst.ts';
import type { Connection } from './connection.ts';
import type { RequestBytes } from './request.ts';
import type { Reuse } from './reuse.ts';
import type { SentBodies } from './sent-bodies.ts';

/** So many under way at most leave one by one: few responses come together, and a burst costs a turn of its own. */
const FEW = 8;

/** Writes requests on their connections. */
export class Departures {
  readonly #clock: Clock;
  readonly #requests: RequestBytes;
  /** For a tokenizer; null: there is none. */
  readonly #sent: SentBodies | null;
  /** Rendering and checking take their time between a response and the next request: it is read off the clock. */
  readonly #exact: boolean;
  readonly #burst: Burst;
  readonly #reuse: Reuse;

  /** @param checks responses are looked at before the next request leaves. */
  constructor(requests: RequestBytes, sent: SentBodies | null, checks: boolean, clock: Clock, reuse: Reuse) {
    this.#clock = clock;
    this.#requests = requests;
    this.#sent = sent;
    this.#exact = requests.varying || checks;
    this.#burst = new Burst(clock, (connection) => this.leave(connection, false));
    this.#reuse = reuse;
  }

  /**
   * The request of a connection that is open.
   *
   * @param reading it became due with a response that was just read. @param inFlight how many are under way, with it.
   */
  write(connection: Connection, exchange: Exchange, now: Micros, reading: boolean, inFlight: number): void {
    const requests = this.#requests;
    const bytes = requests.of(exchange);
    exchange.bytesOut = bytes.length;
    if (this.#sent !== null) exchange.sent = this.#sent.of(bytes, !requests.varying);
    exchange.sentAt = this.#exact ? this.#clock.now() : now;
    if (this.#reuse.holds(connection, now)) {
      connection.bytes = bytes;
      return;
    }
    // A request that is due by the clock does not wait for others. Nor do few, which seldom come together; nor those for streams,
    // which end one by one: the wait would be a good part of what is measured too much of their first token.
    if (reading && exchange.user >= 0 && inFlight > FEW && connection.parser.stream === null) {
      connection.bytes = bytes;
      this.#burst.add(connection);
    } else connection.outlet.write(bytes);
  }

  /** The request that waits on a connection. @param paused a virtual user was made to wait: it is due when it sends. */
  leave(connection: Connection, paused: boolean): void {
    const { bytes, exchange } = connection;
    if (bytes === null || exchange === null || !connection.open) return;
    connection.bytes = null;
    exchange.sentAt = this.#clock.now();
    if (paused && exchange.user >= 0) exchange.dueAt = exchange.sentAt;
    connection.outlet.write(bytes);
  }
}
