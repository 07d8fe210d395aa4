/**
 * The driver for HTTP/2 and for proxies: flights of requests over lanes, with the same outcomes as over raw sockets.
 */
import type { Buffer } from 'node:buffer';
import { givenUpMessage } from '../../core/cause.ts';
import { clearExchange, type Exchange } from '../../core/exchange.ts';
import type { Plan } from '../../core/plan.ts';
import type { Clock, Driver, OnPieces, Payloads } from '../../core/ports.ts';
import { timeoutOf } from '../../core/request.ts';
import { OUTCOME_CODE, type OutcomeCode } from '../../core/sample.ts';
import { type Segment, shareOf } from '../../core/segment.ts';
import type { Micros } from '../../core/units.ts';
import type { Amender } from '../amender.ts';
import { ConnectionAges } from '../connection-age.ts';
import { bodyTooLong } from '../failure.ts';
import { bracketed, Lookup } from '../lookup.ts';
import { ResponseBuffer } from '../response-buffer.ts';
import { ResponseJudge } from '../response-judge.ts';
import { isSuccess } from '../status.ts';
import { codingIn, formatIn } from '../stream/format.ts';
import { StreamReader } from '../stream/stream-reader.ts';
import { latenessOf } from '../time-limit.ts';
import type { Witnessed } from '../witness.ts';
import { createConnector, tunnels } from './connector.ts';
import { endingOf } from './ending.ts';
import { Flights } from './flights.ts';
import { Http2Lane } from './http2-lane.ts';
import type { Flight, FlightOwner, Lane } from './lane.ts';
import { Lanes } from './lanes.ts';
import { prepareRequests } from './prepared.ts';
import { ProxyLane } from './proxy-lane.ts';

/**
 * What raw sockets don't do: HTTP/2, and proxies. No request waits for a free connection: over HTTP/1.1 each has one of its
 * own while it is under way (a virtual user always the same), and over HTTP/2 another is opened where all carry as many as
 * they may. Only with a limit to the connections requests wait, and then it shows in their lag.
 *
 * Byte counts are of the bodies.
 */
export class UndiciDriver implements Driver, Witnessed, FlightOwner {
  onDone: (exchange: Exchange) => void = () => {};
  onPieces: OnPieces | null = null;
  witness: Witnessed['witness'] = null;
  inFlight = 0;
  readonly #clock: Clock;
  readonly #prepare: ReturnType<typeof prepareRequests>;
  readonly #judge: ResponseJudge;
  readonly #maxBody: number;
  readonly #streams: Plan['stream'];
  /** A tokenizer counts what is sent, and what streams say. */
  readonly #counts: boolean;
  readonly #createLane: () => Lane;
  readonly #host: string;
  readonly #most: number;
  /** How many requests at once the target took on the last connection that it said so of; null: on none yet. */
  #capacity: number | null = null;
  readonly #lanes: Lanes;
  /** Where responses were kept, to be used again. */
  readonly #buffers: ResponseBuffer[] = [];
  readonly #readers: StreamReader[] = [];
  /** What is under way. */
  readonly #flights: Flights;

