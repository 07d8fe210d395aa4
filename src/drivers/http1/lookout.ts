/** Requests that leave once the event loop has looked for a close of their connection. */
import type { Clock } from '../../core/ports.ts';
import type { Connection } from './connection.ts';

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
