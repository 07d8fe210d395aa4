/** Requests that leave a turn of the event loop later: together, or once it has looked for input. */
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

/**
 * Requests that leave only once the event loop has looked for input since they were added: by then it is read whether the target
 * has closed their connection.
 */
export class Lookout {
  readonly #clock: Clock;
  readonly #leave: (connection: Connection) => void;
  #added: Connection[] = [];
  /** Those that were there a turn ago: between two turns the loop looks for input. */
  #looked: Connection[] = [];
  #turning = false;

  constructor(clock: Clock, leave: (connection: Connection) => void) {
    this.#clock = clock;
    this.#leave = leave;
  }

  add(connection: Connection): void {
    this.#added.push(connection);
    if (!this.#turning) this.#clock.soon(this.#turn);
    this.#turning = true;
  }

  readonly #turn = (): void => {
    const ready = this.#looked;
    this.#looked = this.#added;
    this.#added = [];
    this.#turning = this.#looked.length > 0;
    if (this.#turning) this.#clock.soon(this.#turn);
    for (const connection of ready) this.#leave(connection);
  };
}
