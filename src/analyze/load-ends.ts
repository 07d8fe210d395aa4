/** When each of several loads at once was over: a number of passes ends one before the others. */
import type { Plan } from '../core/plan.ts';
import { type IntervalSnapshot, seriesIn } from '../core/snapshot.ts';

/** Of each load the passes that were begun, and until when. */
export class LoadEndsFold {
  /** Which load begins a flow, by its name. */
  readonly #places: ReadonlyMap<string, number>;
  readonly #loads: { readonly most: number; passes: number; lastAt: number }[];

  constructor({ loads = [], flows = [] }: Pick<Plan, 'loads' | 'flows'>) {
    this.#places = new Map(flows.map(({ name, load = 0 }) => [name, load]));
    this.#loads = loads.map(({ maxPasses }) => ({ most: maxPasses ?? Number.POSITIVE_INFINITY, passes: 0, lastAt: 0 }));
  }

  /** Every interval, warm-up included. */
  add(snapshot: IntervalSnapshot): void {
    if (this.#loads.length === 0) return;
    for (const [name, { due }] of Object.entries(seriesIn(snapshot, 'flow'))) {
      const load = this.#loads[this.#places.get(name) ?? 0];
      if (load === undefined || due === 0) continue;
      load.passes += due;
      load.lastAt = Math.max(load.lastAt, snapshot.endAt);
    }
  }

  /** By their places, s since the start; infinite: its passes did not end it. To within an interval. */
  get ends(): readonly number[] {
    return this.#loads.map(({ most, passes, lastAt }) => (passes < most ? Number.POSITIVE_INFINITY : lastAt / 1e6));
  }
}
