import fc from 'fast-check';
import { expect, it } from 'vitest';
import { partOf } from './plan.ts';

it('cuts a segment into parts, and these into parts, each request in one of them', () => {
  const few = fc.integer({ min: 1, max: 5 });
  fc.assert(
    fc.property(few, few, few, (agents, threads, more) => {
      const wholes = Array.from({ length: agents }, (_, index) => partOf({ index: 0, count: 1 }, index, agents));
      const parts = wholes
        .flatMap((whole) => Array.from({ length: threads }, (_, index) => partOf(whole, index, threads)))
        .flatMap((whole) => Array.from({ length: more }, (_, index) => partOf(whole, index, more)));
      for (let n = 0; n < 200; n++) expect(parts.filter(({ index, count }) => n % count === index)).toHaveLength(1);
    }),
  );
});
