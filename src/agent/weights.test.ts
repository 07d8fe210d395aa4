import fc from 'fast-check';
import { expect, it } from 'vitest';
import { planFixture } from '../core/plan.fixture.ts';
import { shareOf, weightedPart } from '../core/segment.ts';
import { count } from '../core/units.ts';
import { open, rates } from '../load/stages.fixture.ts';
import { segmentOf, takersOf, weightsOf } from './weights.ts';

const WHOLE = { index: 0, count: 1 };
const planWith = (maxInFlight: number, limit: number | null = null) => ({
  load: open(rates([10, 5, 5]), 'uniform', maxInFlight),
  connections: { ...planFixture().connections, limit: limit === null ? null : count(limit) },
});

it('weighs agents by hundredths of what the strongest can do, and nobody with nothing', () => {
  expect(weightsOf([30_000, 60_000, 100])).toEqual([50, 100, 1]);
  expect(weightsOf([7, 7])).toEqual([100, 100]);
});

it('takes all agents, unless one could have no request under way, or no connection: the weakest are left out', () => {
  const nobodyHasNone = fc.property(
    fc.integer({ min: 1, max: 40 }),
    fc.option(fc.integer({ min: 1, max: 40 })),
    fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 12 }),
    (most, limit, weights) => {
      const takers = takersOf(planWith(most, limit), WHOLE, weights);
      const own = takers.map((place) => weights[place] as number);
      const shares = own.map((_, index) => weightedPart(own, index));
      for (const total of [most, limit ?? most]) {
        expect(Math.min(...shares.map((part) => shareOf(total, part)))).toBeGreaterThan(0);
        expect(shares.reduce((sum, part) => sum + shareOf(total, part), 0)).toBe(total);
      }
      // Whoever is left out is no stronger than those who are not.
      const out = weights.filter((_, place) => !takers.includes(place));
      expect(Math.max(0, ...out)).toBeLessThanOrEqual(Math.min(...own));
    },
  );
  fc.assert(nobodyHasNone);
  expect(takersOf(planWith(10_000), WHOLE, [100, 1, 50])).toEqual([0, 1, 2]);
  expect(takersOf(planWith(2), WHOLE, [1, 1, 1])).toEqual([0, 1]);
});

it('each agent finds its own part, and together they are the whole, which may be a part itself', () => {
  const message = {
    weights: [3, 1, 2],
    whole: { index: 1, count: 2 },
    agents: { a: { index: 0, threads: 1 }, b: { index: 1, threads: 1 }, c: { index: 2, threads: 4 } },
  };
  const parts = ['a', 'b', 'c'].map((name) => segmentOf(message, name) ?? WHOLE);
  const owners = (n: number): number => parts.filter((part) => shareOf(n + 1, part) > shareOf(n, part)).length;
  expect(Array.from({ length: 24 }, (_, n) => owners(n))).toEqual(Array.from({ length: 24 }, (_, n) => n % 2));
  expect(parts.map((part) => shareOf(1_200, part))).toEqual([300, 100, 200]);
  expect(segmentOf(message, 'stranger')).toBeNull();
});
