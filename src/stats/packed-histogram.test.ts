import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EMPTY_HISTOGRAM } from '../core/snapshot.ts';
import { Histogram } from './histogram.ts';
import { mergedHistogram, mergedPacked, mergeHistograms, packHistogram, unpackHistogram } from './packed-histogram.ts';

const values = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 2 ** 31 - 1 }), fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constant(2 ** 40))),
  { maxLength: 60 },
);

function histogramOf(recorded: readonly (readonly [number, number])[]): Histogram {
  const histogram = new Histogram();
  for (const [value, times] of recorded) histogram.record(value, times);
  return histogram;
}

it('comes back as it was', () => {
  fc.assert(
    fc.property(values, (recorded) => {
      const data = histogramOf(recorded).toData();
      expect(unpackHistogram(packHistogram(data))).toEqual(data);
    }),
  );
});

it('merges as histograms do', () => {
  fc.assert(
    fc.property(values, values, (one, other) => {
      const [a, b] = [histogramOf(one).toData(), histogramOf(other).toData()];
      expect(mergeHistograms(a, b)).toEqual(Histogram.of(a, b).toData());
    }),
  );
  expect(mergeHistograms(EMPTY_HISTOGRAM, EMPTY_HISTOGRAM)).toEqual(EMPTY_HISTOGRAM);
});

it('merges many as histograms do, packed or not', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(values, fc.boolean()), { maxLength: 8 }), (lists) => {
      const all = lists.map(([recorded]) => histogramOf(recorded).toData());
      const parts = all.map((data, i) => (lists[i]?.[1] ? packHistogram(data) : data));
      const whole = Histogram.of(...all).toData();
      expect(mergedHistogram(parts)).toEqual(whole);
      expect(unpackHistogram(mergedPacked(parts))).toEqual(whole);
    }),
  );
});

it('takes three bytes a bucket at the most for a usual second', () => {
  const data = histogramOf(Array.from({ length: 500 }, (_, n) => [1_000 + 7 * n, 1 + (n % 90)] as const)).toData();
  expect(packHistogram(data).bytes.length).toBeLessThan((data.buckets.length / 2) * 3);
});
