import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planFixture } from '../core/plan.fixture.ts';
import type { Segment } from '../core/segment.ts';
import { shareOf } from '../core/segment.ts';
import { count } from '../core/units.ts';
import { partsOf } from './shares.ts';
import { open, rates } from './stages.fixture.ts';

const planWith = (maxInFlight: number, limit: number | null) =>
  planFixture({
    load: open(rates([10, 5, 5]), 'uniform', maxInFlight),
    connections: {
      limit: limit === null ? null : count(limit),
      maxAge: null,
      dnsTtl: planFixture().connections.dnsTtl,
    },
  });

describe('parts of a load', () => {
  const cap = fc.integer({ min: 1, max: 2_000 });
  it('divide caps exactly, each with one of everything, and every request in one part', () => {
    fc.assert(
      fc.property(
        cap,
        fc.option(cap),
        fc.integer({ min: 1, max: 1_000 }),
        fc.integer({ min: 1, max: 4 }),
        (most, limit, agents, threads) => {
          const plan = planWith(most, limit);
          const parts: Segment[] = partsOf(plan, { index: 0, count: 1 }, agents).flatMap((own) =>
            partsOf(plan, own, threads),
          );
          for (const total of [most, limit ?? most]) {
            const shares = parts.map((part) => shareOf(total, part));
            expect(Math.min(...shares)).toBeGreaterThan(0);
            expect(shares.reduce((sum, share) => sum + share, 0)).toBe(total);
          }
          const owners = (request: number) => parts.filter((part) => request % part.count === part.index).length;
          for (const request of [0, 1, 7, 100, 12_345]) expect(owners(request)).toBe(1);
        },
      ),
    );
  });
});
