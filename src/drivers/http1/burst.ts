/** Requests that leave together, a turn of the event loop later. */
import type { Clock } from '../../core/ports.ts';
import type { Connection } from './connection.ts';

/** Connections that wait to send together, at most: each has been waiting since its last response was read. */
const MOST = 64;

/**
 * Requests that became due while responses were being read leave together, once all that have arrived are read. Their
 * responses are timed sooner after they came, and the target finds several requests at once instead of being woken by each:
 * waking a sleeping process is a large part of what a write costs.
 */
export class Burst {
  readonly #clock: Clock;
  readonly #write: (connection: Connection) => void;
  readonly #connections: Connection[] = [];
  #length = 0;

  constructor(clock: Clock, write: (connection: Connection) => void) {
    this.#clock = clock;
    this.#write = write;
  }

  add(connection: Connection): void {
    this.#connections[this.#length++] = connection;
    if (this.#length === 1) this.#clock.soon(this.#flush);
    else if (this.#length === MOST) this.#flush();
  }

  readonly #flush = (): void => {
    const length = this.#length;
    this.#length = 0;
    for (let i = 0; i < length; i++) this.#write(this.#connections[i] as Connection);
  };
}
