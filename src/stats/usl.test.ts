import { describe, expect, it } from 'vitest';
import { fitScalability, type ScalabilityPoint } from './usl.ts';

const law = (gamma: number, sigma: number, kappa: number, noise: readonly number[] = []): ScalabilityPoint[] =>
  [1, 2, 4, 8, 16, 32, 64, 128].map((users, i) => ({
    users,
    perSec: ((gamma * users) / (1 + sigma * (users - 1) + kappa * users * (users - 1))) * (1 + (noise[i] ?? 0)),
    relativeError: 0.01,
  }));

describe('the scalability law', () => {
  it('is found again exactly where there is no noise', () => {
    const fit = fitScalability(law(100, 0.05, 0.0004));
    expect(fit?.gamma).toBeCloseTo(100, 2);
    expect(fit?.sigma).toBeCloseTo(0.05, 4);
    expect(fit?.kappa).toBeCloseTo(0.0004, 6);
    expect(fit?.peak?.estimate).toBeCloseTo(Math.sqrt(0.95 / 0.0004), 0);
  });

  it('has an interval around the peak that grows with the noise', () => {
    const noise = [0.01, -0.01, 0.005, 0.01, -0.008, 0.006, -0.01, 0.004];
    const peak = fitScalability(law(100, 0.05, 0.0004, noise))?.peak;
    const [low, high] = peak?.interval ?? [0, 0];
    expect(low).toBeLessThan(48.7);
    expect(high).toBeGreaterThan(48.7);
    const louder = fitScalability(
      law(
        100,
        0.05,
        0.0004,
        noise.map((one) => 4 * one),
      ),
    )?.peak?.interval;
    expect((louder?.[1] ?? 0) - (louder?.[0] ?? 0)).toBeGreaterThan((high ?? 0) - low);
  });

  it('has no peak where throughput only levels off', () => {
    const fit = fitScalability(law(100, 0.05, 0, [0.01, -0.01, 0.005, 0.01, -0.008, 0.006, -0.01, 0.004]));
    expect(fit?.peak).toBeNull();
    expect((fit?.gamma ?? 0) / (fit?.sigma ?? 1)).toBeGreaterThan(1_800);
    expect((fit?.gamma ?? 0) / (fit?.sigma ?? 1)).toBeLessThan(2_200);
  });

  it('has no peak where it grows in proportion, nor fewer than five points', () => {
    expect(fitScalability(law(100, 0, 0))?.peak).toBeNull();
    expect(fitScalability(law(100, 0.05, 0.0004).slice(0, 4))).toBeNull();
  });
});
