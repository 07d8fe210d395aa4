import { expect, it } from 'vitest';
import { rankScore } from './rank-test.ts';

it('is that of the textbook, and the other way round its negative', () => {
  // U = 9 of 9: all of the first are above; its mean is 4.5, its deviation √(3·3·7/12).
  expect(rankScore([4, 5, 6], [1, 2, 3])).toBeCloseTo(4.5 / Math.sqrt(5.25), 12);
  expect(rankScore([1, 2, 3], [4, 5, 6])).toBeCloseTo(-4.5 / Math.sqrt(5.25), 12);
  expect(rankScore([1, 2, 3], [1, 2, 3])).toBe(0);
  expect(rankScore([7, 7], [7, 7, 7])).toBe(0);
  expect(rankScore([], [1])).toBe(0);
});
