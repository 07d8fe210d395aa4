/** For tests: a clock that jumps from timer to timer. */
import type { Clock } from '../core/ports.ts';
import type { Micros } from '../core/units.ts';

interface Timer {
  readonly at: number;
  readonly order: number;
  /** Null once cancelled. */
  callback: (() => void) | null;
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** A clock that jumps from timer to timer: hours of schedule in milliseconds of test, the same on every machine. */
export class VirtualClock implements Clock {
  /** Binary heap, the earliest first; ties in the order they were set. */
  readonly #heap: Timer[] = [];
  readonly #turnCost: number;
  #now: number;
  #order = 0;

  /** @param turnCost how long (µs) a turn of the loop takes: when `soon` calls back, so that turning comes to an end. */
  constructor(startAt = 0 as Micros, turnCost = 5 as Micros) {
    this.#now = startAt;
    this.#turnCost = turnCost;
  }

  now(): Micros {
    return this.#now as Micros;
  }

  after(delay: Micros, callback: () => void): unknown {
    const timer: Timer = { at: this.#now + Math.max(0, delay), order: this.#order++, callback };
    this.#push(timer);
    return timer;
  }

  cancel(timer: unknown): void {
    if (timer !== null) (timer as Timer).callback = null;
  }

  soon(callback: () => void): void {
    this.after(this.#turnCost as Micros, callback);
  }

  /** Lets time pass within a callback, as computing does: what falls due meanwhile is late. */
  spend(duration: Micros): void {
    this.#now += duration;
  }

  /** Runs everything due up to and at an instant, then stands there (unless `spend` led beyond). */
  runUntil(at: Micros): void {
    for (let timer = this.#heap[0]; timer !== undefined && timer.at <= at; timer = this.#heap[0]) {
      this.#pop();
      if (timer.callback === null) continue;
      this.#now = Math.max(this.#now, timer.at);
      timer.callback();
    }
    this.#now = Math.max(this.#now, at);
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let place = heap.length;
    while (place > 0) {
      const parent = heap[(place - 1) >> 1] as Timer;
      if (!isBefore(timer, parent)) break;
      heap[place] = parent;
      place = (place - 1) >> 1;
    }
    heap[place] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let place = 0;
    for (let child = 1; child < heap.length; child = 2 * place + 1) {
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, heap[child] as Timer)) child += 1;
      const smaller = heap[child] as Timer;
      if (!isBefore(smaller, last)) break;
      heap[place] = smaller;
      place = child;
    }
    heap[place] = last;
  }
}