  /** @param segment takes its share of the connections, where their number is limited. */
  constructor(
    plan: Plan,
    clock: Clock,
    segment: Segment = { index: 0, count: 1 },
    payloads: Payloads | null = null,
    amender: Amender | null = null,
  ) {
    const { target, proxy, http2, connections } = plan;
    this.#clock = clock;
    this.#host = target.host;
    const { limit } = connections;
    this.#most = limit === null ? Number.POSITIVE_INFINITY : shareOf(limit, segment);
    const timeouts = plan.requests.map((request) => timeoutOf(plan, request));
    this.#flights = new Flights(timeouts, clock, (flight) =>
      this.#giveUp(flight, OUTCOME_CODE.timeout, latenessOf(progressOf(flight))),
    );
    this.#maxBody = plan.maxBody ?? Number.POSITIVE_INFINITY;
    this.#streams = plan.stream;
    this.#counts = plan.tokenizer !== undefined;
    this.#judge = new ResponseJudge(plan, payloads);
    const connect = createConnector(plan, clock, new Lookup(clock, connections.dnsTtl, segment.index));
    const ages = new ConnectionAges(connections.maxAge);
    const origin = `${target.protocol}//${bracketed(target.host)}:${target.port}`;
    const asked = proxy !== null && !tunnels(plan) ? proxy : null;
    this.#createLane = http2
      ? () => new Http2Lane(this, origin, connect, clock, ages.next(), this.#capacity)
      : () => new ProxyLane(this, asked === null ? origin : asked.url, connect, clock, plan.keepAlive, ages.next());
    this.#lanes = new Lanes(this.#createLane, http2, this.#most);
    const prepare = prepareRequests(plan, payloads, asked);
    this.#prepare = amender === null ? prepare : (exchange) => amender.parts(exchange, prepare(exchange));
  }

  send(exchange: Exchange): void {
    clearExchange(exchange);
    this.inFlight++;
    const lane = this.#lanes.for(exchange.user, this.#clock.now());
    const flight: Flight = {
      exchange,
      lane,
      startedAt: this.#clock.now(),
      request: this.#prepare(exchange),
      response: this.#takeBuffer(),
      stream: null,
      pointer: null,
      within: true,
      done: false,
      handle: null,
    };
    this.#flights.add(flight);
    this.#put(flight, lane);
    flight.within = false;
  }

  cancel(exchange: Exchange): void {
    const flight = this.#flights.of(exchange);
    if (flight !== null) this.#giveUp(flight, OUTCOME_CODE.cancelled, '');
  }

  abort(): void {
    this.#flights.endAll((flight) => this.#giveUp(flight, OUTCOME_CODE.aborted, givenUpMessage(flight.exchange)));
  }

  retire(user: number): void {
    this.#lanes.retire(user);
  }

  close(): void {
    this.#lanes.close();
    this.#flights.close();
  }

