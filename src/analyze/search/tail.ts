/** How heavy the tail of the service times is, by Hill's estimator over levels of low load. */
import { Histogram } from '../../stats/histogram.ts';
import type { Capacity } from './capacity.ts';
import { idleLevels, timesOf } from './idle-levels.ts';
import type { Level } from './level.ts';
import { loadOf } from './monotone.ts';

/** Below so much of its capacity hardly any request waits: response times are the service's. */
const LOW = 0.45;
/** The slowest share of the requests, and how many they are at least. */
const SLOWEST = { share: 0.05, fewest: 15 } as const;

/**
 * How fast the service's tail falls: the exponent α of x^−α that fits the slowest 5 % of the responses under low load. About
 * 3.7 of exponential service, and more of what varies less; 2.2 of a target whose c² is 2.3 in truth, and 0.5 in what a search meets.
 * @returns null: capacity is not known, or too few responses are.
 * Source: B. M. Hill, A simple general approach to inference about the tail of a distribution (Annals of Statistics 3, 1975).
 */
export function tailIndexOf(levels: readonly Level[], capacity: Capacity | null): number | null {
  if (capacity === null) return null;
  const low = levels.filter((level) => {
    const load = loadOf(level, 'req/s');
    return level.margins.length > 0 && load !== null && load < LOW * capacity.perSec;
  });
  const times = Histogram.of(...[...idleLevels(levels), ...low].map((level) => timesOf(level).toData()));
  const slowest = Math.floor(SLOWEST.share * times.count);
  if (slowest < SLOWEST.fewest) return null;
  const from = times.atRank(times.count - slowest);
  let logs = 0;
  let count = 0;
  times.forEach((lowest, highest, n) => {
    if (lowest <= from) return;
    logs += n * Math.log((lowest + highest) / 2 / from);
    count += n;
  });
  return count === 0 ? null : count / logs;
}
