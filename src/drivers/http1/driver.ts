import { GIVEN_UP, givenUpMessage, ON_A_REUSED_CONNECTION } from '../../core/cause.ts';
import { clearExchange, type Exchange } from '../../core/exchange.ts';
import type { Plan, Target } from '../../core/plan.ts';
import type { Clock, Driver, OnPieces, Payloads } from '../../core/ports.ts';
import { timeoutOf } from '../../core/request.ts';
import { OUTCOME_CODE, type OutcomeCode } from '../../core/sample.ts';
import { type Segment, shareOf } from '../../core/segment.ts';
import type { ConnectionCounts } from '../../core/snapshot.ts';
import { type Micros, seconds } from '../../core/units.ts';
import type { Amender } from '../amender.ts';
import { ConnectionAges } from '../connection-age.ts';
import { bodyTooLong, describeFailure } from '../failure.ts';
import { Lookup, type Way, wayTo } from '../lookup.ts';
import { ResponseBuffer } from '../response-buffer.ts';
import { ResponseJudge } from '../response-judge.ts';
import { type Security, securityOf } from '../security.ts';
import type { StreamReader } from '../stream/stream-reader.ts';
import { latenessOf } from '../time-limit.ts';
import type { Witnessed } from '../witness.ts';
import { Burst } from './burst.ts';
import { Connection, type ConnectionOwner } from './connection.ts';
import { PROGRESS } from './parser.ts';
import { ConnectionPool } from './pool.ts';
import { AmendedRequests, type Rendering, renderRequest, VaryingRequests } from './request.ts';
import { Reuse, type ReuseOwner } from './reuse.ts';
import { SentBodies } from './sent-bodies.ts';
import { TimeLimits, type TimeLimitsOwner } from './time-limits.ts';
import { WaitingLine } from './waiting-line.ts';

const BUFFER_BYTES = 64 * 1024;
/** So many under way at most leave one by one: few responses come together, and a burst costs a turn of its own. */
const FEW = 8;

/**
 * HTTP/1.1 over raw sockets. Nothing is allocated per request: the request's bytes are rendered once, every socket reads
 * into one buffer, and the time limit is a list in order of age that a coarse tick looks at from its old end.
 *
 * A virtual user keeps a connection of its own; requests without a user (open model) share the idle ones, the most
 * recently used first, and open another where none is idle. Where their number is limited, they wait in line for one.
 */
