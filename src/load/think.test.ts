import { describe, expect, it } from 'vitest';
import type { Distribution } from '../core/plan.ts';
import { millis } from '../core/units.ts';
import { ThinkTimes } from './think.ts';

function sample(distribution: Distribution, user = 0, many = 10_000): number[] {
  const think = new ThinkTimes(distribution, 1, user);
  return Array.from({ length: many }, () => think.next());
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('ThinkTimes', () => {
  it('is the constant', () => {
    expect(sample({ kind: 'constant', value: millis(5) }, 0, 3)).toEqual([5_000, 5_000, 5_000]);
  });

  it('is uniform between its bounds', () => {
    const times = sample({ kind: 'uniform', min: millis(10), max: millis(30) });
    expect(Math.min(...times)).toBeGreaterThanOrEqual(10_000);
    expect(Math.min(...times)).toBeLessThan(10_100);
    expect(Math.max(...times)).toBeLessThanOrEqual(30_000);
    expect(Math.max(...times)).toBeGreaterThan(29_900);
    expect(Math.abs(mean(times) - 20_000)).toBeLessThan((3 * 20_000) / Math.sqrt(12 * 10_000));
  });

  it('is exponential: as much spread as mean', () => {
    const times = sample({ kind: 'exponential', mean: millis(10) });
    const deviation = Math.sqrt(mean(times.map((time) => (time - mean(times)) ** 2)));
    expect(Math.abs(mean(times) - 10_000)).toBeLessThan(300);
    expect(Math.abs(deviation - 10_000)).toBeLessThan(500);
  });

  it('gives each user its own times, always the same', () => {
    const distribution: Distribution = { kind: 'exponential', mean: millis(10) };
    expect(sample(distribution, 1, 5)).toEqual(sample(distribution, 1, 5));
    expect(sample(distribution, 1, 5)).not.toEqual(sample(distribution, 2, 5));
  });
});
