/** The connections of a driver: who gets which, how many there may be, and who waits for one. */
import type { Exchange } from '../../core/exchange.ts';
import type { Micros } from '../../core/units.ts';
import type { Connection } from './connection.ts';
import type { Reuse } from './reuse.ts';
import type { WaitingLine } from './waiting-line.ts';

/** Who makes connections and uses them. */
export interface PoolOwner {
  /** A new connection, which begins to connect. */
  open(): Connection;
  /** Who waited in line has a connection: it is open, or begins to connect. */
  begin(connection: Connection, exchange: Exchange, now: Micros): void;
}

/**
 * The connections of a driver, and who gets which: a virtual user always its own, anybody else the most recently used idle
 * one. Where their number is limited, and all are busy, who comes waits in line for one.
 */
export class ConnectionPool {
  readonly #limit: number;
  readonly #reuse: Reuse;
  /** Null: their number is not limited. */
  readonly #line: WaitingLine | null;
  readonly #owner: PoolOwner;
  readonly #idle: Connection[] = [];
  readonly #byUser = new Map<number, Connection>();
  readonly #all = new Set<Connection>();

  constructor(limit: number, reuse: Reuse, line: WaitingLine | null, owner: PoolOwner) {
    this.#limit = limit;
    this.#reuse = reuse;
    this.#line = line;
    this.#owner = owner;
  }

  /** A connection that is open and may still be used, or a new one; null: there are as many as there may be, and it waits. */
  take(exchange: Exchange, now: Micros): Connection | null {
    const { user } = exchange;
    if (user < 0) {
      const idle = this.#takeIdle(now);
      if (idle !== null) return idle;
      if (!this.#full) return this.#open();
      this.#line?.push(exchange, now);
      return null;
    }
    const own = this.#byUser.get(user);
    if (own?.open && !this.#reuse.spent(own)) {
      if (now < own.retireAt) return own;
      own.destroy();
    }
    const connection = this.#open();
    this.#byUser.set(user, connection);
    return connection;
  }

  /** A connection is free: the first in line takes it, before anybody new. */
  give(connection: Connection, now: Micros): void {
    const line = this.#line;
    if (line === null) {
      this.#idle.push(connection);
      return;
    }
    if (this.#reuse.watches(connection)) return;
    // One that is too old is closed instead; its end makes room for another.
    if (line.length > 0 && now >= connection.retireAt) {
      connection.destroy();
      return;
    }
    if (!this.#hand(connection, line, now)) this.#idle.push(connection);
  }

  /** A connection has gone: the first in line opens another in its place. */
  replace(now: Micros): void {
    const line = this.#line;
    if (line !== null && line.length > 0 && !this.#full) this.#hand(this.#open(), line, now);
  }

  /** It is closed. */
  remove(connection: Connection): void {
    this.#all.delete(connection);
    const index = this.#idle.indexOf(connection);
    if (index >= 0) this.#idle.splice(index, 1);
  }

  /** A virtual user is gone. */
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
  }

  get #full(): boolean {
    return this.#all.size >= this.#limit;
  }

  /** A new one, of nobody in particular. */
  #open(): Connection {
    const connection = this.#owner.open();
    this.#all.add(connection);
    return connection;
  }

  /** Whether somebody was in line who takes it. */
  #hand(connection: Connection, line: WaitingLine, now: Micros): boolean {
    const { since } = line;
    const next = line.shift();
    if (next === null) return false;
    next.waitTook = (now - since) as Micros;
    this.#owner.begin(connection, next, now);
    return true;
  }

  #takeIdle(now: Micros): Connection | null {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (!idle.open || this.#reuse.spent(idle)) continue;
      if (now >= idle.retireAt) {
        idle.destroy();
        continue;
      }
      if (!this.#reuse.avoids(idle, now)) return idle;
      this.#idle.push(idle);
      return null;
    }
    return null;
  }
}
