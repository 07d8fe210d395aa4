import { describe, expect, it } from 'vitest';
import { truthOf } from './truth.ts';

const calm = { service: 'fixed', mean: 10, slots: 20, stall: null, rate: 1_000, seconds: 3 } as const;

describe('truthOf', () => {
  it('is the service time where nobody waits', () => {
    for (const { middle, low, high } of truthOf(calm)) {
      expect(middle).toBeCloseTo(10, 6);
      expect(low).toBe(high);
    }
  });

  it('grows with the backlog in an overload', () => {
    // 200 of 1,000 a second stay behind, and 800 are served: request n has waited n · (1/800 − 1/1000) s.
    const [p50, , p99] = truthOf({ ...calm, slots: 8, seconds: 4 });
    expect(p50?.middle).toBeGreaterThan(500);
    expect(p50?.middle).toBeLessThan(515);
    expect(p99?.middle).toBeGreaterThan(990);
    expect(p99?.middle).toBeLessThan(1_010);
  });

  it('follows the stall: who comes at its beginning waits for all of it', () => {
    const [p50, p95, p99] = truthOf({
      ...{ service: 'fixed', mean: 0.001, slots: 1, rate: 1_000, seconds: 100 },
      stall: { frozen: 1_000, period: 10_000 },
    });
    expect(p50?.middle).toBeLessThan(1);
    // q_p = D · (1 − (1 − p) · P / D), for next to no service time.
    expect(p95?.middle).toBeCloseTo(500, -1);
    expect(p99?.middle).toBeCloseTo(900, -1);
  });

  it('agrees with the theory of the D/M/1 queue', () => {
    const [mean, rate] = [8, 100];
    // The sojourn is exponential with rate μ(1 − σ), σ = exp(−μ(1 − σ)/λ) (Kleinrock, Queueing Systems I, 6.4).
    const load = (rate * mean) / 1e3;
    let sigma = 0.5;
    for (let i = 0; i < 1_000; i++) sigma = Math.exp(-(1 - sigma) / load);
    const slowest = mean / (1 - sigma);
    const truth = truthOf({ service: 'exp', mean, slots: 1, stall: null, rate, seconds: 200 });
    for (const [index, p] of [0.5, 0.95, 0.99].entries()) {
      const expected = -slowest * Math.log(1 - p);
      expect((truth[index]?.middle ?? 0) / expected).toBeGreaterThan(0.95);
      expect((truth[index]?.middle ?? 0) / expected).toBeLessThan(1.05);
      expect(truth[index]?.low).toBeLessThan(expected);
      expect(truth[index]?.high).toBeGreaterThan(expected);
    }
  });
});
