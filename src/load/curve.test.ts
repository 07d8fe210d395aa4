import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { valueAt } from '../core/plan.ts';
import { micros } from '../core/units.ts';
import { AreaInverse, areaAt, piecesOf } from './curve.ts';
import { instantsOf, rateStages, rates } from './stages.fixture.ts';

const second = 1e6;

describe('areaAt', () => {
  it('is the area of the trapezoids', () => {
    const stages = rates([10, 0, 100], [5, 20, 20], [4, 20, 0]);
    const areas = [-1, 0, 5, 10, 12, 15, 17, 19, 99].map((t) => areaAt(stages, micros(t * second)));
    expect(areas).toEqual([0, 0, 125, 500, 540, 600, 630, 640, 640]);
  });

  it('grows by the mean of the values times the time between', () => {
    fc.assert(
      fc.property(rateStages(5_000), (stages) => {
        let from = 0;
        for (const stage of stages) {
          const to = from + stage.duration;
          const [a, b] = [from + 0.25 * stage.duration, from + 0.75 * stage.duration];
          const expected = ((valueAt(stages, micros(a)) + valueAt(stages, micros(b))) / 2) * ((b - a) / second);
          if (b > a) expect(areaAt(stages, micros(b)) - areaAt(stages, micros(a))).toBeCloseTo(expected, 5);
          from = to;
        }
      }),
    );
  });
});

describe('AreaInverse', () => {
  it('finds the instants of a ramp by the exact formula', () => {
    const ramp = new AreaInverse(piecesOf(rates([10, 0, 100])));
    expect([0, 5, 20, 125].map((n) => ramp.at(n) / second)).toEqual([0, 1, 2, 5]);
    expect(ramp.at(500)).toBe(Number.POSITIVE_INFINITY);
  });

  it('finds them on a falling ramp, to its very end', () => {
    const ramp = new AreaInverse(piecesOf(rates([10, 100, 0])));
    expect([0, 375, 495].map((n) => ramp.at(n) / second)).toEqual([0, 5, 9]);
    // 1e-9 arrivals before the end: (10 − t)² · 5 = 1e-9.
    expect(10 - ramp.at(500 - 1e-9) / second).toBeCloseTo(Math.sqrt(1e-9 / 5), 8);
  });

  it('skips stages of zeros', () => {
    const inverse = new AreaInverse(piecesOf(rates([1, 0, 0], [2, 10, 10], [3, 0, 0], [1, 10, 10])));
    expect([0, 19, 20, 21].map((n) => inverse.at(n) / second)).toEqual([1, 2.9, 6, 6.1]);
    expect(inverse.total).toBe(30);
    expect(new AreaInverse(piecesOf(rates([1, 0, 0]))).at(0)).toBe(Number.POSITIVE_INFINITY);
    expect(new AreaInverse([]).at(0)).toBe(Number.POSITIVE_INFINITY);
  });

  it('takes an area next to a whole number for that number', () => {
    const tenths = rates(...Array.from({ length: 3 }, () => [1, 0.1, 0.1] as const));
    expect(new AreaInverse(piecesOf(tenths)).total).not.toBe(0.3);
    expect(new AreaInverse(piecesOf(rates(...Array.from({ length: 10 }, () => [1, 0.1, 0.1] as const)))).total).toBe(1);
  });

  it('agrees with areaAt to 1e-9, ascends, and does not depend on what was asked before', () => {
    fc.assert(
      fc.property(rateStages(5_000), fc.integer({ min: 2, max: 200 }), (stages, many) => {
        const inverse = new AreaInverse(piecesOf(stages));
        expect(Math.abs(inverse.total - areaAt(stages, micros(1e12)))).toBeLessThanOrEqual(
          1e-9 * Math.max(1, inverse.total) * 5,
        );
        let last = 0;
        for (let i = 0; i < many; i++) {
          const area = (inverse.total * i) / many;
          const at = inverse.at(area);
          if (inverse.total === 0) {
            expect(at).toBe(Number.POSITIVE_INFINITY);
            continue;
          }
          expect(at).toBe(new AreaInverse(piecesOf(stages)).at(area));
          expect(at).toBeGreaterThanOrEqual(last);
          expect(Math.abs(areaAt(stages, at) - area)).toBeLessThanOrEqual(1e-9 * Math.max(1, area));
          last = at;
        }
      }),
    );
  });

  it('leads back to the instant wherever the rate is above zero', () => {
    fc.assert(
      fc.property(rateStages(5_000), (stages) => {
        const inverse = new AreaInverse(piecesOf(stages));
        for (const at of instantsOf(stages, 50)) {
          const rate = valueAt(stages, at);
          const found = inverse.at(areaAt(stages, at));
          // What rounding the area (and making it whole) is worth in time, at this rate.
          if (rate > 1) expect(Math.abs(found - at)).toBeLessThanOrEqual(1e-9 * at + 1e-2);
        }
      }),
    );
  });
});
