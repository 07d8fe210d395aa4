/** Rates of the last few seconds, for the figures at the head of the page. */
import type { IntervalSnapshot, SeriesSnapshot } from '../core/snapshot.ts';

/** Rates are told over the intervals that ended in the last so many µs. */
const WINDOW = 5_000_000;

interface Slice {
  readonly startAt: number;
  readonly endAt: number;
  readonly of: Readonly<Record<Among, ReadonlyMap<string, Counts>>>;
}

/** What a name is of. */
export type Among = 'request' | 'flow' | 'group' | 'region';

interface Counts {
  readonly due: number;
  readonly ok: number;
  readonly failed: number;
}

export interface RecentRates {
  readonly perSec: number;
  readonly failuresPerSec: number;
  readonly offeredPerSec: number;
}

/** What happened in the last seconds: current rates, per request name and in total. */
export class Recent {
  #slices: Slice[] = [];

  add({ startAt, endAt, series, flows = {}, groups = {}, regions = {} }: IntervalSnapshot): void {
    const of = {
      ...{ request: countsIn(series), flow: countsIn(flows), group: countsIn(groups), region: countsIn(regions) },
    };
    this.#slices.push({ startAt, endAt, of });
    this.#slices = this.#slices.filter((slice) => slice.endAt > endAt - WINDOW);
  }

  /** @param names of that kind; null: all of them. Null where nothing has ended yet. */
  rates(names: readonly string[] | null, among: Among = 'request'): RecentRates | null {
    const from = Math.min(...this.#slices.map(({ startAt }) => startAt));
    const to = Math.max(...this.#slices.map(({ endAt }) => endAt));
    const seconds = (to - from) / 1e6;
    if (!(seconds > 0)) return null;
    const sum = { due: 0, ok: 0, failed: 0 };
    for (const slice of this.#slices)
      for (const each of names ?? slice.of[among].keys()) {
        const { due, ok, failed } = slice.of[among].get(each) ?? NOTHING;
        sum.due += due;
        sum.ok += ok;
        sum.failed += failed;
      }
    return {
      perSec: (sum.ok + sum.failed) / seconds,
      failuresPerSec: sum.failed / seconds,
      offeredPerSec: sum.due / seconds,
    };
  }
}

const NOTHING: Counts = { due: 0, ok: 0, failed: 0 };

const countsIn = (parts: Readonly<Record<string, SeriesSnapshot>>): ReadonlyMap<string, Counts> =>
  new Map(Object.entries(parts).map(([name, { due, ok, failed }]) => [name, { due, ok, failed }]));
