/** A connection of HTTP/2, which carries many requests at once. */
import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2, constants } from 'node:http2';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../core/ports.ts';
import type { Micros } from '../../core/units.ts';
import { pointerOf } from '../status.ts';
import type { Connect } from './connector.ts';
import { StreamReset } from './ending.ts';
import type { Flight, FlightOwner, Lane, Prepared } from './lane.ts';

/** Requests that share a connection at the most: what a server should allow at least (RFC 9113, 6.5.2). */
const STREAMS = 100;
/** Bytes that may arrive before they are acknowledged, of a stream and of the connection: a large response must not wait. */
const STREAM_WINDOW = 2 ** 20;
const CONNECTION_WINDOW = 2 ** 24;
/**
 * MB that Node keeps of a connection before it refuses what comes. Request bodies on their way are part of it: with its default
 * of 10 it throws away the responses to large ones.
 */
const SESSION_MEMORY = 2 ** 20;
/** Meant for one connection of HTTP/1.1, and refused by HTTP/2 (RFC 9113, 8.2.2). */
const HOP_BY_HOP = /^(?:connection|keep-alive|proxy-connection|transfer-encoding|upgrade)$/i;

/**
 * An HTTP/2 connection by node:http2. undici's client would do the same, but ends with a GOAWAY all that is under way, which
 * nginx sends after every thousandth request.
 */
export class Http2Lane implements Lane {
  live = 0;
  capacity: number;
  gone = false;
  openedAt = 0 as Micros;
  tlsTook = -1 as Micros;
  readonly mostAge: number;
  readonly #owner: FlightOwner;
  readonly #clock: Clock;
  #session: ClientHttp2Session | null = null;
  /** Not yet written: the connection is not open, or carries as much as it may. */
  #waiting: Flight[] = [];
  #streams = 0;
  /** As many streams as the target takes now. */
  #allowed = STREAMS;
  #error: Error | null = null;

  /** @param capacity what the target took on its other connections, until it says otherwise; null: unknown. */
  constructor(
    owner: FlightOwner,
    origin: string,
    connect: Connect,
    clock: Clock,
    mostAge: number,
    capacity: number | null,
  ) {
    this.mostAge = mostAge;
    this.capacity = capacity ?? STREAMS;
    this.#owner = owner;
    this.#clock = clock;
    connect((error, socket, tlsTook) => {
      if (socket === null) this.#end(error ?? new Error('no connection'));
      else if (this.gone) socket.destroy();
      else this.#begin(origin, socket, tlsTook);
    });
  }

