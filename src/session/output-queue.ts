/** The line that one output waits in: what it does slowly, or badly, is its own affair. */
import type { RunEvent, RunSink } from '../core/event.ts';
import type { Clock } from '../core/ports.ts';
import { type Micros, seconds, toSeconds } from '../core/units.ts';

/** How many events may wait: minutes of a search, a quarter of an hour of a run. */
const MOST_WAITING = 1_000;
const PATIENCE = seconds(30);

/** What became of an output. */
export interface OutputOutcome {
  readonly name: string;
  /** Events that it took. */
  readonly delivered: number;
  /** Events that it never got: it was too slow, or had failed. */
  readonly dropped: number;
  /** Why it was left out, or what went wrong at its end; null: nothing. */
  readonly error: Error | null;
}

/**
 * Hands events to a sink in their order, one at a time, without making anybody wait. A sink that has nothing waiting is
 * called at once. What comes while as much as it may hold is waiting is dropped, and counted.
 */
export class OutputQueue {
  readonly name: string;
  readonly #sink: RunSink;
  readonly #clock: Clock;
  readonly #patience: Micros;
  readonly #most: number;
  readonly #waiting: RunEvent[] = [];
  #busy = false;
  #delivered = 0;
  #dropped = 0;
  #error: Error | null = null;
  /** It is given nothing any more. */
  #over = false;
  #idle: (() => void) | null = null;

  /** @param patience how long it may take for what is left when the run has ended. */
  constructor(name: string, sink: RunSink, clock: Clock, patience = PATIENCE, most = MOST_WAITING) {
    this.name = name;
    this.#sink = sink;
    this.#clock = clock;
    this.#patience = patience;
    this.#most = most;
  }

  offer(event: RunEvent): void {
    if (this.#over || this.#waiting.length >= this.#most) {
      this.#dropped++;
      return;
    }
    this.#waiting.push(event);
    if (!this.#busy) this.#pass();
  }

  /** Lets it finish what waits, and closes it; it is left behind when that takes too long. */
  async close(): Promise<OutputOutcome> {
    const patience = this.#patience;
    let timer: unknown;
    const late = new Promise<'late'>((resolve) => {
      timer = this.#clock.after(patience, () => resolve('late'));
    });
    const end = await Promise.race([this.#finish(), late]);
    this.#clock.cancel(timer);
    if (end === 'late')
      this.#leaveOut(
        new Error(`it had not finished ${toSeconds(patience)} s after the end of the run`),
        this.#busy ? 1 : 0,
      );
    return { name: this.name, delivered: this.#delivered, dropped: this.#dropped, error: this.#error };
  }

  async #finish(): Promise<void> {
    if (this.#busy)
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    // One that has failed may still hold a file open.
    try {
      await this.#sink.close();
    } catch (error) {
      this.#leaveOut(error);
    }
  }

  /** As long as the sink is done at once, so is this. */
  #pass(): void {
    for (let event = this.#waiting.shift(); event !== undefined; event = this.#waiting.shift()) {
      const done = this.#give(event);
      if (done === null) continue;
      this.#busy = true;
      void done.then(() => {
        this.#busy = false;
        this.#pass();
      });
      return;
    }
    this.#idle?.();
  }

  /** Null: it is done. */
  #give(event: RunEvent): Promise<void> | null {
    try {
      const done: unknown = this.#sink.accept(event);
      if (!isPromise(done)) {
        this.#delivered++;
        return null;
      }
      return done.then(
        () => void this.#delivered++,
        (error: unknown) => this.#leaveOut(error, 1),
      );
    } catch (error) {
      this.#leaveOut(error, 1);
      return null;
    }
  }

  #leaveOut(error: unknown, lost = 0): void {
    this.#error ??= error instanceof Error ? error : new Error(String(error));
    this.#over = true;
    this.#dropped += lost + this.#waiting.length;
    this.#waiting.length = 0;
  }
}

/** Sinks come from outside, too: one in JavaScript returns what its last call does, as the length of a list that it adds to. */
const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof (value as Partial<Promise<unknown>> | null | undefined)?.then === 'function';
