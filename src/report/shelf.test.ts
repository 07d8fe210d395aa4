import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Shelf } from './shelf.ts';

interface Item {
  readonly n: number;
  readonly bytes: Uint8Array;
  readonly counts: ReadonlyMap<string, number>;
}
const itemOf = (n: number): Item => ({ n, bytes: Uint8Array.of(n % 256, 7), counts: new Map([['a', n]]) });

describe('a shelf', () => {
  it('gives back what was put on it, from any index on', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 420 }), (size, first) => {
        const shelf = new Shelf<Item>();
        const items = Array.from({ length: size }, (_, n) => itemOf(n));
        for (const item of items) shelf.push(item);
        expect(shelf.length).toBe(size);
        expect([...shelf.from(first)]).toEqual(items.slice(first));
      }),
      { numRuns: 30 },
    );
  });

  it('keeps the newest open, and opens older ones when asked', () => {
    const shelf = new Shelf<{ n: number }>();
    for (let n = 0; n < 300; n++) shelf.push({ n });
    expect(shelf.shelved).toBeGreaterThan(0);
    while (shelf.shelved > 0) shelf.reopen();
    (shelf.open[0] as { n: number }).n = -1;
    expect([...shelf].map(({ n }) => n)).toEqual([-1, ...Array.from({ length: 299 }, (_, n) => n + 1)]);
    shelf.replace([...shelf].slice(0, 200));
    expect(shelf.length).toBe(200);
    expect([...shelf.from(199)]).toEqual([{ n: 199 }]);
  });
});
