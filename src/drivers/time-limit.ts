/** When requests are over their time limit is looked at by a coarse tick, and in which words it is told. */
import type { Clock } from '../core/ports.ts';
import { type Micros, millis } from '../core/units.ts';

/** How often to look for what is over its time limit: often beside the shortest, and not for nothing. */
const tickFor = (timeouts: readonly Micros[]): Micros =>
  Math.min(millis(50), Math.max(millis(1), Math.min(...timeouts) / 50)) as Micros;

/** Whose requests are looked at. */
export interface Ticked {
  /** Whether something should have been answered by now. */
  isOver(now: Micros): boolean;
  /** @param limit what should have been answered by then has failed. */
  endOver(limit: Micros): void;
  /** Whether there is something to look at again. */
  isMore(): boolean;
}

/** Looks for what is over its time limit, as long as there is something to look at. */
export class Tick {
  readonly #clock: Clock;
  readonly #every: Micros;
  readonly #ticked: Ticked;
  #timer: unknown = null;

  /** @param timeouts of all requests. */
  constructor(timeouts: readonly Micros[], clock: Clock, ticked: Ticked) {
    this.#clock = clock;
    this.#every = tickFor(timeouts);
    this.#ticked = ticked;
  }

  /** There is something to look at. */
  watch(): void {
    this.#timer ??= this.#clock.after(this.#every, this.#look);
  }

  close(): void {
    if (this.#timer !== null) this.#clock.cancel(this.#timer);
    this.#timer = null;
  }

  /** The response of what is too old may be here already, and only not read yet: that comes first. */
  readonly #look = (): void => {
    this.#timer = null;
    const now = this.#clock.now();
    if (this.#ticked.isOver(now))
      this.#clock.soon(() => {
        this.#ticked.endOver(now);
        this.#lookAgain();
      });
    else this.#lookAgain();
  };

  #lookAgain(): void {
    if (this.#ticked.isMore()) this.watch();
  }
}

/** How far a request had come that is over its time limit, as a message. */
export function latenessOf({
  sent,
  begun,
  streaming,
}: {
  readonly sent: boolean;
  /** Whether its response had. */
  readonly begun: boolean;
  readonly streaming: boolean;
}): string {
  if (!sent) return 'no connection in time';
  return begun ? `the ${streaming ? 'stream' : 'response'} did not end in time` : 'no response in time';
}
