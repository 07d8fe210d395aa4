import fc from 'fast-check';
import * as hdr from 'hdr-histogram-js';
import { describe, expect, it } from 'vitest';
import { EMPTY_HISTOGRAM, type HistogramData } from '../core/snapshot.ts';
import { bucketOf, HIGHEST, Histogram, highestOf, lowestOf, quantileOf, quantilesOf } from './histogram.ts';

/** Times in µs over all magnitudes: powers of two and their neighbours are where bucket arithmetic goes wrong. */
const anyTime = fc.oneof(
  fc.integer({ min: 0, max: 5_000 }),
  fc.integer({ min: 0, max: HIGHEST }),
  fc
    .tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: -1, max: 1 }))
    .map(([power, offset]) => Math.max(0, 2 ** power + offset)),
);
const times = fc.array(anyTime, { minLength: 1, maxLength: 300 });
/** A quantile in thousandths, so that its rank can be computed in whole numbers. */
const thousandth = fc.integer({ min: 1, max: 1000 });

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

function exactQuantile(values: readonly number[], thousandths: number): number {
  const rank = Math.max(1, Math.ceil((thousandths * values.length) / 1000));
  return [...values].sort((a, b) => a - b)[rank - 1] as number;
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const dataOf = (values: readonly number[]): HistogramData => histogramOf(values).toData();

describe('bucket layout', () => {
  it('is a partition: every value lies within its bucket, and buckets touch', () => {
    fc.assert(
      fc.property(anyTime, (value) => {
        const bucket = bucketOf(value);
        expect(lowestOf(bucket)).toBeLessThanOrEqual(value);
        expect(highestOf(bucket)).toBeGreaterThanOrEqual(value);
        expect(lowestOf(bucket + 1)).toBe(highestOf(bucket) + 1);
      }),
    );
  });

  it('has a bucket for each value below 2048, and the last one ends at the highest value', () => {
    expect([0, 1, 1023, 1024, 2047, 2048, 2049, 2050].map(bucketOf)).toEqual([
      0, 1, 1023, 1024, 2047, 2048, 2048, 2049,
    ]);
    expect(highestOf(bucketOf(HIGHEST))).toBe(HIGHEST);
  });
});

describe('Histogram, against hdr-histogram-js', () => {
  it('agrees on count, maximum and every percentile', () => {
    fc.assert(
      fc.property(times, fc.array(thousandth, { minLength: 1, maxLength: 20 }), (values, quantiles) => {
        const oracle = hdr.build({
          bitBucketSize: 64,
          useWebAssembly: false,
          lowestDiscernibleValue: 1,
          highestTrackableValue: HIGHEST,
          numberOfSignificantValueDigits: 3,
        });
        for (const value of values) oracle.recordValue(value);
        const ours = histogramOf(values);
        expect(ours.count).toBe(oracle.totalCount);
        expect(ours.max).toBe(oracle.maxValue);
        for (const q of quantiles) {
          // The oracle reports the end of the bucket, we nothing above the largest value.
          expect(ours.quantile(q / 1000)).toBe(Math.min(oracle.getValueAtPercentile(q / 10), ours.max));
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('Histogram', () => {
  it('never reports a quantile below the exact one, nor more than 1/1024 above, nor above the maximum', () => {
    fc.assert(
      fc.property(times, thousandth, (values, q) => {
        const exact = exactQuantile(values, q);
        const reported = histogramOf(values).quantile(q / 1000);
        expect(reported).toBeGreaterThanOrEqual(exact);
        expect(reported).toBeLessThanOrEqual(exact * (1 + 1 / 1024));
        expect(reported).toBeLessThanOrEqual(Math.max(...values));
      }),
    );
  });

  it('keeps count, minimum, maximum, sum and mean exact', () => {
    fc.assert(
      fc.property(times, (values) => {
        const histogram = histogramOf(values);
        expect(histogram.count).toBe(values.length);
        expect(histogram.min).toBe(Math.min(...values));
        expect(histogram.max).toBe(Math.max(...values));
        expect(histogram.sum).toBe(sumOf(values));
        expect(histogram.mean).toBe(sumOf(values) / values.length);
      }),
    );
  });

  it('merges to the histogram of all values, in any order and grouping', () => {
    fc.assert(
      fc.property(times, times, times, (a, b, c) => {
        const all = dataOf([...a, ...b, ...c]);
        const [x, y, z] = [dataOf(a), dataOf(b), dataOf(c)];
        expect(Histogram.of(x, y, z).toData()).toEqual(all);
        expect(Histogram.of(z, x, y).toData()).toEqual(all);
        expect(Histogram.of(x, Histogram.of(y, z).toData()).toData()).toEqual(all);
        expect(Histogram.of(x, EMPTY_HISTOGRAM).toData()).toEqual(x);
      }),
    );
  });

  it('comes back from its data, and from JSON, the same', () => {
    fc.assert(
      fc.property(fc.array(anyTime, { maxLength: 200 }), (values) => {
        const data = dataOf(values);
        const back = Histogram.of(JSON.parse(JSON.stringify(data)) as HistogramData);
        expect(back.toData()).toEqual(data);
        if (values.length > 0) expect(back.quantile(0.95)).toBe(histogramOf(values).quantile(0.95));
      }),
    );
  });

  it('is as new after a reset', () => {
    fc.assert(
      fc.property(times, times, (before, after) => {
        const histogram = histogramOf(before);
        histogram.reset();
        expect(histogram.toData()).toEqual(EMPTY_HISTOGRAM);
        for (const value of after) histogram.record(value);
        expect(histogram.toData()).toEqual(dataOf(after));
      }),
    );
  });

  it('records a value several times as if one by one', () => {
    const several = new Histogram();
    several.record(70_000, 3);
    expect(several.toData()).toEqual(dataOf([70_000, 70_000, 70_000]));
  });

  it('ranks are those of the sorted values, clamped to what there is', () => {
    const histogram = histogramOf([30, 10, 20]);
    expect([-1, 0, 1, 2, 3, 4].map((rank) => histogram.atRank(rank))).toEqual([10, 10, 10, 20, 30, 30]);
  });

  it('0.95 of 100 values is the 95th, 0.999 of 1000 the 999th', () => {
    const upTo = (n: number): Histogram => histogramOf(Array.from({ length: n }, (_, i) => i + 1));
    expect(upTo(100).quantile(0.95)).toBe(95);
    expect(upTo(100).quantile(0.07)).toBe(7);
    expect(upTo(1000).quantile(0.999)).toBe(999);
    expect(upTo(1000).quantile(1)).toBe(1000);
  });

  it('counts values up to a bound, and visits its buckets in order', () => {
    fc.assert(
      fc.property(times, anyTime, (values, bound) => {
        const histogram = histogramOf(values);
        const end = highestOf(bucketOf(bound));
        const expected = values.filter((value) => value <= end).length;
        // A bound below the minimum, though in its bucket, has nothing up to it.
        expect(histogram.countUpTo(bound)).toBe(bound < histogram.min ? 0 : expected);
        let before = -1;
        let total = 0;
        histogram.forEach((lowest, highest, count) => {
          expect(lowest).toBeGreaterThan(before);
          expect(count).toBe(values.filter((value) => value >= lowest && value <= highest).length);
          before = highest;
          total += count;
        });
        expect(total).toBe(values.length);
      }),
    );
  });

  it('takes what is out of range at the edge, and fractions rounded down', () => {
    const histogram = histogramOf([-5, Number.NaN, 1.9, 2 ** 31, Number.POSITIVE_INFINITY]);
    expect(histogram.toData()).toEqual(dataOf([0, 0, 1, HIGHEST, HIGHEST]));
  });

  it('has no quantile and no mean when empty', () => {
    const empty = new Histogram();
    expect(empty.quantile(0.5)).toBeNaN();
    expect(empty.mean).toBeNaN();
    expect(empty.countUpTo(10)).toBe(0);
    empty.reset();
    expect(empty.toData()).toEqual(EMPTY_HISTOGRAM);
  });
});

it('gives several quantiles at rest in one pass as one by one', () => {
  expect(quantilesOf(EMPTY_HISTOGRAM, [0.5, 0.9])).toEqual([]);
  fc.assert(
    fc.property(times, fc.array(thousandth, { minLength: 1 }), (values, unsorted) => {
      const ps = unsorted.map((p) => p / 1000).sort((a, b) => a - b);
      const histogram = histogramOf(values);
      const each = histogram.count === 0 ? [] : ps.map((p) => histogram.quantile(p));
      expect(quantilesOf(histogram.toData(), ps)).toEqual(each);
    }),
  );
});

it('gives the same quantile at rest', () => {
  expect(quantileOf(EMPTY_HISTOGRAM, 0.5)).toBeNull();
  fc.assert(
    fc.property(times, thousandth, (values, p) => {
      const histogram = histogramOf(values);
      expect(quantileOf(histogram.toData(), p / 1000)).toBe(histogram.quantile(p / 1000));
    }),
  );
});

describe('the variance', () => {
  it('is that of the values, to the width of their buckets; of nothing it is none', () => {
    const values = Array.from({ length: 1_000 }, (_, i) => 1_000 + 37 * i);
    // Of n equal steps d: d²(n² − 1)/12.
    expect(histogramOf(values).variance / ((37 ** 2 * (1_000 ** 2 - 1)) / 12)).toBeCloseTo(1, 2);
    expect(histogramOf([50_000, 50_000]).variance / 50_000 ** 2).toBeLessThan(1e-6);
    expect(new Histogram().variance).toBeNaN();
  });
});
