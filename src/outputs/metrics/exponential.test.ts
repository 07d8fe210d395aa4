import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dataOf } from '../../analyze/events.fixture.ts';
import { exponentialOf } from './exponential.ts';

describe('an exponential histogram', () => {
  it('holds every value, in at most 160 buckets, each in the bucket that its bounds say', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 31 - 1 }), { minLength: 1, maxLength: 60 }), (values) => {
        const { scale, zeros, offset, counts } = exponentialOf(dataOf(values));
        expect(zeros + counts.reduce((sum, n) => sum + n, 0)).toBe(values.length);
        expect(counts.length).toBeLessThanOrEqual(160);
        const factor = 2 ** (2 ** -scale);
        // A value is known to 1/1024.
        const [slack, sorted] = [1.001, values.filter((value) => value > 0).sort((a, b) => a - b)];
        let at = 0;
        counts.forEach((n, i) => {
          for (const value of sorted.slice(at, at + n)) {
            expect(value / 1e6).toBeGreaterThan(factor ** (offset + i) / slack);
            expect(value / 1e6).toBeLessThanOrEqual(factor ** (offset + i + 1) * slack);
          }
          at += n;
        });
      }),
    );
  });

  it('is as fine as its values allow, and of zeros alone has no bucket', () => {
    expect(exponentialOf(dataOf([10_000, 10_100])).scale).toBe(8);
    expect(exponentialOf(dataOf([1, 10_000, 60_000_000])).scale).toBe(2);
    expect(exponentialOf(dataOf([0, 0]))).toEqual({ scale: 8, zeros: 2, offset: 0, counts: [] });
  });
});
