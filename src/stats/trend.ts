/** Whether a short series rises or falls, by rank, with its autocorrelation taken into account. */
import { meanOf } from './average.ts';

/** A monotone trend in a short series. */
export interface Trend {
  /** Mann and Kendall's z; about standard normal without a trend. */
  readonly z: number;
  /** Theil and Sen's slope over the whole series, in the unit of the values. */
  readonly change: number;
}

/**
 * Mann and Kendall's test, with Hamed and Rao's correction of the variance for autocorrelation at lag 1, and Theil and
 * Sen's slope. Quadratic: for at most some dozens of values.
 * Sources: M. G. Kendall, Rank Correlation Methods; K. H. Hamed, A. R. Rao (J. Hydrology 204, 1998); P. K. Sen (JASA
 * 63, 1968).
 * @returns null with fewer than 8 values.
 */
export function trendOf(values: readonly number[]): Trend | null {
  const n = values.length;
  if (n < 8) return null;
  let score = 0;
  const slopes: number[] = [];
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const rise = (values[j] as number) - (values[i] as number);
      score += Math.sign(rise);
      slopes.push(rise / (j - i));
    }
  }
  slopes.sort((a, b) => a - b);
  const slope = slopes[slopes.length >> 1] as number;
  const detrended = values.map((value, i) => value - slope * i);
  const lag1 = Math.max(0, autocorrelation(detrended));
  const inflation = 1 + (2 * lag1 * (n - 1) * (n - 2) * (n - 3)) / (n * (n - 1) * (n - 2));
  const deviation = Math.sqrt(((n * (n - 1) * (2 * n + 5)) / 18) * inflation);
  return { z: score === 0 ? 0 : (score - Math.sign(score)) / deviation, change: slope * (n - 1) };
}

/** Autocorrelation at lag 1; 0 where the values do not differ. */
export function autocorrelation(values: readonly number[]): number {
  const mean = meanOf(values);
  let own = 0;
  let neighbours = 0;
  for (let i = 0; i < values.length; i++) {
    const here = (values[i] as number) - mean;
    own += here * here;
    if (i > 0) neighbours += here * ((values[i - 1] as number) - mean);
  }
  return own > 0 ? neighbours / own : 0;
}
