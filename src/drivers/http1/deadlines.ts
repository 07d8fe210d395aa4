import type { Connection } from './connection.ts';

/** Connections with an exchange under way, the oldest exchange first. Costs no allocation: the connections are its links. */
export class Deadlines {
  oldest: Connection | null = null;
  #newest: Connection | null = null;

  append(connection: Connection, deadlineAt: number): void {
    connection.deadlineAt = deadlineAt;
    connection.older = this.#newest;
    connection.newer = null;
    if (this.#newest === null) this.oldest = connection;
    else this.#newest.newer = connection;
    this.#newest = connection;
  }

  remove(connection: Connection): void {
    const { older, newer } = connection;
    if (older === null) this.oldest = newer;
    else older.newer = newer;
    if (newer === null) this.#newest = older;
    else newer.older = older;
    connection.older = null;
    connection.newer = null;
  }
}
