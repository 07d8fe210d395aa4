/** A timer of the system is up to a millisecond late; the last stretch, in ms, is spent turning with the event loop. */
const LAST_STRETCH = 1.5;
/** Of setTimeout, ms: a longer one would fire at once. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly ring: () => void;
}

/**
 * Calls back at instants of `performance.now()`, microseconds late rather than a millisecond: it sleeps until shortly before
 * the earliest one, and only then keeps turning. Same instants ring in the order in which they were set.
 */
export class Alarms {
  /** A binary heap, the earliest first. */
  readonly #heap: Entry[] = [];
  #order = 0;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = 0;
  #turning = false;

  get pending(): number {
    return this.#heap.length;
  }

  /** Rings at `at`; within this call where that has passed already, after those that are due before it. */
  at(at: number, ring: () => void): void {
    if (at <= performance.now()) {
      this.#ringUntil(at);
      ring();
      return;
    }
    this.#push({ at, order: this.#order++, ring });
    if (!this.#turning && (this.#timer === undefined || at < this.#timerAt)) this.#sleep();
  }

  /** Resolves at `at`. */
  until(at: number): Promise<void> {
    return new Promise((resolve) => this.at(at, resolve));
  }

  #sleep(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const next = this.#heap[0];
    if (next === undefined) return;
    const left = next.at - performance.now() - LAST_STRETCH;
    if (left >= 1) {
      this.#timerAt = next.at;
      this.#timer = setTimeout(this.#wake, Math.min(Math.floor(left), LONGEST_TIMEOUT));
    } else {
      this.#turning = true;
      setImmediate(this.#turn);
    }
  }

  readonly #wake = (): void => {
    this.#timer = undefined;
    this.#sleep();
  };

  readonly #turn = (): void => {
    this.#ringUntil(performance.now());
    this.#turning = false;
    this.#sleep();
  };

  #ringUntil(instant: number): void {
    for (let next = this.#heap[0]; next !== undefined && next.at <= instant; next = this.#heap[0]) {
      this.#pop();
      next.ring();
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
