/** Rates of the last few seconds, for the figures at the head of the page. */
import type { IntervalSnapshot, SeriesSnapshot } from '../core/snapshot.ts';

/** Rates are told over the intervals that ended in the last so many µs. */
const WINDOW = 5_000_000;

interface Slice {
  readonly startAt: number;
  readonly endAt: number;
  readonly byName: ReadonlyMap<string, Counts>;
  readonly byRegion: ReadonlyMap<string, Counts>;
}

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

  add({ startAt, endAt, series, regions = {} }: IntervalSnapshot): void {
    this.#slices.push({ startAt, endAt, byName: countsIn(series), byRegion: countsIn(regions) });
    this.#slices = this.#slices.filter((slice) => slice.endAt > endAt - WINDOW);
  }

  /** @param name of a request, or of a region; null: all of them. Null where nothing has ended yet. */
  rates(name: string | null, among: 'byName' | 'byRegion' = 'byName'): RecentRates | null {
    const from = Math.min(...this.#slices.map(({ startAt }) => startAt));
    const to = Math.max(...this.#slices.map(({ endAt }) => endAt));
    const seconds = (to - from) / 1e6;
    if (!(seconds > 0)) return null;
    const sum = { due: 0, ok: 0, failed: 0 };
    for (const slice of this.#slices)
      for (const [each, { due, ok, failed }] of slice[among]) {
        if (name !== null && each !== name) continue;
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

const countsIn = (parts: Readonly<Record<string, SeriesSnapshot>>): ReadonlyMap<string, Counts> =>
  new Map(Object.entries(parts).map(([name, { due, ok, failed }]) => [name, { due, ok, failed }]));
