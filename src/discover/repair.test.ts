import { describe, expect, it } from 'vitest';
import type { Json } from '../core/json-value.ts';
import { missingOutside, repaired } from './repair.ts';

const detail = (...list: object[]): string => JSON.stringify({ detail: list });
const better = (body: Json, text: string): Json | null => repaired(body, text, null);

describe("pydantic's details", () => {
  const cases: [string, Json, object, Json][] = [
    ['a missing field', {}, { loc: ['body', 'Term'], type: 'missing', msg: 'Field required' }, { Term: 1 }],
    [
      'a missing field, version 1',
      {},
      { loc: ['body', 'text'], type: 'value_error.missing', msg: 'field required' },
      { text: 'The quick brown fox jumps over the lazy dog.' },
    ],
    ['a wrong type', { a: 'x' }, { loc: ['body', 'a'], type: 'int_parsing', msg: '' }, { a: 1 }],
    ['one too many', { a: 1, b: 2 }, { loc: ['body', 'b'], type: 'extra_forbidden', msg: '' }, { a: 1 }],
    [
      'a choice',
      { a: 1 },
      { loc: ['body', 'a'], type: 'literal_error', msg: '', ctx: { expected: "'Y' or 'N'" } },
      { a: 'Y' },
    ],
    [
      'a number to choose',
      { a: 9 },
      { loc: ['body', 'a'], type: 'literal_error', msg: 'Input should be 0, 1 or 2', ctx: { expected: '0, 1 or 2' } },
      { a: 0 },
    ],
    ['a bound', { a: 1 }, { loc: ['body', 'a'], type: 'greater_than', msg: '', ctx: { gt: 5 } }, { a: 6 }],
    [
      'a short list',
      { a: [1] },
      { loc: ['body', 'a'], type: 'too_short', msg: '', ctx: { min_length: 3 } },
      { a: [1, 1, 1] },
    ],
    [
      'a pattern',
      { a: 'x' },
      { loc: ['body', 'a'], type: 'string_pattern_mismatch', msg: '', ctx: { pattern: '^[A-Z]{2}$' } },
      { a: 'AB' },
    ],
    [
      'a width in words',
      { a: [1] },
      { loc: ['body', 'a'], type: 'value_error', msg: 'Value error, expected 4 features' },
      { a: [1, 1, 1, 1] },
    ],
    [
      'a place in a list',
      { a: [{}, {}] },
      { loc: ['body', 'a', 1, 'b'], type: 'missing', msg: '' },
      { a: [{}, { b: 1 }] },
    ],
    [
      'a member of a union',
      { pet: {} },
      { loc: ['body', 'pet', 'Cat', 'lives'], type: 'missing', msg: '' },
      { pet: { lives: 1 } },
    ],
  ];
  it.each(cases)('put right: %s', (_, body, one, expected) => {
    expect(better(body, detail(one))).toEqual(expected);
  });

  it('of the query and the headers are told apart', () => {
    const text = detail(
      { loc: ['query', 'top'], type: 'missing', msg: '' },
      { loc: ['header', 'x-tenant'], type: 'missing', msg: '' },
    );
    expect(missingOutside(text)).toEqual([
      { place: 'query', name: 'top' },
      { place: 'header', name: 'x-tenant' },
    ]);
    expect(better({}, text)).toBeNull();
  });

  it('cannot make anything huge, nor reach a prototype', () => {
    const wide = detail({ loc: ['body', 'a'], type: 'too_short', msg: '', ctx: { min_length: 1e12 } });
    expect(((better({ a: [1] }, wide) as { a: Json[] }).a ?? []).length).toBeLessThanOrEqual(10_000);
    const long = detail({ loc: ['body', 'a'], type: 'string_too_short', msg: '', ctx: { min_length: 1e10 } });
    expect(better({ a: 'y' }, long)).toEqual({ a: `y${'x'.repeat(9_999)}` });
    expect(better([1], detail({ loc: ['body', 500_000_000], type: 'missing', msg: '' }))).toBeNull();
    expect(better([1], detail({ loc: ['body', 1], type: 'missing', msg: '' }))).toEqual([1, 1]);
    better({}, detail({ loc: ['body', '__proto__', 'admin'], type: 'missing', msg: '' }));
    expect(({} as { admin?: unknown }).admin).toBeUndefined();
  });
});

