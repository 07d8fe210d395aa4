import { describe, expect, it } from 'vitest';
import { parseDeployments, withCosts } from './wanted-deployments.ts';

const URL = 'http://127.0.0.1:8000/predict';

describe('deployments by their names', () => {
  it('have an address of their own, or a command that starts what answers at the common one', () => {
    const wanted = parseDeployments(['four=http://a/p?x=1', 'eight= serve --workers=8 '], URL);
    expect(wanted).toEqual([
      { name: 'four', url: 'http://a/p?x=1' },
      { name: 'eight', url: URL, command: 'serve --workers=8' },
    ]);
    expect(withCosts(wanted, ['eight=0.24/h', 'four=.12 / h']).map(({ costPerHour }) => costPerHour)).toEqual([
      0.12, 0.24,
    ]);
  });

  it.each([
    ['without a name', ['http://a/p', 'b=http://b/p'], URL, /"http:\/\/a\/p" is not NAME=/],
    ['a name that is no file name', ['a/b=http://a/p', 'b=http://b/p'], undefined, /"a\/b" is no name/],
    ['with nothing behind it', ['a=', 'b=http://b/p'], undefined, /"a=" is not NAME=/],
    ['two of one name', ['a=http://a/p', 'a=http://b/p'], undefined, /two are named "a"/],
    ['one alone', ['a=http://a/p'], undefined, /1 given; 2 to 8/],
    ['a command without an address', ['a=serve', 'b=http://b/p'], undefined, /not said where it answers/],
    ['an address for nobody', ['a=http://a/p', 'b=http://b/p'], URL, /stands for no deployment/],
  ])('are refused %s', (_, texts, url, message) => {
    expect(() => parseDeployments(texts, url)).toThrow(message);
  });

  it.each([
    ['of nobody', 'c=1/h', /there is no deployment "c"/],
    ['without its hour', 'a=1', /"1" is no cost of an hour/],
    ['of nothing', 'a=0/h', /"0\/h" is no cost of an hour/],
    ['with a currency', 'a=$1/h', /is no cost of an hour/],
  ])('costs %s are refused', (_, text, message) => {
    const wanted = parseDeployments(['a=http://a/p', 'b=http://b/p'], undefined);
    expect(() => withCosts(wanted, [text])).toThrow(message);
  });
});
