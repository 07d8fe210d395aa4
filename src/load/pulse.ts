/** Notices that the thread stood still: the process was stopped, the machine suspended, the core taken away. */
import type { Exchange } from '../core/exchange.ts';
import type { Clock } from '../core/ports.ts';
import type { Standstill } from '../core/standstill.ts';
import type { Micros } from '../core/units.ts';

/** How often the thread shows that it lives, µs; and how long it may be silent before it stood still. */
const BEAT = 50_000;
const LONGEST_SILENCE = 300_000;

/**
 * Notices that the thread did nothing for a while: the process was stopped or frozen, the machine suspended, the core
 * given to somebody else. What was under way meanwhile says nothing about the target. Whoever reads the clock anyway shows
 * that the thread lives, so that a standstill is known before the first response that waited in the kernel is judged.
 */
export class Pulse {
  /** Called when a standstill is noticed, before anything that waited through it is dealt with. */
  onStandstill: () => void = () => {};
  readonly #clock: Clock;
  readonly #startAt: Micros;
  readonly #slept: () => Micros;
  /** In order of time, since the start. */
  readonly #standstills: Standstill[] = [];
  #taken = 0;
  #seenAt: number;
  #timer: unknown = null;
  /** When the last standstill ended, on the clock. */
  #until = Number.NEGATIVE_INFINITY;

  /**
   * @param startAt of the load, on the clock; silence before it is none.
   * @param slept how much time has passed since the last call that the clock did not count, as in a suspended machine.
   */
  constructor(clock: Clock, startAt: Micros, slept: () => Micros) {
    this.#clock = clock;
    this.#startAt = startAt;
    this.#slept = slept;
    this.#seenAt = startAt;
  }

  start(): void {
    this.#timer = this.#clock.after(BEAT as Micros, this.#beat);
  }

  stop(): void {
    this.#clock.cancel(this.#timer);
    this.#timer = null;
  }

  /** The thread lives at this instant of the clock. */
  look(now: Micros): void {
    if (now - this.#seenAt > LONGEST_SILENCE) this.#stoodStill(now, 0);
    else this.#seenAt = now;
  }

  /** When the last standstill ended, on the clock; −Infinity: there was none. What is due before it may be left out. */
  get until(): number {
    return this.#until;
  }

  /** Whether anything happened to the request, or was due to, while the thread stood still. */
  covers({ dueAt, doneAt }: Pick<Exchange, 'dueAt' | 'doneAt'>): boolean {
    if (dueAt >= this.#until) return false;
    const due = dueAt - this.#startAt;
    const done = doneAt - this.#startAt;
    return this.#standstills.some(({ from, to }) => due < to && done >= from);
  }

  /** Those noticed since the last call. */
  take(): readonly Standstill[] {
    const fresh = this.#standstills.slice(this.#taken);
    this.#taken = this.#standstills.length;
    return fresh;
  }

  #stoodStill(now: Micros, slept: number): void {
    const from = (this.#seenAt - this.#startAt) as Micros;
    const to = (now - this.#startAt) as Micros;
    this.#seenAt = now;
    this.#until = now;
    this.#standstills.push({ from, to, lasted: (to - from + slept) as Micros });
    this.onStandstill();
  }

  readonly #beat = (): void => {
    const now = this.#clock.now();
    const slept = this.#slept();
    if (slept > LONGEST_SILENCE) this.#stoodStill(now, slept);
    else this.look(now);
    this.#timer = this.#clock.after(BEAT as Micros, this.#beat);
  };
}
