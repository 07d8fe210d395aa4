import { expect, it } from 'vitest';
import { meanRatio } from './statistics.ts';

it('takes the mean of ratios so that the one of the inverse is its inverse', () => {
  const [first, second] = [
    [1, 4, 2],
    [2, 2, 2],
  ];
  const { mean, low, high } = meanRatio(first, second);
  const inverse = meanRatio(second, first);
  expect(mean).toBeCloseTo(1, 12);
  expect(inverse.low).toBeCloseTo(1 / high, 12);
  expect(inverse.high).toBeCloseTo(1 / low, 12);
});

it('has the interval of Student’s distribution', () => {
  // ln 2, 0, −ln 2: standard deviation ln 2; t(0.975, 2) = 4.3027.
  const half = (4.3027 * Math.log(2)) / Math.sqrt(3);
  const { low, high } = meanRatio([2, 1, 0.5], [1, 1, 1]);
  expect(Math.log(high)).toBeCloseTo(half, 4);
  expect(Math.log(low)).toBeCloseTo(-half, 4);
});

it('says exactly what pairs say that are all in one ratio', () => {
  const { mean, low, high } = meanRatio([3, 6, 9], [2, 4, 6]);
  for (const value of [mean, low, high]) expect(value).toBeCloseTo(1.5, 12);
});
