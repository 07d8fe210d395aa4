/** A connection of HTTP/1.1 to a proxy, which carries one request at a time. */
import type { Buffer } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { Client, type Dispatcher } from 'undici';
import type { Clock } from '../../core/ports.ts';
import type { Micros } from '../../core/units.ts';
import { pointerOf } from '../status.ts';
import type { Connect } from './connector.ts';
import type { Flight, FlightOwner, Lane } from './lane.ts';

/** How long an idle connection is kept, ms, where the other end does not say. */
const KEPT = 600_000;

const GIVEN_UP = new Error('given up');

/** HTTP/1.1 by undici, one request at a time. It opens its connection again where that was closed in between. */
export class ProxyLane implements Lane {
  live = 0;
  readonly capacity = 1;
  gone = false;
  openedAt = 0 as Micros;
  tlsTook = -1 as Micros;
  readonly mostAge: number;
  readonly #client: Client;
  readonly #owner: FlightOwner;
  readonly #keepAlive: boolean;
  #socket: Socket | null = null;

  constructor(owner: FlightOwner, origin: string, connect: Connect, clock: Clock, keepAlive: boolean, mostAge: number) {
    this.mostAge = mostAge;
    this.#owner = owner;
    this.#keepAlive = keepAlive;
    this.#client = new Client(origin, {
      pipelining: 1,
      keepAliveTimeout: KEPT,
      keepAliveMaxTimeout: KEPT,
      connect: (_options, opened) =>
        connect((error, socket, tlsTook) => {
          if (socket === null) return opened(error ?? new Error('no connection'), null);
          this.#socket = socket;
          this.openedAt = clock.now();
          this.tlsTook = tlsTook;
          opened(null, socket);
        }),
    });
  }

  send(flight: Flight): void {
    const { method, path, headers, body } = flight.request;
    const request: Dispatcher.DispatchOptions = {
      method: method as Dispatcher.HttpMethod,
      path,
      headers: headers.flat(),
      body,
      reset: !this.#keepAlive,
      // The time limit is our own: undici's is a second coarse.
      headersTimeout: 0,
      bodyTimeout: 0,
    };
    this.#client.dispatch(request, new Listener(this.#owner, flight, this));
  }

  /**
   * A response has ended. Behind a request that has not left whole there is no place for another one. TLS in a tunnel is told
   * only after the response that a small one has left: it takes more than the stream holds back.
   */
  answered(): void {
    if (this.#socket?.writableNeedDrain === true) this.destroy();
  }

  cancel(): void {
    this.destroy();
  }

  /** Nothing is on it: it carries one request at a time, and the next one finds it too old. */
  retire(): void {
    this.destroy();
  }

  destroy(): void {
    if (this.gone) return;
    this.gone = true;
    this.#owner.closed(this);
    this.#client.destroy(GIVEN_UP).catch(() => {});
  }
}

class Listener implements Dispatcher.DispatchHandler {
  readonly #owner: FlightOwner;
  readonly #flight: Flight;
  readonly #lane: ProxyLane;

  constructor(owner: FlightOwner, flight: Flight, lane: ProxyLane) {
    this.#owner = owner;
    this.#flight = flight;
    this.#lane = lane;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (!this.#owner.started(this.#flight)) controller.abort(GIVEN_UP);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    const fields = this.#flight.response === null ? formatFields(headers) : Object.entries(headers).flatMap(listed);
    this.#owner.answering(this.#flight, status, fields, pointerOf(status, headers.location, headers.allow));
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#owner.received(this.#flight, chunk);
  }

  onResponseEnd(): void {
    this.#lane.answered();
    this.#owner.answered(this.#flight);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#owner.failed(this.#flight, error);
  }
}

/** The fields that tell whether a response is streamed, and how: nobody asks for others. */
const formatFields = (headers: IncomingHttpHeaders): string[] => [
  ...listed(['content-type', headers['content-type']]),
  ...listed(['content-encoding', headers['content-encoding']]),
];

/** A header of several lines as names and values in turn. */
const listed = ([name, value = []]: [string, string | string[] | undefined]): string[] =>
  [value].flat().flatMap((line) => [name, line]);
