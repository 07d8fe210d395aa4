import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPermutation, createQuickPermutation } from './permutation.ts';
import { splitmix32 } from './random.ts';

const KEY = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

describe.each([
  ['a permutation', createPermutation],
  ['a quick permutation', createQuickPermutation],
])('%s', (_, create) => {
  it('has every number once, under any key', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), KEY, (size, key) => {
        const permuted = create(size);
        const all = Array.from({ length: size }, (_, place) => permuted(place, key));
        expect([...all].sort((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, place) => place));
      }),
    );
  });

  it.each([2, 3, 20, 1_000])('puts each of %i numbers anywhere, as often as chance has it', (size) => {
    const permuted = create(size);
    const many = 40 * size;
    const at = new Float64Array(size);
    for (let key = 0; key < many; key++) at[permuted(1, splitmix32(key))]!++;
    const chi = at.reduce((sum, n) => sum + (n - 40) ** 2 / 40, 0);
    // Six standard deviations of chi-square.
    expect(chi).toBeLessThan(size - 1 + 6 * Math.sqrt(2 * size));
  });

  it('tears neighbours apart', () => {
    const permuted = create(1_000);
    let together = 0;
    for (let key = 0; key < 5_000; key++) {
      const [one, other] = [permuted(500, splitmix32(key)), permuted(501, splitmix32(key))];
      if (Math.abs(one - other) <= 50) together++;
    }
    // By chance 9.7 % are at most 50 apart.
    expect(Math.abs(together / 5_000 - 0.0975)).toBeLessThan(0.02);
  });
});
