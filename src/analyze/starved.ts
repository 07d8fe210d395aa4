/** A doubt of the closed model: some users waited for their whole run while others were served. */

import { type SeriesSnapshot, timesOf } from '../core/snapshot.ts';
import type { Doubt } from '../core/verdict.ts';
import { Histogram } from '../stats/histogram.ts';
import { counted, formatCount, formatMs } from './wording.ts';

/**
 * A virtual user that waits for one response for this share of the run, and so many times the median, is starved; but for
 * less than a second (µs) it only met a slow start.
 */
const STARVED = { share: 0.5, medians: 10, least: 1e6 } as const;

/** Virtual users that the target left waiting while it served the others; times in ms. */
export interface Starved {
  readonly users: number;
  readonly of: number;
  readonly longest: number;
  /** Median response time of the others. */
  readonly median: number;
}

/**
 * Closed model: what was under way when the load had been offered, be it from the warm-up; each is a user's one
 * request.
 */
export class StarvedFold {
  readonly #waits = new Histogram();

  /** What ended after the load did. */
  add(series: SeriesSnapshot): void {
    for (const measure of ['response', 'failedResponse', 'unfinished'] as const)
      this.#waits.add(timesOf(series, measure));
  }

  /** @param users there were at the most. @param measuredMs how long load was offered and measured. */
  starved(users: number, measuredMs: number, successes: Histogram): Starved | null {
    if (successes.count === 0 || this.#waits.count === 0) return null;
    const median = successes.quantile(0.5);
    const limit = Math.max(STARVED.share * measuredMs * 1e3, STARVED.medians * median, STARVED.least);
    const waiting = this.#waits.count - this.#waits.countUpTo(limit);
    if (waiting === 0) return null;
    return { users: waiting, of: Math.max(users, waiting), longest: this.#waits.max / 1e3, median: median / 1e3 };
  }
}

/** At most one doubt. */
export function starvedDoubts(starved: Starved | null): Doubt[] {
  if (starved === null) return [];
  const { users, of, longest, median } = starved;
  const message =
    `${formatCount(users)} of ${counted(of, 'virtual user')} waited for one response for more than half of the run ` +
    `(${formatMs(longest)} at the longest). The others had theirs in ${formatMs(median)} (median); by requests, the few that ` +
    'waited hardly count.';
  const hint =
    `As if the target served ${counted(Math.max(0, of - users), 'connection')} at a time: raise its limit (workers, threads, ` +
    'connections), or use fewer users.';
  return [{ code: 'starved-users', message, hint, invalidates: false }];
}
