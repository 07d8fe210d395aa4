/** How busy a target's program was, sampled while it was measured, for what a request costs it. */
import { millis } from '../core/units.ts';
import type { World } from '../core/world.ts';

/** Now and then is enough: between two looks it is taken to be steady, and a look costs some ms. */
const PAUSE = millis(500);

/** How much processor time a program has used, over the wall clock. */
export class CpuCourse {
  readonly #world: Pick<World, 'clock' | 'wallTime'>;
  readonly #read: () => number | null;
  readonly #points: { readonly at: number; readonly used: number }[] = [];
  #timer: unknown = null;

  /** Begins to look. @param read processor time so far, s; null: not known. */
  constructor(world: Pick<World, 'clock' | 'wallTime'>, read: () => number | null) {
    this.#world = world;
    this.#read = read;
    this.#look();
  }

  /** Looks once more, and no more after that. */
  end(): void {
    this.#world.clock.cancel(this.#timer);
    this.#take();
  }

  /** Used between two instants of the wall clock, ms; null where that is not known. */
  between(start: number, end: number): number | null {
    const [from, to] = [this.#at(start), this.#at(end)];
    return from === null || to === null ? null : Math.max(0, to - from);
  }

  #look = (): void => {
    this.#take();
    this.#timer = this.#world.clock.after(PAUSE, this.#look);
  };

  #take(): void {
    const used = this.#read();
    if (used !== null) this.#points.push({ at: this.#world.wallTime().getTime(), used });
  }

  /** Straight between two looks; beyond the first and the last nothing is known. */
  #at(instant: number): number | null {
    const next = this.#points.findIndex(({ at }) => at >= instant);
    const [before, after] = [this.#points[next - 1], this.#points[next]];
    if (after === undefined) return null;
    if (after.at === instant || before === undefined) return after.at === instant ? after.used : null;
    return before.used + ((after.used - before.used) * (instant - before.at)) / (after.at - before.at);
  }
}