export class Http1Driver implements Driver, Witnessed, ConnectionOwner, ReuseOwner, TimeLimitsOwner {
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
  readonly #payloads: readonly Buffer[];
  /** Where requests differ from each other; else null. */
  readonly #varying: Rendering | null;
  readonly #judge: ResponseJudge;
  readonly #streams: Plan['stream'];
  /** For a tokenizer, which counts what streams say, too; null: there is none. */
  readonly #sent: SentBodies | null;
  /** Rendering and checking take their time between a response and the next request: it is read off the clock. */
  readonly #exact: boolean;
  readonly #bodiless: readonly boolean[];
  readonly #maxBody: number;
  readonly #keepAlive: boolean;
  readonly #ages: ConnectionAges;
  readonly #pool: ConnectionPool;
  /** Who waits for a connection; null where their number is not limited. */
  readonly #line: WaitingLine | null;
  readonly #burst: Burst;
  readonly #reuse: Reuse;
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
    this.#payloads = plan.requests.map((request) => renderRequest(request, plan.target, plan.keepAlive));
    const varying = payloads === null ? null : VaryingRequests.of(plan, payloads);
    this.#varying = amender === null ? varying : new AmendedRequests(varying ?? this.#payloads, amender);
    this.#judge = new ResponseJudge(plan, payloads);
    this.#streams = plan.stream;
    this.#sent = plan.tokenizer === undefined ? null : new SentBodies();
    this.#exact = this.#varying !== null || this.#judge.checks;
    this.#bodiless = plan.requests.map((request) => request.method === 'HEAD');
    this.#burst = new Burst(clock, (connection) => this.#leave(connection, false));
    this.#reuse = new Reuse(clock, this);
    const most = limit === null ? Number.POSITIVE_INFINITY : shareOf(limit, segment);
    this.#pool = new ConnectionPool(most, this.#reuse, () => this.#open());
    this.#maxBody = plan.maxBody ?? Number.POSITIVE_INFINITY;
    this.#keepAlive = plan.keepAlive;
  }

  send(exchange: Exchange): void {
    const now = exchange.user >= 0 ? exchange.dueAt : this.#clock.now();
    this.inFlight++;
    clearExchange(exchange);
    if (this.#line !== null) exchange.waitTook = 0 as Micros;
    const connection = this.#pool.take(exchange.user, now);
    if (connection === null) this.#wait(exchange, now);
    else this.#begin(connection, exchange, now);
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
    this.#write(connection, exchange, now);
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
    if (this.#line !== null) this.#replace();
    const { exchange } = connection;
    if (exchange === null) return;
    if (connection.bytes !== null) this.#move(connection, now);
    else if (exchange.sentAt === 0)
      this.#finish(
        connection,
        OUTCOME_CODE['connect-error'],
        error === null ? 'the target closed the connection before it was ready' : describeFailure(error),
        now,
      );
    else {
      noteStatus(connection);
      const outcome = connection.parser.streaming ? OUTCOME_CODE['stream-cut'] : OUTCOME_CODE.reset;
      this.#finish(connection, outcome, cutOff(connection, error), now);
    }
  }

  #open(): Connection {
    const now = this.#clock.now();
    const connection = new Connection(this, now, now + this.#ages.next());
    if (this.#judge.checks || this.witness !== null) connection.parser.response = new ResponseBuffer();
    connection.parser.bodyLimit = this.#maxBody;
    connection.parser.wanted = this.#judge;
    connection.parser.streams = this.#streams;
    connection.parser.keepsText = this.#sent !== null;
    return connection;
  }

  #begin(connection: Connection, exchange: Exchange, now: Micros): void {
    connection.exchange = exchange;
    connection.parser.reset(this.#bodiless[exchange.request] as boolean);
    if (connection.open) {
      this.#write(connection, exchange, now);
      this.#limits.append(connection, now);
    } else this.#limits.append(connection, connection.connectStartedAt);
  }

  #wait(exchange: Exchange, now: Micros): void {
    this.#line?.push(exchange, now);
    this.#limits.watch();
  }

  /** A connection is free: the first in line takes it, before anybody new. */
  #hand(connection: Connection, now: Micros): void {
    const line = this.#line;
    const since = line?.since as Micros | undefined;
    // One that is too old is closed instead; its end makes room for another.
    if (line !== null && line.length > 0 && now >= connection.retireAt) {
      connection.destroy();
      return;
    }
    const next = line?.shift() ?? null;
    if (next === null || since === undefined) {
      this.#pool.give(connection);
      return;
    }
    next.waitTook = (now - since) as Micros;
    this.#begin(connection, next, now);
  }

  /** A connection has gone: the first in line opens another in its place. */
  #replace(): void {
    const line = this.#line as WaitingLine;
    if (this.#pool.full) return;
    const since = line.since;
    const next = line.shift();
    if (next === null) return;
    const now = this.#clock.now();
    next.waitTook = (now - since) as Micros;
    this.#begin(this.#pool.open(), next, now);
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

  #write(connection: Connection, exchange: Exchange, now: Micros): void {
    const payload = this.#varying?.render(exchange) ?? (this.#payloads[exchange.request] as Buffer);
    exchange.bytesOut = payload.length;
    if (this.#sent !== null) exchange.sent = this.#sent.of(payload, this.#varying === null);
    exchange.sentAt = this.#exact ? this.#clock.now() : now;
    if (this.#reuse.holds(connection, now)) {
      connection.bytes = payload;
      return;
    }
    // A request that is due by the clock does not wait for others. Nor do few, which seldom come together; nor those for streams,
    // which end one by one: the wait would be a good part of what is measured too much of their first token.
    if (this.#reading && exchange.user >= 0 && this.inFlight > FEW && connection.parser.stream === null) {
      connection.bytes = payload;
      this.#burst.add(connection);
    } else connection.outlet.write(payload);
  }

  leave(connection: Connection): void {
    this.#leave(connection, true);
  }

  /** @param paused a virtual user was made to wait: it is due when it sends. */
  #leave(connection: Connection, paused: boolean): void {
    const { bytes, exchange } = connection;
    if (bytes === null || exchange === null || !connection.open) return;
    connection.bytes = null;
    exchange.sentAt = this.#clock.now();
    if (paused && exchange.user >= 0) exchange.dueAt = exchange.sentAt;
    connection.outlet.write(bytes);
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
    const other = this.#pool.take(exchange.user, now);
    if (other === null) this.#wait(exchange, now);
    else this.#begin(other, exchange, now);
  }

  free(connection: Connection): void {
    this.#free(connection, this.#clock.now());
  }

  #free(connection: Connection, now: Micros): void {
    if (this.#line === null) this.#pool.give(connection);
    else if (!this.#reuse.watches(connection)) this.#hand(connection, now);
  }

  #answered(connection: Connection, now: Micros): void {
    const { parser } = connection;
    const exchange = connection.exchange as Exchange;
    exchange.status = parser.status;
    // Nobody reads a response behind a request that the target has not read to its end.
    const reusable = parser.reusable && this.#keepAlive && !connection.outlet.busy;
    connection.retireAt =
      parser.keepAliveTimeout < 0
        ? connection.ageAt
        : Math.min(connection.ageAt, now + usableFor(parser.keepAliveTimeout));
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
    noteStatus(connection);
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
    if (connection.parser.streaming) exchange.stream = connection.parser.stream;
    exchange.doneAt = now;
    const answered = outcome <= OUTCOME_CODE['wrong-answer'] || outcome >= OUTCOME_CODE['capture-failed'];
    if (connection.open && exchange.user < 0 && answered) this.#free(connection, now);
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

/** How long (µs) a connection may be idle, of a target that closes it after so many seconds: it may be on its way. */
function usableFor(timeout: number): Micros {
  return seconds(Math.max(timeout - 1, timeout / 2));
}

/** A response that does not end has a status, where its head came. */
function noteStatus({ parser, exchange }: Connection): void {
  if (exchange !== null && parser.status >= 200) exchange.status = parser.status;
}

function cutOff({ parser, exchange, responses }: Connection, error: Error | null): string {
  if (parser.begun || (exchange !== null && exchange.firstByteAt > 0))
    return 'connection closed in the middle of the response';
  const how = (error as NodeJS.ErrnoException | null)?.code ?? 'connection closed';
  return responses > 0 ? `${how} ${ON_A_REUSED_CONNECTION}` : `${how} before any response`;
}
