import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Histogram } from '../stats/histogram.ts';
import { bucketOf } from './client/buckets.ts';
import { coarse, joinTimes, NO_TIMES, unpackTimes } from './packed-times.ts';

const times = fc.array(fc.tuple(fc.integer({ min: 0, max: 2 ** 31 - 1 }), fc.integer({ min: 1, max: 2 ** 40 })));

function histogramOf(recorded: readonly (readonly [value: number, times: number])[]) {
  const histogram = new Histogram();
  for (const [value, n] of recorded) histogram.record(value, n);
  return histogram.toData();
}

/** Of the values themselves. */
function bucketsOf(recorded: readonly (readonly [value: number, times: number])[]) {
  const counts = new Map<number, number>();
  for (const [value, n] of recorded) counts.set(bucketOf(value), (counts.get(bucketOf(value)) ?? 0) + n);
  return [...counts].sort(([a], [b]) => a - b);
}

it('joins times as if all had been recorded in one', () => {
  fc.assert(
    fc.property(times, times, times, (...parts) => {
      const joined = joinTimes(parts.map((part) => coarse(histogramOf(part))));
      expect(joined).toEqual(coarse(histogramOf(parts.flat())));
      expect(joined.filled).toBe(bucketsOf(parts.flat()).length);
    }),
  );
});

it('keeps every count, by the bucket of 2 digits', () => {
  const few = fc.array(fc.tuple(fc.integer({ min: 0, max: 2 ** 31 - 1 }), fc.integer({ min: 1, max: 100_000 })));
  fc.assert(
    fc.property(few, (recorded) => {
      const { bucket, count } = unpackTimes(coarse(histogramOf(recorded)));
      expect(Array.from(bucket, (at, i) => [at, count[i]])).toEqual(bucketsOf(recorded));
    }),
  );
  expect(joinTimes([NO_TIMES, coarse(histogramOf([]))])).toBe(NO_TIMES);
});
