import { expect, it } from 'vitest';
import { meanOf } from './average.ts';
import { studentQuantile } from './distributions.ts';
import { uncertaintyWith } from './long-run.ts';
import { randomOf } from './random.fixture.ts';

/** First-order autoregression around 0.5, stationary, of variance 0.01. */
function series(random: () => number, m: number, kept: number): number[] {
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  let state = normal();
  return Array.from({ length: m }, () => {
    const value = 0.5 + 0.1 * state;
    state = kept * state + Math.sqrt(1 - kept ** 2) * normal();
    return value;
  });
}

const equal = (m: number): number[] => new Array<number>(m).fill(50);

/** How often the interval holds the truth, and how wide it is beside Student's of independent values. */
function trial(m: number, kept: number): { covered: number; ratio: number } {
  const random = randomOf(1000 * m + Math.round(100 * kept));
  const of = uncertaintyWith(equal(m));
  const runs = 400;
  let covered = 0;
  let ratio = 0;
  for (let run = 0; run < runs; run++) {
    const values = series(random, m, kept);
    const half = of(values);
    if (Math.abs(meanOf(values) - 0.5) <= half) covered++;
    const variance = values.reduce((sum, value) => sum + (value - meanOf(values)) ** 2, 0) / (m - 1);
    ratio += half / (studentQuantile(0.975, m - 1) * Math.sqrt(variance / m)) / runs;
  }
  return { covered: covered / runs, ratio };
}

it.each([
  [20, 0, 0.95],
  [20, 0.5, 0.89],
  // The run is no longer than five time constants: that an interval has no upper end then is for `batchIntervals` to say.
  [20, 0.8, 0.8],
  [10, 0, 0.95],
  [10, 0.5, 0.85],
  [5, 0, 0.95],
])('%i batches that keep %f of their neighbour are covered in %f at least', (m, kept, least) => {
  expect(trial(m, kept).covered).toBeGreaterThanOrEqual(least);
});

it('costs independent batches little', () => {
  expect(trial(20, 0).ratio).toBeLessThan(1.6);
});

it('is in the unit of the values, and nothing where they are equal', () => {
  const values = series(randomOf(3), 20, 0.3);
  const of = uncertaintyWith(equal(20));
  const half = of(values);
  expect(of(values.map((value) => 0.1 * value + 3))).toBeCloseTo(0.1 * half, 6);
  expect(of(new Array<number>(20).fill(0.95))).toBe(0);
});

it('weighs batches by their sizes', () => {
  const values = [0.5, 0.52, 0.48, 0.51, 0.49, 0.5, 0.51, 0.49, 0.5, 0.1];
  const small = uncertaintyWith([...equal(9), 1])(values);
  expect(small).toBeLessThan(uncertaintyWith(equal(10))(values) / 2);
});
