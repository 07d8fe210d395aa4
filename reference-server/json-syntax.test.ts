import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonErrorAt } from './json-syntax.ts';

const parses = (text: string) => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

test.each([
  ['', 0],
  ['  ', 2],
  ['{"a":}', 5],
  ['{"a":1,}', 7],
  ['{"a" 1}', 5],
  ['{a:1}', 1],
  ['[1 2]', 3],
  ['[1,]', 3],
  ['{"a":1', 6],
  ['{"a":1]', 6],
  ['[1}', 2],
  ['{} {}', 3],
  ['{"a":NaN}', 5],
  ['{"a":01}', 6],
  ['{"a":"\n"}', 5],
  ['{"a":"\\x"}', 5],
  ['{"a":tru}', 5],
  ["{'a':1}", 1],
  [']', 0],
  [',', 0],
  ['\u00a01', 0],
])('%j stops being JSON at %i', (text, at) => {
  expect(parses(text)).toBe(false);
  expect(jsonErrorAt(text)).toBe(at);
});

test('finds nothing wrong in any valid JSON, pretty or not', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, indent) => {
      expect(jsonErrorAt(JSON.stringify(value, null, indent))).toBeUndefined();
    }),
  );
});

test('agrees with JSON.parse on damaged JSON: an error there, if and only if there is one', () => {
  const damaged = fc
    .tuple(fc.jsonValue(), fc.nat(), fc.nat(3), fc.stringMatching(/^[{}[\]:,"\\\d.eE+\-tn \n]{0,3}$/))
    .map(([value, at, cut, insert]) => {
      const text = JSON.stringify(value);
      const from = at % (text.length + 1);
      return text.slice(0, from) + insert + text.slice(from + cut);
    });
  fc.assert(
    fc.property(damaged, (text) => {
      const at = jsonErrorAt(text);
      expect(at === undefined).toBe(parses(text));
      if (at !== undefined) expect(at).toBeLessThanOrEqual(text.length);
    }),
    { numRuns: 2000 },
  );
});

test('a body of the largest size of open brackets, or one long string, is no trouble', () => {
  expect(jsonErrorAt('['.repeat(100_000))).toBe(100_000);
  expect(jsonErrorAt(`"${'a'.repeat(100_000)}"`)).toBeUndefined();
  expect(jsonErrorAt(`"${'\\"'.repeat(50_000)}`)).toBe(0);
});
