/** Alarms that go off when they should, and not up to a millisecond later. */

/** A timer of the system is up to a millisecond late; the last stretch, in ms, is spent turning with the event loop. */
const LAST_STRETCH = 1.5;
/** Of setTimeout, ms: a longer one would fire at once. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/** What alarms need of a clock, in ms; tests hand in one that jumps. */
export interface Timekeeper {
  now(): number;
  after(delay: number, callback: () => void): unknown;
  /** Of a timer that has rung already, or of undefined, it does nothing. */
  cancel(timer: unknown): void;
  /** In the next turn of the event loop. */
  soon(callback: () => void): void;
}

const SYSTEM: Timekeeper = {
  now: () => performance.now(),
  after: (delay, callback) => setTimeout(callback, delay),
  cancel: (timer) => clearTimeout(timer as NodeJS.Timeout | undefined),
  soon: (callback) => void setImmediate(callback),
};

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly ring: () => void;
}

/**
 * Calls back at instants of its clock (`performance.now()`), microseconds late rather than a millisecond: it sleeps until shortly before
 * the earliest one, and only then keeps turning. Same instants ring in the order in which they were set.
 */
export class Alarms {
  /** A binary heap, the earliest first. */
  readonly #heap: Entry[] = [];
  readonly #time: Timekeeper;
  #order = 0;
  #timer: unknown;
  #timerAt = 0;
  #turning = false;
  #ringing = false;
  /** Up to which instant they ring, while they do. */
  #until = 0;

  constructor(time: Timekeeper = SYSTEM) {
    this.#time = time;
  }

  get pending(): number {
    return this.#heap.length;
  }

  /**
   * Rings at `at`; within this call where that has passed already, after those that are due before it. Of who sets it while another one
   * rings, it rings once that has: a chain of them, of which each sets the next, may be as long as it likes.
   */
  at(at: number, ring: () => void): void {
    this.#push({ at, order: this.#order++, ring });
    if (at <= this.#time.now()) this.#ringUntil(at);
    else if (!this.#turning && (this.#timer === undefined || at < this.#timerAt)) this.#sleep();
  }

  /** Resolves at `at`. */
  until(at: number): Promise<void> {
    return new Promise((resolve) => this.at(at, resolve));
  }

  #sleep(): void {
    this.#time.cancel(this.#timer);
    this.#timer = undefined;
    const next = this.#heap[0];
    if (next === undefined) return;
    const left = next.at - this.#time.now() - LAST_STRETCH;
    if (left >= 1) {
      this.#timerAt = next.at;
      this.#timer = this.#time.after(Math.min(Math.floor(left), LONGEST_TIMEOUT), this.#wake);
    } else {
      this.#turning = true;
      this.#time.soon(this.#turn);
    }
  }

  readonly #wake = (): void => {
    this.#timer = undefined;
    this.#sleep();
  };

  readonly #turn = (): void => {
    this.#ringUntil(this.#time.now());
    this.#turning = false;
    this.#sleep();
  };

  #ringUntil(instant: number): void {
    if (this.#ringing) {
      this.#until = Math.max(this.#until, instant);
      return;
    }
    this.#ringing = true;
    this.#until = instant;
    try {
      for (let next = this.#heap[0]; next !== undefined && next.at <= this.#until; next = this.#heap[0]) {
        this.#pop();
        next.ring();
      }
    } finally {
      this.#ringing = false;
    }
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let child = heap.push(entry) - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!before(entry, heap[parent] as Entry)) break;
      heap[child] = heap[parent] as Entry;
      child = parent;
    }
    heap[child] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let parent = 0;
    for (;;) {
      let child = 2 * parent + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as Entry, heap[child] as Entry)) child++;
      if (!before(heap[child] as Entry, last)) break;
      heap[parent] = heap[child] as Entry;
      parent = child;
    }
    heap[parent] = last;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
