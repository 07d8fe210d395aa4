import fc from 'fast-check';
import { expect, it } from 'vitest';
import { differenceInterval } from './difference.ts';

it('adds the squares of what makes the difference small, and of what makes it large', () => {
  // 3-4-5 on both sides.
  expect(differenceInterval({ value: 10, interval: [6, 14] }, { value: 30, interval: [27, 33] })).toEqual([15, 25]);
});

it('keeps a lopsided interval lopsided, and an open end open', () => {
  const base = { value: 10, interval: [9, 12] } as const;
  expect(differenceInterval(base, { value: 10, interval: [10, 10] })).toEqual([-2, 1]);
  expect(differenceInterval(base, { value: 20, interval: [20, null] })).toEqual([8, null]);
  expect(differenceInterval({ value: 10, interval: [9, null] }, { value: 20, interval: [20, 20] })).toEqual([null, 11]);
});

it('turned round is the same interval, mirrored; and it holds the difference', () => {
  const known = fc
    .tuple(fc.integer({ min: 1, max: 999 }), fc.integer({ min: 0, max: 99 }), fc.integer({ min: 0, max: 99 }))
    .map(([value, below, above]) => ({ value, interval: [value - below, value + above] as const }));
  fc.assert(
    fc.property(known, known, (a, b) => {
      const [low, high] = differenceInterval(a, b) as [number, number];
      const [back, forth] = differenceInterval(b, a) as [number, number];
      expect(low).toBeLessThanOrEqual(b.value - a.value);
      expect(high).toBeGreaterThanOrEqual(b.value - a.value);
      expect(low).toBeCloseTo(-forth);
      expect(high).toBeCloseTo(-back);
    }),
  );
});

it('covers the truth about as often as promised', () => {
  // Means of normal samples, whose own intervals are exact.
  const random = seeded(5);
  let covered = 0;
  const runs = 2_000;
  for (let i = 0; i < runs; i++) {
    const known = (mean: number, error: number) => {
      const value = mean + error * gauss(random);
      return { value, interval: [value - 1.96 * error, value + 1.96 * error] as const };
    };
    const [low, high] = differenceInterval(known(40, 3), known(47, 1)) as [number, number];
    if (low <= 7 && 7 <= high) covered++;
  }
  expect(covered / runs).toBeGreaterThan(0.935);
  expect(covered / runs).toBeLessThan(0.965);
});

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

function gauss(random: () => number): number {
  return Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
}
