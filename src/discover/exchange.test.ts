import { expect, it } from 'vitest';
import { questionOf, withParameters } from './exchange.ts';

it('parameters are added to the query of a path, escaped', () => {
  expect(withParameters('/p', [])).toBe('/p');
  expect(withParameters('/p', [['a b', '1&2']])).toBe('/p?a%20b=1%262');
  expect(
    withParameters('/p?x=1', [
      ['a', '1'],
      ['b', '2'],
    ]),
  ).toBe('/p?x=1&a=1&b=2');
});

it('half a pair of surrogates in a parameter is replaced, and a pair stays', () => {
  expect(withParameters('/p', [['a\ud800', '\udc00b']])).toBe('/p?a%EF%BF%BD=%EF%BF%BDb');
  expect(withParameters('/p', [['\u{1f600}', '']])).toBe('/p?%F0%9F%98%80=');
});

it('names of fields cannot break the parts of a form', () => {
  const value = { 'a"\r\nX: 1': 'text' };
  const content = { kind: 'multipart', value, files: {} } as const;
  const { body } = questionOf({ method: 'POST', path: '/', headers: [], content, from: '' });
  expect(body).toContain('name="a%22%0D%0AX: 1"\r\n');
});
