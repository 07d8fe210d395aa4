/** Spread, quantiles and ratios of measured values. */
import { pairedChange } from '../src/analyze/compare/change.ts';

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
  const { change, interval } = pairedChange(base.map(Math.log), values.map(Math.log), 0.05);
  const [low, high] = interval;
  return { mean: Math.exp(change), low: Math.exp(low), high: Math.exp(high) };
}
