/** The connections of a driver: who gets which, and how many there may be. */
import type { Micros } from '../../core/units.ts';
import type { Connection } from './connection.ts';
import type { Reuse } from './reuse.ts';

/** The connections of a driver, and who gets which: a virtual user always its own, anybody else the most recently used idle one. */
export class ConnectionPool {
  readonly #limit: number;
  readonly #reuse: Reuse;
  readonly #open: () => Connection;
  readonly #idle: Connection[] = [];
  readonly #byUser = new Map<number, Connection>();
  readonly #all = new Set<Connection>();

  /** @param open makes a connection, which begins to connect. */
  constructor(limit: number, reuse: Reuse, open: () => Connection) {
    this.#limit = limit;
    this.#reuse = reuse;
    this.#open = open;
  }

  /** Are there as many as there may be? */
  get full(): boolean {
    return this.#all.size >= this.#limit;
  }

  /** A connection that is open and may still be used, or a new one; null where there are as many as there may be. */
  take(user: number, now: Micros): Connection | null {
    if (user < 0) {
      const idle = this.#takeIdle(now);
      if (idle !== null) return idle;
      return this.full ? null : this.open();
    }
    const own = this.#byUser.get(user);
    if (own?.open && !this.#reuse.spent(own)) {
      if (now < own.retireAt) return own;
      own.destroy();
    }
    const connection = this.open();
    this.#byUser.set(user, connection);
    return connection;
  }

  /** A new one, of nobody in particular. */
  open(): Connection {
    const connection = this.#open();
    this.#all.add(connection);
    return connection;
  }

  /** Nobody uses it now. */
  give(connection: Connection): void {
    this.#idle.push(connection);
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
