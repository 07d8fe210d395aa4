/** The bounds of classic histograms, the same for every exporter. */
import type { HistogramData } from '../../core/snapshot.ts';
import { countUpTo } from '../../stats/histogram.ts';

/** Upper bounds of the buckets of a classic histogram, s: three to a decade and more where services are, as multiples that read well. */
export const BOUNDS: readonly number[] = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.025, 0.03, 0.04, 0.05, 0.075, 0.1, 0.15,
  0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2, 2.5, 5, 7.5, 10, 15, 30, 60,
];

/** How many values are up to each bound; the last is of infinity. */
export function cumulative(histogram: HistogramData): number[] {
  return [...BOUNDS.map((bound) => countUpTo(histogram, bound * 1e6)), histogram.count];
}
