import { expect, it } from 'vitest';
import { contradictionIn } from './contradiction.ts';

const withField = (field: object): object => ({ type: 'object', required: ['x'], properties: { x: field } });

it.each([
  [{ type: 'integer', minimum: 5, maximum: 3 }, '$.x: at least 5 and at most 3'],
  [{ type: 'number', exclusiveMinimum: 1, maximum: 1 }, '$.x: above 1 and below 1'],
  [{ type: 'string', minLength: 9, maxLength: 2 }, '$.x: at least 9 and at most 2 characters'],
  [{ type: 'array', minItems: 2, items: { enum: [] } }, '$.x[*]: one of none'],
  [{ allOf: [{ minItems: 4 }, { maxItems: 1 }] }, '$.x: at least 4 and at most 1 elements'],
  [withField({ $ref: '#/bad' }), '$.x.x: at least 2 and at most 1'],
])('%j is satisfied by nothing', (field, says) => {
  expect(contradictionIn(withField(field), { bad: { minimum: 2, maximum: 1 } })).toBe(says);
});

it('what may be left out, or is right, is none', () => {
  expect(contradictionIn({ properties: { x: { minimum: 5, maximum: 3 } } }, {})).toBeNull();
  expect(contradictionIn(withField({ type: 'number', minimum: 3, maximum: 3, pattern: '^a+$' }), {})).toBeNull();
  expect(contradictionIn({ type: 'array', items: { enum: [] } }, {})).toBeNull();
});

it('one that contains itself ends', () => {
  const root = { n: { type: 'object', required: ['a', 'b'], properties: { a: { $ref: '#/n' }, b: { $ref: '#/n' } } } };
  expect(contradictionIn({ $ref: '#/n' }, root)).toBeNull();
});
