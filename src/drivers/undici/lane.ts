/** What a connection is to the driver, whatever protocol it speaks; and a request on it. */
import type { Buffer } from 'node:buffer';
import type { Exchange } from '../../core/exchange.ts';
import type { Micros } from '../../core/units.ts';
import type { ResponseBuffer } from '../response-buffer.ts';
import type { StreamReader } from '../stream/stream-reader.ts';

/** A request as every lane needs it. */
export interface Prepared {
  /** It is sent many times. */
  readonly constant: boolean;
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer | null;
}

/** A connection, opened when it is first needed, and what is on it. */
export interface Lane {
  /** Requests given to it and not yet ended. */
  live: number;
  /** How many it carries at once. */
  readonly capacity: number;
  /** Takes no more requests. */
  readonly gone: boolean;
  /** How old it may become, µs since it was opened. */
  readonly mostAge: number;
  /** When it was last opened; 0: not yet. */
  readonly openedAt: Micros;
  readonly tlsTook: Micros;
  send(flight: Flight): void;
  /** Its request has been given up: no more of it, and no harm to the others. */
  cancel(flight: Flight): void;
  /** It is too old: no more requests, but what is on it comes to its end. */
  retire(): void;
  destroy(): void;
}

/** One request on its way over a lane. */
export interface Flight {
  readonly exchange: Exchange;
  readonly startedAt: Micros;
  readonly request: Prepared;
  /** Where its response is kept; null: nobody looks at it. */
  response: ResponseBuffer | null;
  lane: Lane;
  /** Follows its response, where that is streamed. */
  stream: StreamReader | null;
  /** What the response says to ask instead (see `pointerOf`); null: nothing. */
  pointer: string | null;
  /** Still within `send`, where nothing may be given back. */
  within: boolean;
  done: boolean;
  /** For the lane's own use. */
  handle: unknown;
}

/** What a lane tells of its flights. Whatever comes after the end of one is not heard. */
export interface FlightOwner {
  /** It is being written. False: nobody waits for its response any more. */
  started(flight: Flight): boolean;
  /**
   * @param fields names and values in turn.
   * @param pointer what the response says to ask instead (see `pointerOf`), or null.
   */
  answering(flight: Flight, status: number, fields: readonly string[], pointer: string | null): void;
  /** The chunk is not changed afterwards. */
  received(flight: Flight, chunk: Buffer): void;
  answered(flight: Flight): void;
  failed(flight: Flight, error: Error): void;
  /** The target has said that it will not look at it: it belongs on another lane. */
  unseen(flight: Flight): void;
  /** The target takes so many requests at once on a connection. */
  takes(capacity: number): void;
  /** The lane has ended, in order or not. */
  closed(lane: Lane): void;
}
