/** What was due while users were still being started, kept apart from the figures of the full load. */
import type { RampResult } from '../core/result.ts';
import type { IntervalSnapshot, SeriesSnapshot } from '../core/snapshot.ts';
import type { SeriesFold } from './series.ts';

/** What was due while virtual users were started, once the run is beyond that: it is counted apart. */
export class RampFold {
  readonly #sum: SeriesFold;
  /** s since the start. */
  readonly #from: number;
  readonly #to: number;
  /** How many resets there had been. */
  readonly #resets: number;

  /** @param sum of all requests so far. @param from, to of the ramp, s; `resets` until its end. */
  constructor(sum: SeriesFold, from: number, to: number, resets: number) {
    this.#sum = sum;
    this.#from = from;
    this.#to = to;
    this.#resets = resets;
  }

  /** A response to one of its requests that came later. */
  add({ index, resets = 0, phase }: IntervalSnapshot, series: SeriesSnapshot): void {
    if (phase !== 'warmup' && resets === this.#resets) this.#sum.add(index, 'drain', series);
  }

  /** Without intervals: over a ramp they would be made of the load's own course. */
  get result(): RampResult {
    const durationMs = 1000 * (this.#to - this.#from);
    return {
      from: this.#from,
      to: this.#to,
      ...this.#sum.result({ first: 0, last: -1, durationMs }, false, false),
    };
  }
}
