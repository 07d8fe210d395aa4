import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DataSource } from '../core/plan.ts';
import { numberAt, partOf, weightedPart } from '../core/segment.ts';
import { count } from '../core/units.ts';
import { createRowOrder } from './row-order.ts';
import { positionIn, rowsOfPart } from './row-part.ts';

const cases = fc.record({
  rows: fc.integer({ min: 1, max: 60 }),
  weights: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 9 }),
  order: fc.constantFrom('sequential', 'shuffled', 'once', 'per-user'),
  maxRequests: fc.option(fc.integer({ min: 1, max: 120 })),
  seed: fc.integer({ min: 0, max: 1e6 }),
});

interface Case {
  readonly rows: number;
  readonly order: string;
  readonly maxRequests: number | null;
  readonly seed: number;
}

const planOf = ({ rows, order, maxRequests, seed }: Case) => {
  const data = { file: 'rows.csv', format: 'csv', order, rows: count(rows) } as DataSource;
  return { data, seed, maxRequests: maxRequests === null ? null : count(maxRequests) };
};

it('has, for each request of a part, the row that it has in the whole', () => {
  fc.assert(
    fc.property(cases, fc.integer({ min: 1, max: 3 }), (made, threads) => {
      const plan = planOf(made);
      const order = createRowOrder(plan.data, plan.seed);
      const ofUsers = made.order === 'per-user';
      const most = Math.min(ofUsers ? made.rows : (made.maxRequests ?? 150), made.order === 'once' ? made.rows : 150);
      for (const agent of made.weights.keys()) {
        const segment = weightedPart(made.weights, agent);
        const own = rowsOfPart(plan, segment);
        if (own === null) continue;
        const at = positionIn(own.part, plan.data);
        for (let thread = 0; thread < threads; thread++) {
          const part = partOf(segment, thread, threads);
          for (let k = 0; numberAt(part, k) < most; k++) {
            const n = numberAt(part, k);
            // Of a user whatever number its request has.
            const [index, user] = ofUsers ? [7 * n + 3, n] : [n, -1];
            expect(at(index, user)).toBeLessThan(own.rows);
            expect(own.rowAt(at(index, user))).toBe(order(index, user));
          }
        }
      }
    }),
  );
});

it.each(['once', 'per-user'])('divides rows that are used once, or by one, exactly: %s', (order) => {
  fc.assert(
    fc.property(cases, (made) => {
      const plan = planOf({ ...made, order, maxRequests: null });
      const parts = made.weights.map((_, agent) => rowsOfPart(plan, weightedPart(made.weights, agent)));
      fc.pre(made.weights.length > 1);
      const all = parts.flatMap((own) => Array.from({ length: own?.rows ?? 0 }, (_, k) => own?.rowAt(k)));
      expect(all.sort((a = 0, b = 0) => a - b)).toEqual(Array.from({ length: made.rows }, (_, row) => row));
    }),
  );
});

it('gives no request the row of another part', () => {
  const at = positionIn({ index: 1, count: 3 }, { rows: count(30), order: 'sequential' });
  expect([at(1), at(4), at(31)]).toEqual([0, 1, 0]);
  expect(() => at(2)).toThrow('request 2 is of another part of the rows');
  const ofUser = positionIn({ index: 1, count: 3 }, { rows: count(30), order: 'per-user' });
  expect([ofUser(2, 1), ofUser(0, 4), ofUser(9)]).toEqual([0, 1, 0]);
  expect(() => ofUser(1, 2)).toThrow('user 2 is of another part of the rows');
});
