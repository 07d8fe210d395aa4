/** Exchanges under way in order of age, one list for each time limit. */
import type { Micros } from '../../core/units.ts';
import type { Connection } from './connection.ts';

/**
 * Connections with an exchange under way of one time limit, the oldest exchange first. Costs no allocation: the connections
 * are its links.
 */
export class Deadlines {
  readonly timeout: Micros;
  oldest: Connection | null = null;
  #newest: Connection | null = null;

  constructor(timeout: Micros) {
    this.timeout = timeout;
  }

  append(connection: Connection, startedAt: number): void {
    connection.deadlines = this;
    connection.deadlineAt = startedAt + this.timeout;
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

/** The lists of several time limits, one for each. @returns that of each limit. */
export function deadlinesFor(timeouts: readonly Micros[]): readonly Deadlines[] {
  const lists = new Map<Micros, Deadlines>();
  return timeouts.map((timeout) => {
    const list = lists.get(timeout) ?? new Deadlines(timeout);
    lists.set(timeout, list);
    return list;
  });
}
