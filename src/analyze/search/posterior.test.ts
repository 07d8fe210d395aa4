import { describe, expect, it } from 'vitest';
import type { Margin } from './level.ts';
import type { MarginModel, MarginPoint } from './margin.ts';
import { posteriorOf } from './posterior.ts';

const MODEL: MarginModel = {
  shape: 'queue',
  errors: false,
  capacity: { x: Math.log(100), deviation: 0.06, reached: true },
  variability: 1,
  allowed: 0.05,
  low: Math.log(1),
  high: Math.log(300),
};
const TRUTH = 70.04;

/** As many slow requests as M/M/1 has in the mean, μ = 100/s, p95 ≤ 100 ms, in 20 batches alike. */
const exact = (rate: number, n: number, order = 0): MarginPoint => {
  return {
    x: Math.log(rate),
    order,
    margin: counted(n * Math.exp(-(100 - rate) * 0.1), n, Math.log(Math.log(20) / (100 - rate) / 0.1)),
  };
};
const counted = (bad: number, n: number, y: number | null): Margin => {
  const batches = Array.from({ length: 20 }, () => ({ bad: bad / 20, n: n / 20 }));
  return { kind: 'share', share: { bad, n, batches }, y, scatter: null };
};
const loadAt = (posterior: ReturnType<typeof posteriorOf>, p: number): number => Math.exp(posterior.quantile(p));

