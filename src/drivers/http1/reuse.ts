/** Whether a connection may carry another request, and when: a target may close it without a word. */
import type { Clock } from '../../core/ports.ts';
import type { ConnectionCounts } from '../../core/snapshot.ts';
import { type Micros, millis } from '../../core/units.ts';
import { CloseHabit } from './close-habit.ts';
import type { Connection } from './connection.ts';
import { Lookout } from './lookout.ts';

/** A close this soon after a response belongs to it; later ones are those of an idle connection. */
const PROMPT = millis(200);
/**
 * How long nothing is written on used connections after each first response: does the target close them? Longer, namely as
 * long as the response took, where that is more: a busy target closes when it has answered all that had come.
 */
const PROBATION = millis(5);
/** Nor longer than this after the first of all. */
const LONGEST_PROBATION = millis(100);
/** A free connection is taken this soon after its response only where the target is known to keep it. */
const FRESH = millis(1);

/** What the driver does as `Reuse` says. */
export interface ReuseOwner {
  /** The request that waits on the connection may leave. */
  leave(connection: Connection): void;
  /** The request that waits on the connection must go over another one; it has not been written. */
  move(connection: Connection): void;
  /** The connection may carry another request. */
  free(connection: Connection): void;
}

/**
 * Whether a connection that has carried a request may carry another one, and when. Usually it may, at once: that costs nothing.
 * At the start of a run, and with a target that closes connections without a word, it is looked at first.
 */
export class Reuse {
  readonly #habit = new CloseHabit();
  readonly #clock: Clock;
  readonly #owner: ReuseOwner;
  readonly #wary: Lookout;
  /** Requests wait on them until it is known whether the target closes them. */
  #held: Connection[] = [];
  /** The same, of connections that are free. */
  readonly #watched = new Set<Connection>();
  /** Not used any more, and left open to see that the target closes them. */
  readonly #lingering = new Set<Connection>();
  #timer: unknown = null;
  /** When the first response of all came. */
  #firstAt = 0 as Micros;
  #probationUntil = 0;
  #sweptAt = 0 as Micros;
  #closed = 0;
  #surplus = 0;

  constructor(clock: Clock, owner: ReuseOwner) {
    this.#clock = clock;
    this.#owner = owner;
    this.#wary = new Lookout(clock, this.#decide);
  }

  /** A response has ended whose connection may be used again for all that it says. False: it is not to be. */
  answered(connection: Connection, now: Micros): boolean {
    const habit = this.#habit;
    const responses = ++connection.responses;
    connection.answeredAt = now;
    habit.answered(responses);
    if (habit.unknown) this.#observe(connection, now);
    if (responses < habit.closesAfter) return true;
    this.#linger(connection);
    return false;
  }

  /**
   * Whether a request must wait (its bytes are with the connection); `leave` or `move` end that. That the connection has been
   * left alone for long enough is said by the clock, which goes on while the process stands still and reads of no close.
   */
  holds(connection: Connection, now: Micros): boolean {
    const { unknown, irregular } = this.#habit;
    if ((!unknown && !irregular) || connection.responses === 0) return false;
    if (unknown && now - connection.answeredAt < PROBATION) this.#held.push(connection);
    else this.#wary.add(connection);
    return true;
  }

