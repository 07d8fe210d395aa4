import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkJson, type JsonPath, positionOf, positionsIn } from './json.ts';

describe('checkJson', () => {
  it.each([
    ['{"a":1,}', 1, 8, 'a field name in double quotes is expected here, not "}"'],
    ['{\n  "a": 1\n  "b": 2\n}', 3, 3, 'a comma or } is expected here, not "\\""'],
    ['[1 2]', 1, 4, 'a comma or ] is expected here, not "2"'],
    ['[1,]', 1, 4, 'a value is expected here, not "]"'],
    ['{a:1}', 1, 2, 'a field name in double quotes is expected here, not "a"'],
    ["{'a':1}", 1, 2, `a field name in double quotes is expected here, not "'"`],
    ['{"a" 1}', 1, 6, 'a colon is expected here, not "1"'],
    ['{"a":tru}', 1, 6, 'a value is expected here, not "t"'],
    ['{"a":NaN}', 1, 6, 'a value is expected here, not "N"'],
    ['[01]', 1, 3, 'a comma or ] is expected here, not "1"'],
    ['{"a":1', 1, 7, 'it ends too early'],
    ['{"a":1}}', 1, 8, 'it goes on with "}" after its end'],
    ['', 1, 1, 'there is nothing in it'],
    [' \n ', 2, 2, 'there is nothing in it'],
    ['["a\nb"]', 1, 4, 'a text is not closed, or has a character or escape that JSON does not allow'],
    ['["a\\x"]', 1, 4, 'a text is not closed, or has a character or escape that JSON does not allow'],
    ['["a', 1, 4, 'a text is not closed, or has a character or escape that JSON does not allow'],
    ['\ufeff{}', 1, 1, 'a value is expected here, not a byte order mark'],
  ])('%j', (text, line, column, problem) => {
    expect(checkJson(text)).toEqual({ line, column, problem });
  });

  it('says where each field and each element is', () => {
    const text = '{"a": {"x": 1},\n\n"b": ["c:", [3, {}], {"y": [{"z": 2}], "w": 1}, 4], "d\\u0065": {}}';
    const parts: string[] = [];
    const note = (path: JsonPath, offset: number): void => {
      const { line, column } = positionOf(text, offset);
      parts.push(`${path.join('.')} ${line}:${column} ${text[offset]}`);
    };
    expect(checkJson(text, note)).toBeNull();
    expect(parts).toEqual([
      'a 1:2 "',
      'a.x 1:8 "',
      'b 3:1 "',
      'b.0 3:7 "',
      'b.1 3:13 [',
      'b.1.0 3:14 3',
      'b.1.1 3:17 {',
      'b.2 3:22 {',
      'b.2.y 3:23 "',
      'b.2.y.0 3:29 {',
      'b.2.y.0.z 3:30 "',
      'b.2.w 3:40 "',
      'b.3 3:49 4',
      'de 3:53 "',
    ]);
  });

  it('bears deep nesting and long texts', () => {
    expect(checkJson('['.repeat(200_000) + ']'.repeat(200_000))).toBeNull();
    expect(checkJson(JSON.stringify(['x'.repeat(2_000_000)]))).toBeNull();
  });

  const accepts = (text: string): boolean => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };

  it('agrees with JSON.parse, on JSON and on JSON with a slip', () => {
    const slip = fc.record({
      text: fc.json(),
      at: fc.nat(),
      drop: fc.nat(2),
      put: fc.oneof(
        fc.constantFrom('', '"', ',', '}', ']', ':', '\\', '\\u12', '\t', '-', '0', 'e', '.', ' ', 'null'),
        fc.string({ maxLength: 2 }),
      ),
    });
    fc.assert(
      fc.property(slip, ({ text, at, drop, put }) => {
        const i = at % (text.length + 1);
        const slipped = text.slice(0, i) + put + text.slice(i + drop);
        expect(checkJson(text)).toBeNull();
        expect(checkJson(slipped) === null).toBe(accepts(slipped));
      }),
      { numRuns: 3_000 },
    );
  });
});

it('finds the places of a text that is read once, as one by one', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[ab\n]*$/), fc.nat(30), (text, offset) => {
      const at = Math.min(offset, text.length);
      expect(positionsIn(text)(at)).toEqual(positionOf(text, at));
    }),
  );
});
