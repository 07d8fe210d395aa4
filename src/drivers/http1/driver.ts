import type { LookupFunction } from 'node:net';
import type { Exchange } from '../../core/exchange.ts';
import type { Plan, Target } from '../../core/plan.ts';
import type { Clock, Driver } from '../../core/ports.ts';
import { OUTCOME_CODE, type OutcomeCode } from '../../core/sample.ts';
import { type Micros, millis } from '../../core/units.ts';
import { Connection, type ConnectionOwner } from './connection.ts';
import { createLookup } from './lookup.ts';
import { PROGRESS } from './parser.ts';
import { renderRequest } from './request.ts';

const BUFFER_BYTES = 64 * 1024;

/**
 * HTTP/1.1 over raw sockets. Nothing is allocated per request: the request's bytes are rendered once, every socket reads
 * into one buffer, and the time limit is a list in order of age that a coarse tick looks at from its old end.
 *
 * A virtual user keeps a connection of its own; requests without a user (open model) share the idle ones, the most
 * recently used first, and open another where none is idle.
 */
export class Http1Driver implements Driver, ConnectionOwner {
  onDone: (exchange: Exchange) => void = () => {};
  inFlight = 0;
  readonly target: Target;
  readonly lookup: LookupFunction;
  readonly buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);

  readonly #clock: Clock;
  readonly #payloads: readonly Buffer[];
  readonly #bodiless: readonly boolean[];
  readonly #timeout: Micros;
  readonly #tick: Micros;
  readonly #keepAlive: boolean;
  readonly #idle: Connection[] = [];
  readonly #byUser = new Map<number, Connection>();
  readonly #all = new Set<Connection>();
  #oldest: Connection | null = null;
  #newest: Connection | null = null;
  #timer: unknown = null;

  constructor(plan: Plan, clock: Clock) {
    this.#clock = clock;
    this.target = plan.target;
    this.lookup = createLookup(clock);
    this.#payloads = plan.requests.map((request) => renderRequest(request, plan.target, plan.keepAlive));
    this.#bodiless = plan.requests.map((request) => request.method === 'HEAD');
    this.#timeout = plan.timeout;
    this.#tick = Math.min(millis(50), Math.max(millis(1), plan.timeout / 50)) as Micros;
    this.#keepAlive = plan.keepAlive;
  }

  send(exchange: Exchange): void {
    const connection = this.#connectionFor(exchange.user);
    this.inFlight++;
    connection.exchange = exchange;
    exchange.firstByteAt = 0 as Micros;
    exchange.doneAt = 0 as Micros;
    exchange.sentAt = 0 as Micros;
    exchange.connectTook = -1 as Micros;
    exchange.tlsTook = -1 as Micros;
    exchange.outcome = 0;
    exchange.status = 0;
    exchange.bytesIn = 0;
    exchange.bytesOut = 0;
    exchange.message = '';
    connection.parser.reset(this.#bodiless[exchange.request] as boolean);
    if (connection.open) {
      connection.reused = true;
      this.#write(connection, exchange, exchange.user >= 0 ? exchange.dueAt : this.#clock.now());
      this.#append(connection, exchange.sentAt);
    } else this.#append(connection, connection.connectStartedAt);
  }

  abort(): void {
    while (this.#oldest !== null) {
      const connection = this.#oldest;
      this.#drop(connection, OUTCOME_CODE.aborted, 'still unanswered when the run ended', this.#clock.now());
    }
  }

  retire(user: number): void {
    const connection = this.#byUser.get(user);
    if (connection === undefined || connection.exchange !== null) return;
    this.#byUser.delete(user);
    connection.destroy();
  }

  close(): void {
    for (const connection of this.#all) connection.destroy();
    this.#idle.length = 0;
    this.#byUser.clear();
    if (this.#timer !== null) this.#clock.cancel(this.#timer);
    this.#timer = null;
  }

  opened(connection: Connection): void {
    const { exchange } = connection;
    if (exchange === null) return;
    const now = this.#clock.now();
    exchange.connectTook = (now - connection.connectStartedAt) as Micros;
    this.#write(connection, exchange, now);
  }

  received(connection: Connection, length: number): void {
    const { exchange, parser } = connection;
    if (exchange === null || exchange.sentAt === 0) {
      // An answer to no question (a 408 to an idle connection, say) ends the connection, and is nobody's outcome.
      connection.destroy();
      return;
    }
    const now = this.#clock.now();
    if (exchange.firstByteAt === 0) exchange.firstByteAt = now;
    exchange.bytesIn += length;
    const progress = parser.feed(this.buffer, 0, length);
    if (progress === PROGRESS.more) return;
    if (progress === PROGRESS.broken) this.#drop(connection, OUTCOME_CODE['protocol-error'], parser.error, now);
    else if (parser.consumed < length)
      this.#drop(connection, OUTCOME_CODE['protocol-error'], 'more bytes than the answer has', now);
    else this.#answered(connection, now);
  }

  ended(connection: Connection): void {
    const { exchange } = connection;
    if (exchange !== null && connection.parser.end() === PROGRESS.done) this.#answered(connection, this.#clock.now());
    else connection.destroy();
  }

  closed(connection: Connection, error: Error | null): void {
    this.#all.delete(connection);
    const index = this.#idle.indexOf(connection);
    if (index >= 0) this.#idle.splice(index, 1);
    const { exchange } = connection;
    if (exchange === null) return;
    const now = this.#clock.now();
    if (exchange.sentAt === 0) this.#finish(connection, OUTCOME_CODE['connect-error'], describe(error), now);
    else this.#finish(connection, OUTCOME_CODE.reset, cutOff(connection, error), now);
  }

  #connectionFor(user: number): Connection {
    if (user < 0) {
      for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) if (idle.open) return idle;
    } else {
      const own = this.#byUser.get(user);
      if (own?.open) return own;
    }
    const connection = new Connection(this, this.#clock.now());
    this.#all.add(connection);
    if (user >= 0) this.#byUser.set(user, connection);
    return connection;
  }

  #write(connection: Connection, exchange: Exchange, now: Micros): void {
    const payload = this.#payloads[exchange.request] as Buffer;
    exchange.sentAt = now;
    exchange.bytesOut = payload.length;
    connection.socket.write(payload);
  }

  #answered(connection: Connection, now: Micros): void {
    const { parser } = connection;
    const { status } = parser;
    (connection.exchange as Exchange).status = status;
    const reusable = parser.reusable && this.#keepAlive;
    if (!reusable) connection.destroy();
    // Within onDone the same user may send again, so everything about the connection is settled before.
    if (status < 400) this.#finish(connection, OUTCOME_CODE.ok, '', now);
    else this.#finish(connection, OUTCOME_CODE['http-error'], `HTTP ${status}`, now);
  }

  /** Ends an exchange and its connection with it: closed first, so that nobody can be given it again. */
  #drop(connection: Connection, outcome: OutcomeCode, message: string, now: Micros): void {
    connection.destroy();
    this.#finish(connection, outcome, message, now);
  }

  /** Gives the exchange back. An open connection is free again before its owner hears of it. */
  #finish(connection: Connection, outcome: OutcomeCode, message: string, now: Micros): void {
    const exchange = connection.exchange as Exchange;
    connection.exchange = null;
    this.#remove(connection);
    this.inFlight--;
    exchange.outcome = outcome;
    exchange.message = message;
    exchange.doneAt = now;
    if (connection.open && exchange.user < 0 && (outcome === 0 || outcome === 1)) this.#idle.push(connection);
    this.onDone(exchange);
  }

  #append(connection: Connection, startedAt: Micros): void {
    connection.deadlineAt = startedAt + this.#timeout;
    connection.older = this.#newest;
    connection.newer = null;
    if (this.#newest === null) this.#oldest = connection;
    else this.#newest.newer = connection;
    this.#newest = connection;
    if (this.#timer === null) this.#timer = this.#clock.after(this.#tick, this.#sweep);
  }

  #remove(connection: Connection): void {
    const { older, newer } = connection;
    if (older === null) this.#oldest = newer;
    else older.newer = newer;
    if (newer === null) this.#newest = older;
    else newer.older = older;
    connection.older = null;
    connection.newer = null;
  }

  /** Ends what is older than the time limit. */
  readonly #sweep = (): void => {
    this.#timer = null;
    const now = this.#clock.now();
    while (this.#oldest !== null && this.#oldest.deadlineAt <= now) {
      const connection = this.#oldest;
      const connecting = connection.exchange?.sentAt === 0;
      const begun = connection.parser.begun;
      const message = connecting
        ? 'no connection in time'
        : begun
          ? 'the answer did not end in time'
          : 'no answer in time';
      this.#drop(connection, OUTCOME_CODE.timeout, message, now);
    }
    if (this.#oldest !== null) this.#timer = this.#clock.after(this.#tick, this.#sweep);
  };
}

/** `ECONNREFUSED 127.0.0.1:9`; over several addresses, the first one's. */
function describe(error: Error | null): string {
  const cause = error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error;
  if (cause === null) return 'the target closed the connection before it was ready';
  const { code, address, port } = cause as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code === undefined) return cause.message;
  if (address !== undefined) return `${code} ${address}:${port}`;
  return code === 'ENOTFOUND' || code === 'EAI_AGAIN' ? cause.message : code;
}

function cutOff(connection: Connection, error: Error | null): string {
  if (connection.parser.begun) return 'connection closed in the middle of the answer';
  const how = (error as NodeJS.ErrnoException | null)?.code;
  const what = how === undefined ? 'connection closed before any answer' : `${how} before any answer`;
  return connection.reused ? `${what}, on a connection used before` : what;
}
