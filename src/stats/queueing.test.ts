import { describe, expect, it } from 'vitest';
import {
  closedMva,
  erlangC,
  mg1MeanWait,
  mm1kLoss,
  mm1LimitRate,
  mm1Quantile,
  mmcQuantile,
  mmcTail,
  stallQuantile,
  twoPointQuantile,
} from './queueing.ts';

const P = [0.5, 0.95, 0.99] as const;
const inMs = (values: readonly number[]): number[] => values.map((value) => value * 1000);

describe('closed forms', () => {
  // Service 20 ms; p50, p95, p99 in ms, cross-checked by simulations of 600,000 requests.
  it.each([
    [0.3, [19.8, 85.59, 131.58], [14.16, 60.32, 92.51], [20.0, 41.42, 57.82]],
    [0.7, [46.21, 199.72, 307.01], [20.57, 75.05, 109.85], [34.6, 102.06, 149.71]],
    [0.9, [138.63, 599.15, 921.03], [45.09, 163.31, 243.86], [80.26, 302.57, 457.93]],
  ])('at ρ = %f', (rho, mm1, mm4, md1) => {
    const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 1));
    expect(inMs(P.map((p) => mm1Quantile(p, rho * 50, 50)))).toEqual(near(mm1));
    expect(inMs(P.map((p) => mmcQuantile(p, 4, rho * 200, 50)))).toEqual(near(mm4));
    expect(inMs(P.map((p) => twoPointQuantile(p, rho * 50, 0.02)))).toEqual(near(md1));
  });

  it('are exact where the distribution jumps: who need not wait takes his own service time', () => {
    expect(twoPointQuantile(0.5, 30, 0.01)).toBe(0.01);
    expect(twoPointQuantile(0.2, 30, 0.005, 0.03, 0.2)).toBe(0.005);
  });

  it('M/M/c with one server is M/M/1, also where c − 1 equals the load', () => {
    expect(mmcQuantile(0.95, 1, 70, 100)).toBeCloseTo(mm1Quantile(0.95, 70, 100), 9);
    expect(erlangC(1, 70, 100)).toBeCloseTo(0.7, 12);
    expect(mmcTail(0.03, 3, 200, 100)).toBeCloseTo(mmcTail(0.03, 3, 200.0001, 100), 5);
  });

  it('the limit rate undoes the quantile', () => {
    const rate = mm1LimitRate(0.95, 100, 0.1);
    expect(rate).toBeCloseTo(70.04, 2);
    expect(mm1Quantile(0.95, rate, 100)).toBeCloseTo(0.1, 12);
    expect(mm1LimitRate(0.95, 100, 0.001)).toBe(0);
  });

  it('the two-point service at equal times is deterministic, and its mean wait follows Pollaczek and Khinchine', () => {
    expect(twoPointQuantile(0.9, 60, 0.01, 0.01, 0.5)).toBeCloseTo(twoPointQuantile(0.9, 60, 0.01), 9);
    const quantiles = Array.from({ length: 999 }, (_, i) => twoPointQuantile((i + 1) / 1000, 60, 0.005, 0.03, 0.2));
    const mean = quantiles.reduce((sum, value) => sum + value, 0) / 999;
    const secondMoment = 0.8 * 0.005 ** 2 + 0.2 * 0.03 ** 2;
    // The last thousandth is left out: up to 1 % of the mean.
    expect(mean / (0.01 + mg1MeanWait(60, 0.01, secondMoment))).toBeCloseTo(1, 1);
  });

  it('loss of M/M/1/K: all states equally likely at ρ = 1, and 1 − 1/ρ far above', () => {
    expect(mm1kLoss(100, 100, 9)).toBeCloseTo(0.1, 12);
    expect(mm1kLoss(200, 100, 50)).toBeCloseTo(0.5, 9);
    expect(mm1kLoss(50, 100, 1)).toBeCloseTo(1 / 3, 12);
  });

  it('exact mean value analysis of the closed model', () => {
    const [one, two, sixteen] = [1, 2, 16].map((users) => closedMva(users, 0.02, 0.1));
    expect(one).toEqual({ perSec: expect.closeTo(8.333, 3), response: expect.closeTo(0.02, 9) });
    expect(two).toEqual({ perSec: expect.closeTo(16.216, 3), response: expect.closeTo(0.02333, 5) });
    expect(sixteen).toEqual({ perSec: expect.closeTo(50, 2), response: expect.closeTo(0.22, 3) });
  });

  it('stalls', () => {
    expect(stallQuantile(0.95, 1, 10)).toBeCloseTo(0.5, 12);
    expect(stallQuantile(0.99, 1, 10)).toBeCloseTo(0.9, 12);
    expect(stallQuantile(0.5, 1, 10)).toBe(0);
  });

  it('refuses an unstable queue', () => {
    expect(() => mm1Quantile(0.5, 100, 100)).toThrow('unstable');
    expect(() => erlangC(4, 400, 100)).toThrow('unstable');
    expect(() => twoPointQuantile(0.5, 60, 0.01, 0.1, 0.2)).toThrow('unstable');
  });
});
