/** The driver that sends by autocannon: an engine of others, to check our own against. */
import { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import autocannon, { type Client, type Instance } from 'autocannon';
import { GIVEN_UP } from '../../core/cause.ts';
import type { Exchange } from '../../core/exchange.ts';
import type { Plan, RequestTemplate } from '../../core/plan.ts';
import type { Clock, Driver } from '../../core/ports.ts';
import { timeoutOf } from '../../core/request.ts';
import { OUTCOME_CODE, type OutcomeCode } from '../../core/sample.ts';
import type { Micros } from '../../core/units.ts';
import { isSuccess, StatusFailures } from '../status.ts';

/** s; the load model ends the run long before. */
const ENDLESS = 7 * 86_400;

/** A connection of autocannon's, and the virtual user that stands for it. */
interface Seat {
  readonly client: Client;
  readonly user: number;
  /** Null: the user is gone, or waits before it tries again. */
  exchange: Exchange | null;
  /** A request is out, since. */
  asked: boolean;
  askedAt: Micros;
  /** The last response said that its connection ends. */
  closing: boolean;
  /** Where it pointed to; null: nowhere. */
  pointer: string | null;
  socket: Socket | null;
  connectStartedAt: Micros;
  /** 0: not yet. */
  connectedAt: Micros;
  firstByteAt: Micros;
  /** Bytes of body of the response under way. */
  bodyBytes: number;
}

/**
 * autocannon as a second opinion in the closed model. It decides itself when to send (at once after each response), so
 * `send` only says that the virtual user goes on; the times are autocannon's own, its histogram is not used.
 *
 * All virtual users must come in the same turn of the event loop.
 */
export class AutocannonDriver implements Driver {
  onDone: (exchange: Exchange) => void = () => {};
  inFlight = 0;
  readonly #plan: Plan;
  readonly #clock: Clock;
  /** The first exchange of each user that was there at the start. */
  readonly #starting: Exchange[] = [];
  readonly #seats = new Map<number, Seat>();
  readonly #statuses = new StatusFailures();
  #instance: Instance | null = null;

  constructor(plan: Plan, clock: Clock) {
    this.#plan = plan;
    this.#clock = clock;
  }

  send(exchange: Exchange): void {
    this.inFlight++;
    const seat = this.#seats.get(exchange.user);
    if (seat !== undefined) seat.exchange = exchange;
    else if (this.#starting.push(exchange) === 1) this.#clock.soon(() => this.#start());
  }

  abort(): void {
    for (const seat of this.#seats.values())
      this.#finish(
        seat,
        OUTCOME_CODE.aborted,
        seat.connectedAt > 0 ? GIVEN_UP.waiting : GIVEN_UP.connecting,
        0 as Micros,
      );
  }

  retire(user: number): void {
    const seat = this.#seats.get(user);
    if (seat === undefined) return;
    // It ends itself now, instead of sending; and if it has sent already, it ends soon.
    seat.client.responseMax = seat.client.reqsMade;
    this.#clock.soon(() => seat.client.destroy());
  }

  close(): void {
    this.#instance?.stop();
    for (const { client } of this.#seats.values()) client.destroy();
    this.#seats.clear();
  }

  #start(): void {
    const { target, requests } = this.#plan;
    const starting = this.#starting.splice(0);
    // There is one: see `plan/engine`.
    const request = requests[starting[0]?.request ?? -1] as RequestTemplate;
    const { method, headers, body } = request;
    const seconds = timeoutOf(this.#plan, request) / 1e6;
    this.#instance = autocannon(
      {
        url: target.url,
        connections: starting.length,
        duration: ENDLESS,
        timeout: Math.max(1, seconds),
        method,
        headers: Object.fromEntries(headers),
        ...(body === null ? {} : { body: Buffer.from(body.data, body.encoding) }),
        setupClient: (client) => {
          client.timeout = seconds * 1e3;
          this.#sit(client, starting.shift() as Exchange);
        },
      },
      () => {},
    );
  }

  #sit(client: Client, exchange: Exchange): void {
    const seat: Seat = {
      client,
      user: exchange.user,
      exchange,
      asked: false,
      askedAt: 0 as Micros,
      closing: false,
      pointer: null,
      socket: null,
      connectStartedAt: 0 as Micros,
      connectedAt: 0 as Micros,
      firstByteAt: 0 as Micros,
      bodyBytes: 0,
    };
    this.#seats.set(exchange.user, seat);
    client.on('request', () => this.#asks(seat));
    client.on('headers', ({ shouldKeepAlive, headers }: { shouldKeepAlive: boolean; headers: readonly string[] }) => {
      seat.firstByteAt = this.#clock.now();
      seat.bodyBytes = 0;
      seat.closing = !shouldKeepAlive;
      seat.pointer = headerOf(headers, 'location') ?? headerOf(headers, 'allow');
    });
    client.on('body', (piece: Buffer) => {
      seat.bodyBytes += piece.length;
    });
    client.on('response', (status: number, bytes: number, took: number) => this.#answered(seat, status, bytes, took));
    client.on('connError', (error: NodeJS.ErrnoException) => {
      seat.asked = false;
      const never = seat.connectedAt === 0;
      const message = never
        ? error.message.replace(/^connect /, '')
        : `${error.code ?? 'connection closed'} before any response`;
      if (never) this.#finish(seat, OUTCOME_CODE['connect-error'], message, 0 as Micros);
      else this.#finish(seat, OUTCOME_CODE.reset, message, seat.askedAt);
    });
  }

  #asks(seat: Seat): void {
    const { client, askedAt } = seat;
    const again = seat.asked && !seat.closing;
    // It closes the connection itself only when it has waited too long.
    const late = seat.socket?.destroyed === true;
    // What a connection that ended left behind: the next response would be timed from then.
    client.pipelinedRequests.clear();
    seat.asked = true;
    seat.askedAt = this.#clock.now();
    const socket = (client as Client & { conn: Socket }).conn;
    if (socket !== seat.socket) {
      seat.socket = socket;
      seat.connectStartedAt = this.#clock.now();
      seat.connectedAt = 0 as Micros;
      seat.closing = false;
      socket.once('connect', () => {
        seat.connectedAt = this.#clock.now();
      });
    }
    if (!again) return;
    if (late) this.#finish(seat, OUTCOME_CODE.timeout, 'no response in time', askedAt);
    else this.#finish(seat, OUTCOME_CODE.reset, 'connection closed before any response', askedAt);
  }

  #answered(seat: Seat, status: number, bytes: number, took: number): void {
    const { exchange } = seat;
    seat.asked = false;
    if (exchange === null) return;
    const now = this.#clock.now();
    exchange.status = status;
    exchange.bytesIn = bytes;
    exchange.bodyBytesIn = seat.bodyBytes;
    const sentAt = (now - took * 1e3) as Micros;
    if (isSuccess(status)) this.#finish(seat, OUTCOME_CODE.ok, '', sentAt);
    else this.#finish(seat, OUTCOME_CODE['http-error'], this.#statuses.messageFor(status, seat.pointer), sentAt);
  }

  /**
   * @param sentAt 0: it never was; else as autocannon tells, which is before the connection where it had to open one.
   */
  #finish(seat: Seat, outcome: OutcomeCode, message: string, sentAt: Micros): void {
    const { exchange, connectStartedAt, connectedAt } = seat;
    if (exchange === null) return;
    seat.exchange = null;
    const connected = connectedAt > 0 && sentAt > 0 && connectedAt >= exchange.dueAt;
    exchange.connectTook = (connected ? connectedAt - connectStartedAt : -1) as Micros;
    exchange.tlsTook = -1 as Micros;
    exchange.sentAt = connected ? connectedAt : sentAt;
    if (sentAt > 0) exchange.dueAt = connected ? connectStartedAt : sentAt;
    exchange.firstByteAt = seat.firstByteAt;
    exchange.doneAt = this.#clock.now();
    exchange.outcome = outcome;
    exchange.message = message;
    if (sentAt === 0) {
      exchange.bytesIn = 0;
      exchange.bodyBytesIn = 0;
    }
    exchange.bytesOut = sentAt > 0 ? seat.client.getRequestBuffer().length : 0;
    if (outcome !== OUTCOME_CODE.ok && outcome !== OUTCOME_CODE['http-error']) exchange.status = 0;
    this.inFlight--;
    this.onDone(exchange);
  }
}

/** @param headers names and values in turn. */
function headerOf(headers: readonly string[], name: string): string | null {
  for (let at = 0; at < headers.length; at += 2)
    if (headers[at]?.toLowerCase() === name) return headers[at + 1] ?? null;
  return null;
}