  /** Whether a connection is not free yet, though somebody waits for it; `free` ends that. */
  watches(connection: Connection): boolean {
    if (!this.#habit.unknown) return false;
    this.#watched.add(connection);
    return true;
  }

  /** Whether a connection has carried all that it may, by what is known by now; the target is left to close it. */
  spent(connection: Connection): boolean {
    if (connection.responses < this.#habit.closesAfter) return false;
    this.#linger(connection);
    return true;
  }

  /** Whether a free connection is to be left alone for now. */
  avoids({ answeredAt }: Connection, now: Micros): boolean {
    return this.#habit.unknown && now - answeredAt < FRESH;
  }

  /** A connection is gone. @param byTarget the target ended it. */
  gone(connection: Connection, byTarget: boolean, now: Micros): void {
    this.#watched.delete(connection);
    this.#lingering.delete(connection);
    const { responses, exchange, bytes, answeredAt } = connection;
    if (!byTarget || responses === 0) return;
    // The first closes may be read late, after a standstill: while nothing is known yet, all are soon after a response.
    if (!this.#habit.unknown && now - answeredAt > PROMPT) return;
    if (exchange === null || bytes !== null) {
      this.#closed++;
      this.#habit.closed(responses);
      this.#resolve();
    } else if (exchange.firstByteAt === 0) this.#habit.suspect(responses);
  }

  /** Bytes came on a connection that has no request under way. The caller ends it. */
  unasked(connection: Connection, bytes: Buffer, length: number): void {
    if (connection.responses === 0 || isNotice(bytes, length)) return;
    this.#surplus++;
    this.exceeded();
  }

  /** Bytes came behind a response, with it. The caller ends the connection, and its request with it. */
  exceeded(): void {
    this.#habit.surplus();
    this.#resolve();
  }

  /**
   * Ends those that the target should have closed, and has not. True: there are some left. Between two sweeps the loop has read
   * what came before the first of them: a close that is not read yet, since the process stood still, is one in time.
   */
  sweep(now: Micros): boolean {
    const readUntil = this.#sweptAt;
    this.#sweptAt = now;
    for (const connection of this.#lingering) {
      if (readUntil - connection.answeredAt <= PROMPT) break;
      this.#lingering.delete(connection);
      this.#habit.kept(connection.responses);
      connection.destroy();
    }
    return this.#lingering.size > 0;
  }

  close(): void {
    if (this.#timer !== null) this.#clock.cancel(this.#timer);
    this.#timer = null;
    this.#held.length = 0;
    this.#watched.clear();
    this.#lingering.clear();
  }

  /** Since it was last asked; null: nothing. */
  take(): ConnectionCounts | null {
    if (this.#closed + this.#surplus === 0) return null;
    const counts = { closedUnannounced: this.#closed, surplus: this.#surplus };
    this.#closed = 0;
    this.#surplus = 0;
    return counts;
  }

  #observe({ responses, exchange }: Connection, now: Micros): void {
    if (this.#firstAt === 0) this.#firstAt = now;
    const took = now - (exchange?.sentAt ?? now);
    if (responses === 1) this.#probationUntil = Math.max(this.#probationUntil, now + Math.max(PROBATION, took));
    this.#timer ??= this.#clock.after(PROBATION, this.#lookOnce);
  }

  /** The loop may have been held up: what has come meanwhile is read first. */
  readonly #lookOnce = (): void => {
    this.#timer = null;
    const left = Math.min(this.#probationUntil, this.#firstAt + LONGEST_PROBATION) - this.#clock.now();
    if (left > 0) {
      this.#timer = this.#clock.after(left as Micros, this.#lookOnce);
      return;
    }
    this.#clock.soon(this.#lookAgain);
  };

  readonly #lookAgain = (): void => this.#clock.soon(this.#trust);

  readonly #trust = (): void => {
    this.#habit.trust();
    this.#resolve();
  };

  /** It is known what to do with the connections that wait for it. */
  #resolve(): void {
    if (this.#timer !== null) this.#clock.cancel(this.#timer);
    this.#timer = null;
    const held = this.#held;
    this.#held = [];
    const watched = [...this.#watched];
    this.#watched.clear();
    for (const connection of held) this.#decide(connection);
    for (const connection of watched) {
      if (!connection.open) continue;
      if (connection.responses < this.#habit.closesAfter) this.#owner.free(connection);
      else this.#linger(connection);
    }
  }

  /** A request that has waited leaves, or goes over another connection. */
  readonly #decide = (connection: Connection): void => {
    // It may have been given up meanwhile.
    if (connection.bytes === null || !connection.open) return;
    if (connection.responses < this.#habit.closesAfter) this.#owner.leave(connection);
    else {
      this.#linger(connection);
      this.#owner.move(connection);
    }
  };

  #linger(connection: Connection): void {
    connection.open = false;
    this.#lingering.add(connection);
  }
}

/** A `408` to an idle connection: the target says that it closes it. */
const isNotice = (bytes: Buffer, length: number): boolean =>
  length >= 12 && bytes.toString('latin1', 0, 7) === 'HTTP/1.' && bytes.toString('latin1', 8, 12) === ' 408';