  send(flight: Flight): void {
    if (this.openedAt > 0 && this.#streams < this.#allowed) this.#open(flight);
    else this.#waiting.push(flight);
  }

  cancel(flight: Flight): void {
    const stream = flight.handle as ClientHttp2Stream | null;
    if (stream !== null) stream.close(constants.NGHTTP2_CANCEL);
    else if (this.openedAt === 0 && this.live === 1) this.destroy();
  }

  retire(): void {
    this.#end(null);
    this.#session?.close();
  }

  destroy(): void {
    this.#end(new Error('given up'));
    this.#session?.destroy();
  }

  #begin(origin: string, socket: Duplex, tlsTook: Micros): void {
    const session = connectHttp2(origin, {
      createConnection: () => socket,
      maxSessionMemory: SESSION_MEMORY,
      settings: { enablePush: false, initialWindowSize: STREAM_WINDOW },
    });
    this.#session = session;
    session.once('connect', () => session.setLocalWindowSize(CONNECTION_WINDOW));
    // The target's settings come first; before them nobody knows how many streams it takes. It may change them at any time.
    session.on('remoteSettings', ({ maxConcurrentStreams = STREAMS }) => {
      this.#allowed = Math.min(STREAMS, maxConcurrentStreams);
      this.capacity = Math.max(1, this.#allowed);
      this.#owner.takes(this.capacity);
      if (this.openedAt === 0) {
        this.openedAt = this.#clock.now();
        this.tlsTook = tlsTook;
      }
      this.#next();
      this.#giveBack();
    });
    session.on('error', (error) => {
      this.#error = error;
    });
    // What the target has taken it still answers; the rest goes elsewhere (RFC 9113, 6.8).
    session.once('goaway', () => this.#end(null));
    session.once('close', () => {
      const never = new Error('the target ended the connection without a word of HTTP/2');
      this.#end(this.#error ?? (this.openedAt === 0 ? never : null));
    });
  }

  #next(): void {
    while (this.#waiting.length > 0 && this.#streams < this.#allowed && !this.gone) {
      const flight = this.#waiting.shift() as Flight;
      if (!flight.done) this.#open(flight);
    }
  }

  /** It takes fewer streams than it has requests: those that wait may find another connection sooner. */
  #giveBack(): void {
    const left = this.#waiting.filter(({ done }) => !done);
    const stay = Math.max(0, this.capacity - this.#streams);
    this.#waiting = left.slice(0, stay);
    for (const flight of left.slice(stay)) this.#owner.unseen(flight);
  }

  /** No more requests on it. Those that wait have failed with the connection, or belong elsewhere. */
  #end(error: Error | null): void {
    const first = !this.gone;
    this.gone = true;
    if (first) this.#owner.closed(this);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const flight of waiting) {
      if (error !== null && this.openedAt === 0) this.#owner.failed(flight, error);
      else this.#owner.unseen(flight);
    }
  }

  #open(flight: Flight): void {
    if (!this.#owner.started(flight)) return;
    const { request } = flight;
    const session = this.#session as ClientHttp2Session;
    // It is closing, but has not said so yet: for the owner it is gone, lest it be chosen again.
    if (session.closed || session.destroyed) {
      this.#end(null);
      this.#owner.unseen(flight);
      return;
    }
    let stream: ClientHttp2Stream;
    try {
      stream = session.request(headersOf(request), { endStream: request.body === null });
    } catch (error) {
      this.#owner.failed(flight, error as Error);
      return;
    }
    this.#streams++;
    flight.handle = stream;
    if (request.body !== null) stream.end(request.body);
    let failure: Error | null = null;
    let begun = false;
    stream.on('response', (headers, _flags, fields: readonly string[] = []) => {
      begun = true;
      const status = headers[':status'] ?? 0;
      this.#owner.answering(flight, status, fields, pointerOf(status, headers.location, headers.allow));
    });
    stream.on('data', (chunk: Buffer) => this.#owner.received(flight, chunk));
    stream.on('error', (error) => {
      failure = error;
    });
    stream.on('end', () => {
      if (!begun || stream.aborted || stream.rstCode) return;
      this.#owner.answered(flight);
      // The response is whole: nobody needs the rest of the request (RFC 9113, 8.1).
      if (!stream.writableFinished) stream.close(constants.NGHTTP2_CANCEL);
    });
    stream.once('close', () => {
      this.#streams--;
      const { rstCode } = stream;
      // A connection that has ended takes its streams with it.
      const reset = this.#error === null && this.#session?.destroyed === false ? new StreamReset(rstCode) : null;
      if (this.gone && rstCode === constants.NGHTTP2_REFUSED_STREAM) this.#owner.unseen(flight);
      else this.#owner.failed(flight, reset ?? failure ?? this.#error ?? new Error('connection closed'));
      this.#next();
    });
  }
}

const headersByRequest = new WeakMap<Prepared, Record<string, string | string[]>>();

/** As node:http2 takes them; kept where they are always the same. */
function headersOf(request: Prepared): Record<string, string | string[]> {
  const known = headersByRequest.get(request);
  if (known !== undefined) return known;
  const headers: Record<string, string | string[]> = { ':method': request.method, ':path': request.path };
  for (const [name, value] of request.headers) {
    const lower = name.toLowerCase();
    if (HOP_BY_HOP.test(lower)) continue;
    const key = lower === 'host' ? ':authority' : lower;
    const before = headers[key];
    headers[key] = before === undefined ? value : [before, value].flat();
  }
  if (request.body !== null) headers['content-length'] = String(request.body.length);
  if (request.constant) headersByRequest.set(request, headers);
  return headers;
}
