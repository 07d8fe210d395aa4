import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fewLooks, growingLooks } from './looks.ts';

it('looks after five pairs, and at the end', () => {
  expect(fewLooks(5).at).toEqual([5]);
  expect(fewLooks(10).at).toEqual([5, 10]);
  expect(growingLooks(3).at).toEqual([5]);
  expect(growingLooks(5).at).toEqual([5]);
  expect(growingLooks(6).at).toEqual([6]);
  expect(growingLooks(20).at).toEqual([5, 8, 12, 20]);
  expect(growingLooks(100).at).toEqual([5, 8, 12, 18, 27, 41, 62, 100]);
});

it('may miss 5 % in all looks together, wherever an early end puts the last one', () => {
  const most = fc.integer({ min: 1, max: 200 });
  fc.assert(
    fc.property(most, fc.integer({ min: 1, max: 200 }), fc.boolean(), (pairs, end, growing) => {
      const { at, confidenceAt } = growing ? growingLooks(pairs) : fewLooks(pairs);
      expect([...at].sort((a, b) => a - b)).toEqual(at);
      const last = Math.min(end, at.at(-1) ?? 0);
      const looks = [...at.filter((pair) => pair < last), last];
      const missed = looks.reduce((sum, pair) => sum + 1 - confidenceAt(pair), 0);
      expect(missed).toBeLessThanOrEqual(0.05 + 1e-9);
    }),
  );
});
