/** Spread and quantiles of measured values. */

/** Smallest and largest. */
export function spread(values: readonly number[]): readonly [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

/** The p-quantile (0..1) of sorted values: the ⌈p·n⌉-th smallest. NaN of none. */
export function quantile(sorted: readonly number[] | Float64Array, p: number): number {
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? Number.NaN;
}
