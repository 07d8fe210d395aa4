/**
 * What callers felt, beside what successes took: failures and requests without a response count as slow, not as absent.
 */
import { type SeriesSnapshot, timesOf } from '../core/snapshot.ts';
import { Histogram } from '../stats/histogram.ts';
import { infiniteIn } from './batches.ts';

/**
 * Response times as callers had them, µs: a failure is slower than any success, and a request that had no response at the
 * end took at least as long as it had waited.
 */
export interface CallerTimes {
  /** Times of the successes, and how long those without a response had waited. */
  readonly times: Histogram;
  readonly infinite: number;
  /** How many had no response; their times are at least what stands in `times`. */
  readonly unfinished: number;
}

/** What callers had beyond the successes. */
export class CallerFold {
  readonly #unfinished = new Histogram();
  /** Successes of requests that were due before the measured time, and came after its end. */
  readonly #carried = new Histogram();
  #infinite = 0;

  add(series: SeriesSnapshot): void {
    this.#unfinished.add(timesOf(series, 'unfinished'));
    this.#infinite += infiniteIn(series);
  }

  addCarried(series: SeriesSnapshot): void {
    this.add(series);
    this.#carried.add(timesOf(series, 'response'));
  }

  /** @param successes of the measured time. */
  timesWith(successes: Histogram): CallerTimes {
    const more = [this.#unfinished, this.#carried].filter(({ count }) => count > 0);
    return {
      times: more.length === 0 ? successes : Histogram.of(...[successes, ...more].map((times) => times.toData())),
      infinite: this.#infinite,
      unfinished: this.#unfinished.count,
    };
  }
}
