import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { segments } from './segment.fixture.ts';
import { fractionOf, numberAt, partOf, placeIn, type Segment, shareOf, weightedPart } from './segment.ts';

const isOwn = (segment: Segment, number: number): boolean => placeIn(segment, number) >= 0;
const weights = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 12 });

describe('segments', () => {
  it('are cut into parts, and these into parts, each number in one of them', () => {
    const few = fc.integer({ min: 1, max: 3 });
    fc.assert(
      fc.property(segments(5), few, few, (wholes, threads, more) => {
        const cut = (all: readonly Segment[], count: number): Segment[] =>
          all.flatMap((whole) => Array.from({ length: count }, (_, index) => partOf(whole, index, count)));
        const parts = cut(cut(wholes, threads), more);
        for (let n = 0; n < 100; n++) expect(parts.filter((part) => isOwn(part, n))).toHaveLength(1);
      }),
    );
  });

  it('count their own numbers, and find each again', () => {
    const thread = fc.integer({ min: 1, max: 4 });
    fc.assert(
      fc.property(segments(6, 9), thread, fc.nat(400), (all, threads, total) => {
        for (const whole of all) {
          const part = partOf(whole, threads - 1, threads);
          const own = Array.from({ length: total }, (_, n) => n).filter((n) => isOwn(part, n));
          expect(shareOf(total, part)).toBe(own.length);
          expect(own.map((_, k) => numberAt(part, k))).toEqual(own);
          expect(own.map((n) => placeIn(part, n))).toEqual(own.map((_, k) => k));
        }
      }),
    );
  });

  it('of equal weight are those without weights', () => {
    for (const each of [1, 7, 100])
      expect([0, 1, 2].map((index) => weightedPart([each, each, each], index))).toEqual(
        [0, 1, 2].map((index) => partOf({ index: 0, count: 1 }, index, 3)),
      );
  });

  it('have their weight’s share of the whole, and of its beginning what is next to it', () => {
    fc.assert(
      fc.property(weights, fc.nat(2_000), (each, total) => {
        const sum = each.reduce((all, weight) => all + weight, 0);
        const parts = each.map((_, index) => weightedPart(each, index));
        expect(parts.reduce((all, part) => all + shareOf(total, part), 0)).toBe(total);
        for (const [index, part] of parts.entries()) {
          const share = (each[index] as number) / sum;
          expect(fractionOf(part)).toBeCloseTo(share, 12);
          // Every part's place in the round is known to half a number, and the total is those of all.
          expect(Math.abs(shareOf(total, part) - total * share)).toBeLessThanOrEqual(1 + (each.length * share) / 2);
        }
      }),
    );
  });

  it('are known: two of three for the first', () => {
    expect([weightedPart([2, 1], 0), weightedPart([2, 1], 1)]).toEqual([
      { index: 0, count: 3, own: [0, 2] },
      { index: 1, count: 3 },
    ]);
  });
});