  started(flight: Flight): boolean {
    const { exchange, lane, request } = flight;
    if (flight.done) return false;
    const now = this.#clock.now();
    exchange.sentAt = now;
    exchange.bytesOut = request.body?.length ?? 0;
    if (this.#counts) exchange.sent = request.body;
    if (lane.openedAt >= flight.startedAt) {
      exchange.connectTook = (now - flight.startedAt) as Micros;
      exchange.tlsTook = lane.tlsTook;
    }
    if (this.#most < Number.POSITIVE_INFINITY)
      exchange.waitTook = (exchange.connectTook >= 0 ? 0 : now - flight.startedAt) as Micros;
    // A virtual user is due when it sends, but for the connection that it has to wait for.
    if (exchange.user >= 0) exchange.dueAt = (now - Math.max(0, exchange.connectTook)) as Micros;
    return true;
  }

  answering(flight: Flight, status: number, fields: readonly string[], pointer: string | null): void {
    if (flight.done) return;
    const { exchange } = flight;
    exchange.status = status;
    if (status >= 300 && flight.response === null && this.#judge.wants(status)) {
      flight.response = this.#buffers.pop() ?? new ResponseBuffer();
      flight.response.reset();
    }
    flight.response?.fields(fields);
    flight.pointer = pointer;
    if (exchange.firstByteAt === 0) exchange.firstByteAt = this.#clock.now();
    const format = isSuccess(status) && this.#streams !== 'off' ? (this.#streams ?? formatIn(fields)) : null;
    if (format === null || status === 204 || flight.request.method === 'HEAD') return;
    flight.stream = this.#readers.pop() ?? new StreamReader(this.#counts);
    flight.stream.begin(format, codingIn(fields));
  }

  received(flight: Flight, chunk: Buffer): void {
    if (flight.done) return;
    const { exchange, response } = flight;
    exchange.bytesIn += chunk.length;
    exchange.bodyBytesIn += chunk.length;
    if (exchange.bytesIn > this.#maxBody) {
      exchange.tooLong = true;
      this.#giveUp(flight, OUTCOME_CODE['wrong-answer'], bodyTooLong(this.#maxBody));
    } else {
      response?.body(chunk, 0, chunk.length);
      if (flight.stream !== null) this.#follow(flight, flight.stream, chunk);
    }
  }

  answered(flight: Flight): void {
    if (flight.done) return;
    const now = this.#clock.now();
    const { exchange, response, stream } = flight;
    if (response !== null) this.witness?.(response, this.#host);
    if (stream !== null) {
      stream.end();
      if (stream.fresh > 0) this.#tell(flight, stream, now);
    }
    const outcome = this.#judge.judge(exchange, response, stream, flight.pointer);
    this.#finish(flight, outcome, this.#judge.message, now);
  }

  failed(flight: Flight, error: Error): void {
    if (flight.done) return;
    const { sentAt, firstByteAt, connectTook } = flight.exchange;
    const progress = { sent: sentAt > 0, begun: firstByteAt > 0, reused: connectTook < 0 };
    const { outcome, message } = endingOf(error, progress);
    const cut = flight.stream !== null && outcome === 'reset';
    this.#finish(flight, OUTCOME_CODE[cut ? 'stream-cut' : outcome], message);
  }

  unseen(flight: Flight): void {
    if (flight.done) return;
    flight.lane.live--;
    flight.exchange.sentAt = 0 as Micros;
    flight.response?.reset();
    flight.handle = null;
    this.#put(flight, this.#lanes.for(flight.exchange.user, this.#clock.now()));
  }

  takes(capacity: number): void {
    this.#capacity = capacity;
  }

  closed(lane: Lane): void {
    this.#lanes.remove(lane);
  }

  #follow(flight: Flight, stream: StreamReader, chunk: Buffer): void {
    const fits = stream.feed(chunk, 0, chunk.length);
    if (stream.fresh > 0) this.#tell(flight, stream, this.#clock.now());
    if (!fits) this.#giveUp(flight, OUTCOME_CODE['protocol-error'], stream.broken);
  }

  #tell({ exchange }: Flight, stream: StreamReader, now: Micros): void {
    const { fresh } = stream;
    const gap = stream.came(now);
    this.onPieces?.(exchange, fresh, gap, now);
  }

  #put(flight: Flight, lane: Lane): void {
    flight.lane = lane;
    lane.live++;
    lane.send(flight);
  }

  #takeBuffer(): ResponseBuffer | null {
    if (!this.#judge.checks && this.witness === null) return null;
    const response = this.#buffers.pop() ?? new ResponseBuffer();
    response.reset();
    return response;
  }

  /** Ends a request that has no end of its own. */
  #giveUp(flight: Flight, outcome: OutcomeCode, message: string): void {
    flight.done = true;
    flight.lane.cancel(flight);
    this.#finish(flight, outcome, message);
  }

  #finish(flight: Flight, outcome: OutcomeCode, message: string, now = this.#clock.now()): void {
    const { exchange, lane, response } = flight;
    flight.done = true;
    this.#flights.remove(flight);
    lane.live--;
    exchange.outcome = outcome;
    exchange.message = message;
    exchange.doneAt = now;
    if (response !== null) this.#buffers.push(response);
    exchange.stream = flight.stream;
    this.#lanes.give(lane, exchange.user);
    if (flight.within) this.#clock.soon(() => this.#giveBack(flight));
    else this.#giveBack(flight);
  }

  #giveBack({ exchange, stream }: Flight): void {
    this.inFlight--;
    this.onDone(exchange);
    if (stream !== null) this.#readers.push(stream);
  }
}

const progressOf = ({ exchange: { sentAt, firstByteAt }, stream }: Flight) => ({
  sent: sentAt > 0,
  begun: firstByteAt > 0 || stream !== null,
  streaming: stream !== null,
});
