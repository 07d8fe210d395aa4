/** A clock for tests, which jumps from timer to timer. */
import type { Timekeeper } from './alarms.ts';

/** A turn of the event loop, ms. */
export const TURN = 0.005;

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that jumps from timer to timer. Its timers are late, as a system's are; a turn of the loop takes its time too. */
export class VirtualTime implements Timekeeper {
  readonly #timers: Timer[] = [];
  readonly #timersAreLateBy: number;
  #now = 0;

  constructor(timersAreLateBy = 0) {
    this.#timersAreLateBy = timersAreLateBy;
  }

  now(): number {
    return this.#now;
  }

  after(delay: number, callback: () => void): unknown {
    return this.#set({ at: this.#now + delay + this.#timersAreLateBy, callback });
  }

  cancel(timer: unknown): void {
    const place = this.#timers.indexOf(timer as Timer);
    if (place >= 0) this.#timers.splice(place, 1);
  }

  soon(callback: () => void): void {
    this.#set({ at: this.#now + TURN, callback });
  }

  /** Lets time pass in which the event loop does not turn. */
  spend(duration: number): void {
    this.#now += duration;
  }

  runUntil(at: number): void {
    for (let next = this.#timers[0]; next !== undefined && next.at <= at; next = this.#timers[0]) {
      this.#timers.shift();
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = Math.max(this.#now, at);
  }

  /** Those of one instant stay in the order in which they were set. */
  #set(timer: Timer): Timer {
    const place = this.#timers.findIndex(({ at }) => at > timer.at);
    this.#timers.splice(place < 0 ? this.#timers.length : place, 0, timer);
    return timer;
  }
}
