/**
 * When each request of a first-come-first-served queue with `slots` equal servers (G/G/c) leaves, computed as it arrives: it
 * starts when the first slot is free, `start = max(now, free[k])`, and keeps it to its end (Kiefer and Wolfowitz, "On the
 * theory of queues with many servers", 1955). Instants and durations in milliseconds.
 */
export class ServiceQueue {
  /** Null: there is always a free slot. */
  readonly #free: Float64Array | null;
  readonly #capacity: number;
  /** Start of each request that waits, in order; those up to `#started` have begun. */
  #starts: number[] = [];
  #started = 0;

  /** @param capacity how many may wait, beyond those being served; Infinity for no bound. */
  constructor(slots: number, capacity: number) {
    this.#free = Number.isFinite(slots) ? new Float64Array(slots) : null;
    this.#capacity = capacity;
  }

  /**
   * @param endOf when work of this length, begun at an instant, ends.
   * @returns when it leaves, or undefined if it finds the queue full.
   */
  admit(now: number, service: number, endOf: (start: number, work: number) => number): number | undefined {
    const free = this.#free;
    if (free === null) return endOf(now, service);
    let first = 0;
    for (let slot = 1; slot < free.length; slot++) if ((free[slot] as number) < (free[first] as number)) first = slot;
    const start = Math.max(now, free[first] as number);
    if (start > now) {
      if (this.waiting(now) >= this.#capacity) return undefined;
      this.#starts.push(start);
    }
    const end = endOf(start, service);
    free[first] = end;
    return end;
  }

  /** How many wait for a slot. */
  waiting(now: number): number {
    // Starts never decrease, since the queue is first come, first served.
    while (this.#started < this.#starts.length && (this.#starts[this.#started] as number) <= now) this.#started++;
    if (this.#started > 1024) {
      this.#starts = this.#starts.slice(this.#started);
      this.#started = 0;
    }
    return this.#starts.length - this.#started;
  }
}
