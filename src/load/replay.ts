/** The schedule of a replayed trace: arrivals at its instants, again and again where it is looped. */
import { durationOf, type Plan, replayOf } from '../core/plan.ts';
import type { Trace } from '../core/rows.ts';
import { numberAt, type Segment } from '../core/segment.ts';
import type { Micros } from '../core/units.ts';
import type { Schedule } from './arrivals.ts';

/** The schedule of a plan that replays a trace; undefined: it does not. @throws Error where it comes without its trace. */
export function replayed(
  { load, maxRequests }: Pick<Plan, 'load' | 'maxRequests'>,
  trace: Trace | undefined,
  segment: Segment,
): Schedule | undefined {
  const replay = replayOf(load);
  if (replay === null) return undefined;
  if (trace === undefined) throw new Error('the instants of the trace did not come with the plan');
  return new ReplayedArrivals(trace, replay.loop === true, durationOf(load), segment, maxRequests);
}

/**
 * Arrivals at the instants of a trace: arrival n is due at its n-th instant, in the second time through it one period later, and
 * so on. Each depends on its number alone, so that the segments together are the whole trace.
 */
export class ReplayedArrivals implements Schedule {
  readonly #dueAt: Float64Array;
  readonly #period: number;
  readonly #end: Micros;
  readonly #segment: Segment;
  #taken = 0;
  /** No arrival has this number, nor one above it. */
  readonly #limit: number;
  readonly #capped: boolean;
  #index: number;
  #next = 0 as Micros;

  /** @param maxRequests cap of all segments together, or null. */
  constructor({ dueAt, period }: Trace, loop: boolean, duration: Micros, segment: Segment, maxRequests: number | null) {
    this.#dueAt = dueAt;
    this.#period = period;
    this.#end = duration;
    this.#segment = segment;
    const there = loop ? Number.POSITIVE_INFINITY : dueAt.length;
    const cap = maxRequests ?? Number.POSITIVE_INFINITY;
    this.#capped = cap < there;
    this.#limit = Math.min(there, cap);
    this.#index = numberAt(segment, 0);
    this.#place();
  }

  peek(): Micros {
    return this.#next;
  }

  get index(): number {
    return this.#index;
  }

  get cut(): boolean {
    return this.#capped && this.#index >= this.#limit && this.#instant(this.#index) < this.#end;
  }

  take(): Micros {
    const taken = this.#next;
    if (taken !== Number.POSITIVE_INFINITY) {
      this.#taken += 1;
      this.#index = numberAt(this.#segment, this.#taken);
      this.#place();
    }
    return taken;
  }

  edit(): void {
    throw new Error('a trace has its own instants');
  }

  #place(): void {
    const due = this.#index < this.#limit ? this.#instant(this.#index) : Number.POSITIVE_INFINITY;
    this.#next = (due < this.#end ? due : Number.POSITIVE_INFINITY) as Micros;
  }

  #instant(index: number): number {
    const { length } = this.#dueAt;
    const pass = Math.floor(index / length);
    return pass * this.#period + (this.#dueAt[index - pass * length] as number);
  }
}
