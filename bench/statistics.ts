/** Spread, quantiles and ratios of measured values. */
import { meanOf } from '../src/stats/average.ts';
import { studentQuantile } from '../src/stats/distributions.ts';

/** Smallest and largest. */
export function spread(values: readonly number[]): readonly [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

/** The p-quantile (0..1) of sorted values: the ⌈p·n⌉-th smallest. NaN of none. */
export function quantile(sorted: readonly number[] | Float64Array, p: number): number {
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? Number.NaN;
}

/** Geometric mean of the ratios of pairs, and its 95 % interval by Student's distribution of their logarithms. At least two pairs. */
export function meanRatio(
  values: readonly number[],
  base: readonly number[],
): { readonly mean: number; readonly low: number; readonly high: number } {
  const logs = values.map((value, at) => Math.log(value / (base[at] ?? Number.NaN)));
  const n = logs.length;
  const mean = meanOf(logs);
  const variance = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (n - 1);
  const half = studentQuantile(0.975, n - 1) * Math.sqrt(variance / n);
  return { mean: Math.exp(mean), low: Math.exp(mean - half), high: Math.exp(mean + half) };
}
