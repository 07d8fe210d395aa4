/** Histograms of an interval, one for each measure of the table. */
import type { HistogramData, Times } from '../core/snapshot.ts';
import { Histogram } from '../stats/histogram.ts';

/** One for each: an object of one fixed shape, so that reaching one costs what a field does. */
export function histogramsOf<M extends string>(measures: readonly M[]): Readonly<Record<M, Histogram>> {
  const histograms = {} as Record<M, Histogram>;
  for (const measure of measures) histograms[measure] = new Histogram();
  return histograms;
}

/** Takes the histograms that have samples, and empties them. */
export function takeTimes<M extends string>(histograms: Readonly<Record<M, Histogram>>): Times<M> {
  const times: { [K in M]?: HistogramData } = {};
  for (const measure of Object.keys(histograms) as M[]) {
    const histogram = histograms[measure];
    if (histogram.count === 0) continue;
    times[measure] = histogram.toData();
    histogram.reset();
  }
  return times;
}
