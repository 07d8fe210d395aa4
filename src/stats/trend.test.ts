import { describe, expect, it } from 'vitest';
import { Random } from '../load/random.ts';
import { autocorrelation, trendOf } from './trend.ts';

describe('the trend of a series', () => {
  it('finds a straight line, and its change over the series', () => {
    const trend = trendOf(Array.from({ length: 20 }, (_, i) => 3 + 2 * i));
    expect(trend?.z).toBeGreaterThan(5);
    expect(trend?.change).toBeCloseTo(38, 9);
    expect(trendOf(Array.from({ length: 20 }, (_, i) => -i))?.z).toBeLessThan(-5);
  });

  it('finds none in a constant, and needs eight values', () => {
    expect(trendOf(new Array(20).fill(7))).toEqual({ z: 0, change: 0 });
    expect(trendOf([1, 2, 3, 4, 5, 6, 7])).toBeNull();
  });

  it('raises a false alarm at 1 % in about 1 of 100 noises, also where neighbours are alike', () => {
    const random = new Random(4, 0);
    for (const memory of [0, 0.4]) {
      let alarms = 0;
      for (let run = 0; run < 1000; run++) {
        let last = 0;
        const values = Array.from({ length: 20 }, () => {
          last = memory * last + random.uniform() - 0.5;
          return last;
        });
        if (Math.abs(trendOf(values)?.z ?? 0) > 2.576) alarms++;
      }
      expect(alarms).toBeLessThan(memory === 0 ? 25 : 60);
    }
  });

  it('measures autocorrelation at lag 1', () => {
    expect(autocorrelation([1, -1, 1, -1, 1, -1, 1, -1])).toBeLessThan(-0.8);
    expect(autocorrelation([1, 1, 1, 1, -1, -1, -1, -1])).toBeGreaterThan(0.5);
    expect(autocorrelation([3, 3, 3])).toBe(0);
  });
});