describe('the posterior of a limit', () => {
  it('is wide without levels, and follows the capacity that was seen', () => {
    const posterior = posteriorOf([], MODEL);
    expect(loadAt(posterior, 0.025)).toBeLessThan(40);
    expect(loadAt(posterior, 0.975)).toBeGreaterThan(90);
  });

  it('holds the truth, and closes in with every level', () => {
    const few = posteriorOf(
      [50, 65].map((rate) => exact(rate, 500)),
      MODEL,
    );
    const many = posteriorOf(
      [50, 60, 65, 68, 70, 72, 75].map((rate) => exact(rate, 20_000)),
      MODEL,
    );
    const width = (one: typeof few): number => loadAt(one, 0.975) - loadAt(one, 0.025);
    for (const one of [few, many]) {
      expect(loadAt(one, 0.025)).toBeLessThan(TRUTH);
      expect(loadAt(one, 0.975)).toBeGreaterThan(TRUTH);
    }
    expect(width(many)).toBeLessThan(0.4 * width(few));
    expect(loadAt(many, 0.5)).toBeCloseTo(TRUTH, -0.5);
  });

  it('has a distribution function that fits its quantiles', () => {
    const posterior = posteriorOf(
      [60, 75].map((rate) => exact(rate, 1000)),
      MODEL,
    );
    for (const p of [0.05, 0.3, 0.5, 0.9]) expect(posterior.cdf(posterior.quantile(p))).toBeCloseTo(p, 6);
    expect(posterior.cdf(MODEL.low)).toBe(0);
    expect(posterior.cdf(MODEL.high + 1)).toBe(1);
  });

  it('brackets a cliff between what passes and what is overloaded', () => {
    const flat = counted(0, 5000, Math.log(0.31));
    const points = [40, 60, 80, 88].map((rate) => ({ x: Math.log(rate), order: 0, margin: flat }));
    const over = [100, 95, 92].map((rate) => ({ x: Math.log(rate), order: 0, margin: { kind: 'above' } as const }));
    const posterior = posteriorOf([...points, ...over], { ...MODEL, capacity: null });
    expect(loadAt(posterior, 0.5)).toBeGreaterThan(85);
    expect(loadAt(posterior, 0.5)).toBeLessThan(96);
    expect(posterior.shape).toBeLessThan(0.03);
  });

  it('survives one level that is wrong', () => {
    const wrong = counted(600, 2000, 1.2);
    const good = [50, 60, 66, 70, 73, 76].map((rate) => exact(rate, 3000));
    const posterior = posteriorOf([...good, { x: Math.log(45), order: 0, margin: wrong }], MODEL);
    expect(loadAt(posterior, 0.025)).toBeLessThan(TRUTH);
    expect(loadAt(posterior, 0.975)).toBeGreaterThan(TRUTH);
  });

  /** Levels of a target whose capacity is off by these shares, in their order of time. */
  const wandering = (...shares: number[]): MarginPoint[] =>
    shares.map((share, order) => {
      const rate = [66, 74, 70][order % 3] as number;
      return { ...exact(rate / (1 + share), 1e6), x: Math.log(rate), order };
    });
  const widthOf = (points: readonly MarginPoint[]): number => {
    const posterior = posteriorOf(points, MODEL);
    return loadAt(posterior, 0.975) / loadAt(posterior, 0.025) - 1;
  };

  it('learns how far a target wanders from level to level', () => {
    const steady = widthOf(wandering(0, 0, 0, 0, 0, 0, 0, 0, 0));
    const little = widthOf(wandering(0.02, -0.02, 0.01, -0.02, 0.02, 0, -0.01, 0.02, -0.02));
    const far = widthOf(wandering(0.1, -0.1, 0.06, -0.08, 0.09, 0, -0.06, 0.08, -0.09));
    expect(little).toBeGreaterThan(1.2 * steady);
    expect(far).toBeGreaterThan(2 * little);
    // Nine levels of 8 % each: 8 % / √9 either way, twice.
    expect(far).toBeGreaterThan(0.1);
  });

  it('finds what is far smaller than the range it looks at', () => {
    expect(widthOf(wandering(0, 0, 0, 0, 0, 0, 0, 0, 0))).toBeLessThan(0.02);
  });

  it('takes levels that were slow one after the other for less than as many at random', () => {
    const mixed = widthOf(wandering(0.08, -0.08, 0.08, -0.08, 0.08, -0.08, 0.08, -0.08, 0.08, -0.08, 0.08, -0.08));
    const inTurn = widthOf(wandering(0.08, 0.08, 0.08, 0.08, 0.08, 0.08, -0.08, -0.08, -0.08, -0.08, -0.08, -0.08));
    expect(inTurn).toBeGreaterThan(1.1 * mixed);
  });

  it('reads error shares', () => {
    const model: MarginModel = { ...MODEL, shape: 'power', errors: true, capacity: null, allowed: 0.01 };
    // share = 1 % at 70/s, growing with the 8th power.
    const points = [40, 55, 65, 75, 85].map((rate) => {
      const failed = Math.round(10_000 * 0.01 * (rate / 70) ** 8);
      return { x: Math.log(rate), order: 0, margin: counted(failed, 10_000, null) };
    });
    const posterior = posteriorOf(points, model);
    expect(loadAt(posterior, 0.5)).toBeGreaterThan(67);
    expect(loadAt(posterior, 0.5)).toBeLessThan(73);
  });

  it('tells errors that are there at any load from those that grow', () => {
    const model: MarginModel = { ...MODEL, shape: 'power', errors: true, capacity: null, allowed: 0.01 };
    const neverAt = (share: (rate: number) => number): number => {
      const points = [5, 20, 40, 60, 80].map((rate, order) => {
        return { x: Math.log(rate), order, margin: counted(Math.round(2_000 * share(rate)), 2_000, null) };
      });
      return posteriorOf(points, model).never;
    };
    expect(neverAt(() => 0.02)).toBeGreaterThan(0.95);
    expect(neverAt(() => 0.003)).toBeLessThan(0.05);
    expect(neverAt((rate) => 0.02 * (rate / 70) ** 4)).toBeLessThan(0.05);
  });

  it('draws the curve through the limit at the estimate', () => {
    const posterior = posteriorOf(
      [50, 60, 70, 75].map((rate) => exact(rate, 5000)),
      MODEL,
    );
    const { mean, low, high } = posterior.curve(posterior.quantile(0.5));
    expect(mean).toBeCloseTo(0, 1);
    expect(low).toBeLessThan(mean);
    expect(high).toBeGreaterThan(mean);
  });
});
