/** The change of every percentile between two sides, with one band for all of them. */
import type { QuantileChange, RunFigures } from '../../core/comparison.ts';
import { PERCENTILES } from '../../core/latencies.ts';
import { missesOfEach, pairedChange, unpairedChange } from './change.ts';

/**
 * How much each percentile of the response time changed, from the median to the tail: whether all requests became slower, or
 * the slow ones alone. The band holds all of them together; what is called a change is called by the figures.
 */
export function quantileChanges(
  base: readonly RunFigures[],
  head: readonly RunFigures[],
  { paired, confidence }: { readonly paired: boolean; readonly confidence: number },
): readonly QuantileChange[] {
  const known = PERCENTILES.flatMap((name) => {
    const of = (runs: readonly RunFigures[]): readonly (number | null)[] =>
      runs.map(({ curve }) => curve?.[name] ?? null);
    const [left, right] = [of(base), of(head)];
    const whole = (i: number): boolean => !paired || (isTime(left[i]) && isTime(right[i]));
    const logs = (values: readonly (number | null)[]): number[] =>
      values.flatMap((value, i) => (isTime(value) && whole(i) ? Math.log(value) : []));
    const [ofBase, ofHead] = [logs(left), logs(right)];
    return Math.min(ofBase.length, ofHead.length) < 2 ? [] : { name, base: ofBase, head: ofHead };
  });
  const misses = missesOfEach(confidence, Math.max(1, known.length));
  return known.map(({ name, base: ofBase, head: ofHead }) => {
    const found = (paired ? pairedChange : unpairedChange)(ofBase, ofHead, misses);
    const [low, high] = found.interval;
    return {
      name,
      change: Math.expm1(found.change),
      interval: [Math.expm1(low), Math.expm1(high)],
      runs: Math.min(ofBase.length, ofHead.length),
    };
  });
}

const isTime = (value: number | null | undefined): value is number => typeof value === 'number' && value > 0;