it('lists in lists do not multiply, whatever one error or many ask for', () => {
  const sizeOf = (value: unknown): number =>
    typeof value === 'object' && value !== null
      ? Object.values(value).reduce((sum: number, each) => sum + sizeOf(each), 1)
      : 1;
  const wide = Array.from({ length: 10_000 }, () => [1]);
  expect(sizeOf(better(wide, 'X has 1 features, but Model is expecting 10000 features as input'))).toBeLessThan(2e5);
  const long = { loc: ['body'], type: 'too_short', msg: '', ctx: { min_length: 10_000 } };
  expect(sizeOf(better([Array.from({ length: 10_000 }, () => 1)], detail(long)))).toBeLessThan(2e5);
  const many = Array.from({ length: 200 }, (_, n) => ({ ...long, loc: ['body', `a${n}`] }));
  const lists = Object.fromEntries(many.map((_, n) => [`a${n}`, [1]]));
  expect(sizeOf(better(lists, detail(...many)))).toBeLessThan(2e5);
});

describe('the words of other servers', () => {
  const cases: [string, Json, Json][] = [
    ['{"State":["This field is required."]}', {}, { State: 'text' }],
    ['{"errors":{"json":{"age":["Missing data for required field."]}}}', {}, { age: 1 }],
    ['{"age":["Not a valid integer."]}', { age: 'x' }, { age: 1 }],
    ['{"city":["A valid integer is required."]}', { city: 'x' }, { city: 1 }],
    ['{"data":["This field is required."]}', {}, { data: [1] }],
    ['{"at":["Datetime has wrong format. Use YYYY-MM-DDThh:mm."]}', { at: 1 }, { at: '2024-01-15T12:00:00Z' }],
    ['{"f":["Ensure this field has at least 3 elements."]}', { f: [1] }, { f: [1, 1, 1] }],
    ['{"s":["Ensure this field has no more than 2 characters."]}', { s: 'text' }, { s: 'te' }],
    ['{"n":["Ensure this value is less than or equal to -5."]}', { n: 1 }, { n: -5 }],
    ['{"f":{"1":["A valid number is required."]}}', { f: [1, 'x'] }, { f: [1, 1.5] }],
    ['[{"a":["This field is required."]}]', [{}], [{ a: 1 }]],
    ['{"o":{"non_field_errors":["Invalid data. Expected a dictionary, but got list."]}}', { o: [1] }, { o: {} }],
    [
      '{"issues":[{"path":["a","b"],"message":"Invalid input: expected number, received string"}]}',
      { a: { b: 'x' } },
      { a: { b: 1.5 } },
    ],
    ['{"errors":[{"field":"amount","defaultMessage":"must not be null"}]}', {}, { amount: 1 }],
    [
      '{"errors":[{"type":"field","msg":"Must be a string","path":"text","location":"body"}]}',
      { text: 1 },
      { text: 'The quick brown fox jumps over the lazy dog.' },
    ],
    ['{"message":"body/a/0 must be number"}', { a: ['x'] }, { a: [1.5] }],
    ['{"message":["size must be a number conforming to the specified constraints"]}', { size: 'x' }, { size: 1.5 }],
    [
      'inputs: invalid type: sequence, expected a string at line 1',
      { inputs: [1] },
      { inputs: 'The quick brown fox jumps over the lazy dog.' },
    ],
    ['features must be a list of 4 numbers', {}, { features: [1, 1, 1, 1] }],
    ['{"error":"KeyError: \'a\'"}', {}, { a: 1 }],
    ['<p>KeyError: &#39;Term&#39;</p>', {}, { Term: 1 }],
    ['{"message":"Missing required field: income"}', {}, { income: 1 }],
    ['"amount" is required', {}, { amount: 1 }],
    ["'income' is a required property", {}, { income: 1 }],
    ['{"error":"income is required"}', {}, { income: 1 }],
    ["columns are missing: ['a', 'b']", [{}], [{ a: 1, b: 1 }]],
    ["\"['a', 'b'] not in index\"", {}, { a: 1, b: 1 }],
    ['the body must be a list of numbers', {}, [1]],
    ['expected a list of records', {}, [{}]],
    ['Expected 2D array, got 1D array instead', { data: [1] }, { data: [[1]] }],
    ["could not convert string to float: 'text'", { a: 'text', b: 2 }, { a: 1, b: 2 }],
    [
      'X has 1 features, but SVC is expecting 4 features as input.',
      { instances: [[1]] },
      { instances: [[1, 1, 1, 1]] },
    ],
  ];
  it.each(cases)('%s', (text, body, expected) => {
    expect(better(body, text)).toEqual(expected);
  });

  it.each(['Internal Server Error', '{"detail":"no"}', '', '{"error":"something went wrong"}', '[]'])(
    'say nothing: %s',
    (text) => {
      expect(better({ a: 1 }, text)).toBeNull();
    },
  );
});
