/** The driver of HTTP/1.1: from an exchange to a connection, and from what comes on that to the exchange's outcome. */
import { GIVEN_UP, givenUpMessage } from '../../core/cause.ts';
import { clearExchange, type Exchange } from '../../core/exchange.ts';
import type { Plan, Target } from '../../core/plan.ts';
import type { Clock, Driver, OnPieces, Payloads } from '../../core/ports.ts';
import { timeoutOf } from '../../core/request.ts';
import { OUTCOME_CODE, type OutcomeCode } from '../../core/sample.ts';
import { type Segment, shareOf } from '../../core/segment.ts';
import type { ConnectionCounts } from '../../core/snapshot.ts';
import type { Micros } from '../../core/units.ts';
import type { Amender } from '../amender.ts';
import { ConnectionAges } from '../connection-age.ts';
import { bodyTooLong } from '../failure.ts';
import { Lookup, type Way, wayTo } from '../lookup.ts';
import { ResponseBuffer } from '../response-buffer.ts';
import { ResponseJudge } from '../response-judge.ts';
import { type Security, securityOf } from '../security.ts';
import type { StreamReader } from '../stream/stream-reader.ts';
import { latenessOf } from '../time-limit.ts';
import type { Witnessed } from '../witness.ts';
import { Connection, type ConnectionOwner } from './connection.ts';
import { Departures } from './departures.ts';
import { endingOf } from './ending.ts';
import { PROGRESS } from './parser.ts';
import { ConnectionPool, type PoolOwner } from './pool.ts';
import { RequestBytes } from './request.ts';
import { Reuse, type ReuseOwner } from './reuse.ts';
import { SentBodies } from './sent-bodies.ts';
import { TimeLimits, type TimeLimitsOwner } from './time-limits.ts';
import { WaitingLine } from './waiting-line.ts';

const BUFFER_BYTES = 64 * 1024;

/**
 * HTTP/1.1 over raw sockets. Nothing is allocated per request: the request's bytes are rendered once, every socket reads
 * into one buffer, and the time limit is a list in order of age that a coarse tick looks at from its old end.
 *
 * A virtual user keeps a connection of its own; requests without a user (open model) share the idle ones, the most
 * recently used first, and open another where none is idle. Where their number is limited, they wait in line for one.
 */
