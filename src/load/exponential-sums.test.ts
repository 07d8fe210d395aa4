import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExponentialSums } from './exponential-sums.ts';

function firstOf(many: number, seed: number): Float64Array {
  const sums = new ExponentialSums(seed);
  return Float64Array.from({ length: many }, (_, n) => sums.at(n));
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('sums of exponential numbers', () => {
  const all = firstOf(300_000, 5);

  it('are the same whichever of them are asked for, across blocks', () => {
    const ascending = fc.array(fc.integer({ min: 0, max: all.length - 1 }), { maxLength: 60 });
    fc.assert(
      fc.property(ascending, (asked) => {
        const sums = new ExponentialSums(5);
        for (const n of asked.sort((a, b) => a - b)) expect(sums.at(n)).toBe(all[n]);
      }),
    );
  });

  it('ascend, and do not end at the end of a block', () => {
    for (let n = 1; n < all.length; n++) if ((all[n] as number) < (all[n - 1] as number)) expect(n).toBe('ascending');
    expect(Math.abs((all.at(-1) as number) / all.length - 1)).toBeLessThan(3 / Math.sqrt(all.length));
  });

  it('have gaps as Exp(1) numbers: Kolmogorov-Smirnov at 1 %, wherever they lie in a leaf or between leaves', () => {
    const gaps = Array.from(all, (sum, n) => sum - (all[n - 1] ?? 0));
    for (const place of [null, 0, 1, 15, 16, 30, 31]) {
      const own = gaps.filter((_, n) => place === null || n % 32 === place).sort((a, b) => a - b);
      const distance = Math.max(...chunked(own.map((gap, i) => Math.abs(1 - Math.exp(-gap) - (i + 0.5) / own.length))));
      expect(distance).toBeLessThan(1.63 / Math.sqrt(own.length));
    }
  });

  it('have stretches of every length with the variance of so many numbers, and neighbours that do not follow each other', () => {
    for (const length of [1, 2, 32, 64, 256, 1_024]) {
      const many = Math.floor(all.length / length);
      const sums = Array.from(
        { length: many },
        (_, n) => (all[(n + 1) * length - 1] as number) - (n === 0 ? 0 : (all[n * length - 1] as number)),
      );
      const variance = mean(sums.map((sum) => (sum - length) ** 2)) / length;
      // The kurtosis of a Gamma sum is 3 + 6 / length.
      expect(Math.abs(variance - 1)).toBeLessThan(3.3 * Math.sqrt((2 + 6 / length) / many));
      const lagged = mean(sums.slice(1).map((sum, n) => (sum - length) * ((sums[n] as number) - length))) / length;
      expect(Math.abs(lagged)).toBeLessThan(3.3 / Math.sqrt(many));
    }
  });
});

/** Of a long list, the largest of each thousand. */
function chunked(values: readonly number[]): number[] {
  return Array.from({ length: Math.ceil(values.length / 1_000) }, (_, n) =>
    Math.max(...values.slice(n * 1_000, (n + 1) * 1_000)),
  );
}
