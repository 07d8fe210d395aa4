import { describe, expect, it } from 'vitest';
import type { Distribution } from '../core/plan.ts';
import { millis } from '../core/units.ts';
import { draw, drawAll, randomOfStep, randomOfUser } from './pauses.ts';

function sample(distribution: Distribution, user = 0, many = 10_000): number[] {
  const random = randomOfUser(1, user);
  return Array.from({ length: many }, () => draw(distribution, random));
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('pauses', () => {
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

  it('is lognormal: of that mean and that deviation, and never below 0', () => {
    const times = sample({ kind: 'lognormal', mean: millis(10), deviation: millis(5) }, 0, 40_000);
    const deviation = Math.sqrt(mean(times.map((time) => (time - mean(times)) ** 2)));
    expect(Math.abs(mean(times) - 10_000)).toBeLessThan(150);
    expect(Math.abs(deviation - 5_000)).toBeLessThan(250);
    expect(Math.min(...times)).toBeGreaterThan(0);
    const median = [...times].sort((a, b) => a - b)[20_000] as number;
    expect(Math.abs(median - 10_000 / Math.sqrt(1.25))).toBeLessThan(150);
  });

  it('of several in turn are added up', () => {
    const both = [
      { kind: 'constant', value: millis(5) },
      { kind: 'uniform', min: millis(1), max: millis(2) },
    ] as const;
    const sum = drawAll(both, () => randomOfUser(1, 0));
    expect(sum).toBe(5_000 + draw(both[1], randomOfUser(1, 0)));
  });

  it('of several in turn are drawn one after the other, also by who makes their numbers anew for each step', () => {
    const same = { kind: 'uniform', min: millis(1), max: millis(2) } as const;
    const random = randomOfStep(1, 5, 2);
    const both = draw(same, random) + draw(same, random);
    expect(drawAll([same, same], () => randomOfStep(1, 5, 2))).toBe(both);
  });

  it('before a step are those of the arrival and the step, whoever asks', () => {
    const at = (index: number, step: number): number => randomOfStep(1, index, step).uniform();
    expect(at(5, 1)).toBe(at(5, 1));
    expect(new Set([at(5, 1), at(5, 2), at(6, 1), at(6, 2)]).size).toBe(4);
  });

  it('gives each user its own times, always the same', () => {
    const distribution: Distribution = { kind: 'exponential', mean: millis(10) };
    expect(sample(distribution, 1, 5)).toEqual(sample(distribution, 1, 5));
    expect(sample(distribution, 1, 5)).not.toEqual(sample(distribution, 2, 5));
  });
});
