/**
 * What the making side is made of, as interfaces: clock, driver, payloads, source. Tests put virtual ones in their
 * place.
 */
import type { Commands } from './command.ts';
import type { Exchange } from './exchange.ts';
import type { CheckedResponse } from './functions.ts';
import type { Plan } from './plan.ts';
import type { Segment } from './segment.ts';
import type { ConnectionCounts, IntervalSnapshot } from './snapshot.ts';
import type { Place } from './template.ts';
import type { Micros } from './units.ts';

/** The only source of time. Virtual in tests, so a scheduler is tested without sleeping. */
export interface Clock {
  /** Monotonic, µs, the same origin in every thread of the machine. */
  now(): Micros;
  /** Calls back once, not before `delay`; at best a millisecond late. Returns what `cancel` takes. */
  after(delay: Micros, callback: () => void): unknown;
  cancel(timer: unknown): void;
  /** Calls back after the event loop has looked for input once: the fine part of precise timing. */
  soon(callback: () => void): void;
}

/**
 * Hears of pieces of a streamed response that came at `now`, in one read.
 *
 * @param gap since the last ones of it, µs, or -1 where they are the first.
 */
export type OnPieces = (exchange: Exchange, pieces: number, gap: number, now: Micros) => void;

/** Sends requests to the target. The only thing that touches the network. */
export interface Driver {
  /** Takes the exchange over; `onDone` gets it back, later (never within this call). */
  send(exchange: Exchange): void;
  /** Set by whoever sends. Called once for every exchange sent. */
  onDone: (exchange: Exchange) => void;
  /** Set by whoever measures; null or absent: nobody wants to know. */
  onPieces?: OnPieces | null;
  readonly inFlight: number;
  /** What the target did with its connections since this was last asked; null: nothing to tell. Absent: not known. */
  takeConnectionCounts?(): ConnectionCounts | null;
  /** Ends one that is under way now, with outcome `cancelled`. Absent: it cannot. */
  cancel?(exchange: Exchange): void;
  /** Ends everything under way now, each with outcome `aborted`. */
  abort(): void;
  /** A virtual user is gone; its connection may go too. */
  retire(user: number): void;
  /** Closes all connections. Nothing may be under way. */
  close(): void;
}

/** A text with placeholders, compiled once, filled in for each request. */
export interface Filling {
  /**
   * Writes the text for request `index` into `bytes`, and returns its length. Equal for equal seed, index, user and values.
   *
   * @param captured see `Exchange.captured`. @param made see `Exchange.made`. @param user see `Exchange.user`; absent: none.
   */
  fill(index: number, captured?: readonly string[] | null, made?: readonly string[] | null, user?: number): number;
  /** Valid until the next `fill`. */
  readonly bytes: Buffer;
}

/** The functions of a scenario: see `load/function-values`. */
export interface FunctionCalls {
  /** Makes what a request needs, into the exchange. @returns false: a function failed, see `message`. */
  make(exchange: Exchange): boolean;
  /** @returns why a response is wrong; null: it is not; undefined: the function failed, see `message`. */
  check(number: number, exchange: Exchange, response: CheckedResponse): string | null | undefined;
  /** Why the last one failed, in words that are equal for equal causes. */
  readonly message: string;
  /** How many calls there were since this was last set to 0, and how long they took, µs. */
  calls: number;
  spent: number;
  /** Of whoever wants to know that; null: nobody does. */
  clock: Clock | null;
}

/** What differs from request to request: see `load/payload`. */
export interface Payloads {
  /** Absent: there are none. */
  readonly functions?: FunctionCalls | undefined;
  /** @param parts one after the other; without a place: as it stands, Latin-1. */
  compile(parts: readonly { readonly text: string; readonly place: Place | null }[]): Filling;
  /** The JSON text of a field in the row of request `index`. @param user see `Exchange.user`. */
  field(name: string, index: number, user: number): string;
  /** Which row request `index` used, both from 1, in the data and in its file; null: none. Only where checks and rows are. */
  rowOf(index: number, user: number): { readonly row: number; readonly line: number } | null;
}

/**
 * Where snapshots come from: this loop, threads, or agents. Ends after the drain; `signal` ends the sending early, and
 * `commands` change it while it runs.
 *
 * `begin` is called when all is ready, and says when to begin, on the clock; absent: at once.
 */
export type LoadSource = (
  plan: Plan,
  segment: Segment,
  signal: AbortSignal,
  commands?: Commands,
  begin?: () => Promise<Micros>,
) => AsyncIterable<IntervalSnapshot>;
