/** The interval of a difference, from the intervals of both sides. */
import type { Interval } from './confidence.ts';

/** A number with its confidence interval; an open upper end is null. */
export interface Known {
  readonly value: number;
  readonly interval: Interval;
}

/**
 * The interval of `other − base`, from the interval of each, which are independent: the squares of the distances that
 * make the difference small, or large, are added. It keeps lopsided intervals lopsided. A lower end cannot be given
 * where the base's upper end is open: null then.
 *
 * Source: G. Y. Zou, A. Donner, Construction of confidence limits about effect measures: a general approach
 * (Statistics in Medicine 27, 2008), the method of variance estimates recovery.
 */
export function differenceInterval(base: Known, other: Known): readonly [low: number | null, high: number | null] {
  const [baseLow, baseHigh] = base.interval;
  const [low, high] = other.interval;
  const difference = other.value - base.value;
  return [
    baseHigh === null ? null : difference - Math.hypot(other.value - low, baseHigh - base.value),
    high === null ? null : difference + Math.hypot(high - other.value, base.value - baseLow),
  ];
}
