import { expect, it } from 'vitest';
import { textOfPattern } from './pattern.ts';

it.each([
  '^\\d{5}(-\\d{4})?$',
  '^[A-Z]{2}$',
  '^[A-Z]{1,3}-[A-Z]{2} \\d{1,4}$',
  '^(red|green|blue)$',
  '^#[0-9a-fA-F]{6}$',
  '^[a-z0-9]+(?:-[a-z0-9]+)*$',
  '^\\w+@\\w+\\.com$',
  '^[^\\s,]+$',
  '^a\\.b\\\\c$',
  '^[\\w.-]{3,}$',
  '^(?:[01]\\d|2[0-3]):[0-5]\\d$',
  'abc',
  '^$',
])('makes a text of %s', (pattern) => {
  expect(textOfPattern(pattern)).toMatch(new RegExp(pattern, 'u'));
});

it('is as long as it must be where it may be', () => {
  expect(textOfPattern('^[a-z]+$', 9)).toMatch(/^[a-z]{9,}$/);
});

it('makes none of what it does not know, or of what is too long', () => {
  for (const pattern of ['(?=x)y', '(a)\\1', '^x{1000000000}$', '((((a{90}){90}){90}){90})', '[', '('])
    expect([pattern, textOfPattern(pattern)]).toEqual([pattern, null]);
});