export class Http1Driver implements Driver, Witnessed, ConnectionOwner, PoolOwner, ReuseOwner, TimeLimitsOwner {
  onDone: (exchange: Exchange) => void = () => {};
  onPieces: OnPieces | null = null;
  inFlight = 0;
  readonly target: Target;
  readonly addresses: Lookup;
  readonly way: Way;
  readonly security: Security | null;
  session: Buffer | null = null;
  witness: Witnessed['witness'] = null;
  readonly buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);

  readonly #clock: Clock;
  readonly #judge: ResponseJudge;
  readonly #streams: Plan['stream'];
  /** For a tokenizer, which counts what streams say. */
  readonly #keepsText: boolean;
  readonly #bodiless: readonly boolean[];
  readonly #maxBody: number;
  readonly #keepAlive: boolean;
  readonly #ages: ConnectionAges;
  readonly #pool: ConnectionPool;
  /** Who waits for a connection; null where their number is not limited. */
  readonly #line: WaitingLine | null;
  readonly #reuse: Reuse;
  readonly #departures: Departures;
  /** What is under way. */
  readonly #limits: TimeLimits;
  /** Is a response being dealt with that was just read? */
  #reading = false;

  /** @param segment takes its share of the connections, where their number is limited. */
  constructor(
    plan: Plan,
    clock: Clock,
    segment: Segment = { index: 0, count: 1 },
    payloads: Payloads | null = null,
    amender: Amender | null = null,
  ) {
    this.#clock = clock;
    this.target = plan.target;
    this.addresses = new Lookup(clock, plan.connections.dnsTtl, segment.index);
    this.way = wayTo(plan.target);
    this.addresses.pin(this.way);
    this.security = securityOf(plan);
    const { limit, maxAge } = plan.connections;
    this.#ages = new ConnectionAges(maxAge);
    const timeouts = plan.requests.map((request) => timeoutOf(plan, request));
    this.#line = limit === null ? null : new WaitingLine(timeouts);
    this.#limits = new TimeLimits(timeouts, this.#line, clock, this);
    this.#judge = new ResponseJudge(plan, payloads);
    this.#streams = plan.stream;
    this.#keepsText = plan.tokenizer !== undefined;
    this.#bodiless = plan.requests.map((request) => request.method === 'HEAD');
    this.#reuse = new Reuse(clock, this);
    const requests = new RequestBytes(plan, payloads, amender);
    const sent = plan.tokenizer === undefined ? null : new SentBodies();
    this.#departures = new Departures(requests, sent, this.#judge.checks, clock, this.#reuse);
    const most = limit === null ? Number.POSITIVE_INFINITY : shareOf(limit, segment);
    this.#pool = new ConnectionPool(most, this.#reuse, this.#line, this);
    this.#maxBody = plan.maxBody ?? Number.POSITIVE_INFINITY;
    this.#keepAlive = plan.keepAlive;
  }

  send(exchange: Exchange): void {
    const now = exchange.user >= 0 ? exchange.dueAt : this.#clock.now();
    this.inFlight++;
    clearExchange(exchange);
    if (this.#line !== null) exchange.waitTook = 0 as Micros;
    this.#assign(exchange, now);
  }

  cancel(exchange: Exchange): void {
    const now = this.#clock.now();
    const since = this.#line?.takeOut(exchange) ?? null;
    if (since !== null) {
      this.#giveUp(exchange, since, OUTCOME_CODE.cancelled, '', now);
      return;
    }
    const connection = this.#limits.of(exchange);
    if (connection !== null) this.#drop(connection, OUTCOME_CODE.cancelled, '', now);
  }

  abort(): void {
    const line = this.#line;
    while (line !== null && line.length > 0) {
      const since = line.since as Micros;
      this.#giveUp(line.shift() as Exchange, since, OUTCOME_CODE.aborted, GIVEN_UP.connecting, this.#clock.now());
    }
    this.#limits.endAll((connection) => {
      const message = givenUpMessage(connection.exchange as Exchange);
      this.#drop(connection, OUTCOME_CODE.aborted, message, this.#clock.now());
    });
  }

  retire(user: number): void {
    this.#pool.retire(user);
  }

  close(): void {
    this.#pool.close();
    this.#reuse.close();
    this.#limits.close();
  }

  takeConnectionCounts(): ConnectionCounts | null {
    return this.#reuse.take();
  }

  connected(connection: Connection): void {
    connection.connectedAt = this.#clock.now();
  }

  opened(connection: Connection): void {
    const { exchange } = connection;
    if (exchange === null) return;
    const now = this.#clock.now();
    exchange.connectTook = (now - connection.connectStartedAt) as Micros;
    if (connection.connectedAt > 0) exchange.tlsTook = (now - connection.connectedAt) as Micros;
    this.#departures.write(connection, exchange, now, this.#reading, this.inFlight);
  }

  received(connection: Connection, length: number): void {
    const { exchange, parser } = connection;
    if (exchange === null || exchange.sentAt === 0 || connection.bytes !== null) {
      // A response to no request ends the connection, and is nobody's outcome.
      this.#reuse.unasked(connection, this.buffer, length);
      connection.destroy();
      return;
    }
    const now = this.#clock.now();
    if (exchange.firstByteAt === 0) exchange.firstByteAt = now;
    exchange.bytesIn += length;
    const progress = parser.feed(this.buffer, 0, length);
    if (parser.streaming) this.#follow(exchange, parser.stream as StreamReader, now);
    if (progress === PROGRESS.more) {
      parser.response?.settle();
      return;
    }
    if (progress === PROGRESS.broken) this.#broken(connection, now);
    else if (parser.consumed < length) {
      this.#reuse.exceeded();
      this.#drop(connection, OUTCOME_CODE['protocol-error'], 'more bytes than the response has', now);
    } else {
      this.#reading = true;
      this.#answered(connection, now);
      this.#reading = false;
    }
  }

  ended(connection: Connection): void {
    const { exchange } = connection;
    connection.endedByTarget = true;
    if (exchange !== null && connection.parser.end() === PROGRESS.done) this.#answered(connection, this.#clock.now());
    else connection.destroy();
  }

  closed(connection: Connection, error: Error | null): void {
    this.#pool.remove(connection);
    const now = this.#clock.now();
    this.#reuse.gone(connection, connection.endedByTarget || error !== null, now);
    if (this.#line !== null) this.#pool.replace(this.#clock.now());
    const { exchange } = connection;
    if (exchange === null) return;
    if (connection.bytes !== null) {
      this.#move(connection, now);
      return;
    }
    connection.noteStatus();
    const { outcome, message } = endingOf(connection, exchange, error);
    this.#finish(connection, OUTCOME_CODE[outcome], message, now);
  }

  open(): Connection {
    const now = this.#clock.now();
    const connection = new Connection(this, now, now + this.#ages.next());
    if (this.#judge.checks || this.witness !== null) connection.parser.response = new ResponseBuffer();
    connection.parser.bodyLimit = this.#maxBody;
    connection.parser.wanted = this.#judge;
    connection.parser.streams = this.#streams;
    connection.parser.keepsText = this.#keepsText;
    return connection;
  }

  #assign(exchange: Exchange, now: Micros): void {
    const connection = this.#pool.take(exchange, now);
    if (connection === null) this.#limits.watch();
    else this.begin(connection, exchange, now);
  }

  begin(connection: Connection, exchange: Exchange, now: Micros): void {
    connection.exchange = exchange;
    connection.parser.reset(this.#bodiless[exchange.request] as boolean);
    if (connection.open) {
      this.#departures.write(connection, exchange, now, this.#reading, this.inFlight);
      this.#limits.append(connection, now);
    } else this.#limits.append(connection, connection.connectStartedAt);
  }

  /** Ends an exchange out of the line, which never had a connection. */
  #giveUp(exchange: Exchange, since: Micros, outcome: OutcomeCode, message: string, now: Micros): void {
    exchange.waitTook = (now - since) as Micros;
    this.inFlight--;
    exchange.outcome = outcome;
    exchange.message = message;
    exchange.doneAt = now;
    this.onDone(exchange);
  }

  leave(connection: Connection): void {
    this.#departures.leave(connection, true);
  }

  move(connection: Connection): void {
    this.#move(connection, this.#clock.now());
  }

  /** Sends the request of a used connection over another one. Nothing of it has been written, so it is not sent twice. */
  #move(connection: Connection, now: Micros): void {
    const exchange = connection.exchange as Exchange;
    connection.exchange = null;
    connection.bytes = null;
    connection.deadlines?.remove(connection);
    exchange.sentAt = 0 as Micros;
    exchange.bytesOut = 0;
    if (exchange.user >= 0) exchange.dueAt = now;
    this.#assign(exchange, now);
  }

  free(connection: Connection): void {
    this.#pool.give(connection, this.#clock.now());
  }

  #answered(connection: Connection, now: Micros): void {
    const { parser } = connection;
    const exchange = connection.exchange as Exchange;
    exchange.status = parser.status;
    // Nobody reads a response behind a request that the target has not read to its end.
    const reusable = parser.reusable && this.#keepAlive && !connection.outlet.busy;
    connection.keptFor(parser.keepAliveTimeout, now);
    if (this.witness !== null)
      this.witness(parser.response as ResponseBuffer, connection.socket.remoteAddress ?? this.target.host);
    if (!reusable) connection.destroy();
    else this.#reuse.answered(connection, now);
    const stream = parser.streaming ? parser.stream : null;
    if (stream !== null) {
      stream.end();
      this.#follow(exchange, stream, now);
    }
    const outcome = this.#judge.judge(exchange, parser.response, stream, parser.pointer);
    // Within onDone the same user may send again, so everything about the connection is settled before.
    this.#finish(connection, outcome, this.#judge.message, now);
  }

  /** Tells of pieces of a streamed body that came in one read. */
  #follow(exchange: Exchange, stream: StreamReader, now: Micros): void {
    const { fresh } = stream;
    if (fresh === 0) return;
    const gap = stream.came(now);
    this.onPieces?.(exchange, fresh, gap, now);
  }

  #broken(connection: Connection, now: Micros): void {
    const { parser } = connection;
    if (parser.excessive) {
      this.#drop(connection, OUTCOME_CODE['wrong-answer'], bodyTooLong(parser.bodyLimit), now);
    } else this.#drop(connection, OUTCOME_CODE['protocol-error'], parser.error, now);
  }

  /** Ends an exchange and its connection with it: closed first, so that nobody can be given it again. */
  #drop(connection: Connection, outcome: OutcomeCode, message: string, now: Micros): void {
    connection.destroy();
    connection.bytes = null;
    connection.noteStatus();
    this.#finish(connection, outcome, message, now);
  }

  /** Gives the exchange back. An open connection is free again before its owner hears of it. */
  #finish(connection: Connection, outcome: OutcomeCode, message: string, now: Micros): void {
    const exchange = connection.exchange as Exchange;
    connection.exchange = null;
    connection.deadlines?.remove(connection);
    this.inFlight--;
    exchange.outcome = outcome;
    exchange.message = message;
    exchange.bodyBytesIn = connection.parser.bodyBytes;
    exchange.tooLong = connection.parser.excessive;
    if (connection.parser.streaming) exchange.stream = connection.parser.stream;
    exchange.doneAt = now;
    const answered = outcome <= OUTCOME_CODE['wrong-answer'] || outcome >= OUTCOME_CODE['capture-failed'];
    if (connection.open && exchange.user < 0 && answered) this.#pool.give(connection, now);
    this.onDone(exchange);
  }

  endLate(connection: Connection, now: Micros): void {
    const { exchange, parser } = connection;
    const { begun, streaming } = parser;
    const message = latenessOf({ sent: exchange?.sentAt !== 0, begun, streaming });
    this.#drop(connection, OUTCOME_CODE.timeout, message, now);
  }

  endLateInLine(exchange: Exchange, since: Micros, now: Micros): void {
    this.#giveUp(exchange, since, OUTCOME_CODE.timeout, 'no free connection in time', now);
  }

  lookAround(now: Micros): boolean {
    return this.#reuse.sweep(now);
  }
}
