import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isObject, listOf, objectOf, textOf } from './json-value.ts';

it('takes any value as itself where it is what is wanted, and as an empty one where it is not', () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.anything()), (value) => {
      const empties: unknown[] = [];
      for (const taken of [objectOf(value), listOf(value), textOf(value)]) {
        if (Object.is(taken, value)) continue;
        empties.push(taken);
        expect(Object.keys(taken as object)).toEqual([]);
      }
      // It is one of the three at most: a list is no object.
      expect(empties.length).toBeGreaterThanOrEqual(2);
      expect(isObject(value)).toBe(Object.is(objectOf(value), value));
    }),
  );
});
