import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compactJson,
  type ExactJson,
  fieldTexts,
  JsonNumber,
  readExactJson,
  textAt,
  withoutPathText,
} from './json-text.ts';

/** Some JSON value as a text, with white space wherever it may stand. */
const anyJson = fc
  .tuple(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom('', ' ', '\t', '\n  '))
  .map(([value, space]) => space + JSON.stringify(value, null, space) + space);
const anyObject = fc
  .tuple(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), fc.constantFrom('', ' ', '\n  '))
  .map(([value, space]) => space + JSON.stringify(value, null, space) + space);

function asDoubles(value: ExactJson): unknown {
  if (value instanceof JsonNumber) return Number(value.text);
  if (Array.isArray(value)) return value.map(asDoubles);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, asDoubles(part)]));
}

describe('JSON as it is written', () => {
  it('has the fields that JSON.parse finds, each as its text', () => {
    fc.assert(
      fc.property(anyObject, (json) => {
        const value = JSON.parse(json) as Record<string, unknown>;
        const fields = fieldTexts(json);
        expect([...fields.keys()]).toEqual(expect.arrayContaining(Object.keys(value)));
        expect(fields.size).toBe(Object.keys(value).length);
        for (const [name, text] of fields) {
          expect(JSON.parse(text)).toEqual(value[name]);
          expect(json).toContain(text);
          expect(text).toBe(text.trim());
        }
      }),
    );
    expect(fieldTexts('{"a":1,"a":2.0}').get('a')).toBe('2.0');
    expect(fieldTexts('{"a\\u0062": "\\\\"}').get('ab')).toBe('"\\\\"');
    expect(fieldTexts('[1]').size).toBe(0);
  });

  it('without a field is the rest, as it stands', () => {
    fc.assert(
      fc.property(anyObject, fc.nat(), (json, pick) => {
        const names = Object.keys(JSON.parse(json) as object);
        const name = names[pick % Math.max(1, names.length)] ?? 'x';
        const { [name]: _, ...rest } = JSON.parse(json) as Record<string, unknown>;
        expect(JSON.parse(withoutPathText(json, name))).toEqual(rest);
      }),
    );
    expect(withoutPathText('{ "a": 1.0, "b": 2, "c": 1e400 }', 'b')).toBe('{ "a": 1.0, "c": 1e400 }');
    expect(withoutPathText('{ "b": 2, "a": 1.0 }', 'b')).toBe('{ "a": 1.0 }');
    expect(withoutPathText('{"b":1, "a": 1, "b": 2 }', 'b')).toBe('{"a": 1 }');
    expect(withoutPathText('{"b":1}', 'b')).toBe('{}');
    expect(withoutPathText('{"b":{"c":1}}', 'c')).toBe('{"b":{"c":1}}');
    expect(withoutPathText('{"a": {"b": [1.0, {"c": 1, "d": 2}]}, "e": 3}', 'a.b.1.c')).toBe(
      '{"a": {"b": [1.0, {"d": 2}]}, "e": 3}',
    );
    expect(withoutPathText('{"a.b": 1, "a": {"b": 2}}', 'a.b')).toBe('{"a": {"b": 2}}');
    expect(withoutPathText('[{"b":1}]', 'b')).toBe('[{"b":1}]');
  });

  it('has what a path leads to', () => {
    const json = '{"a": {"b": [1.0, {"c d": "x"}], "b.c": 3}, "a.b.1": 4, "e": {"": 5}, "l": [[7], [8]]}';
    const found = Object.entries({
      'a.b.0': '1.0',
      'a.b[0]': '1.0',
      'a.b[1].c d': '"x"',
      'a.b.1': '4',
      'a.b.c': '3',
      'l[1][0]': '8',
      'l.1.0': '8',
      e: '{"": 5}',
    });
    for (const [path, text] of found) expect([path, textAt(json, path)]).toEqual([path, text]);
    for (const path of ['a.c', 'a.b.2', 'a.b.c.d', 'b', 'x.y', 'l.2', 'l.x', ''])
      expect([path, textAt(json, path)]).toEqual([path, null]);
    expect(textAt('[1, [2.0]]', '1.0')).toBe('2.0');
    expect(textAt('5', 'a')).toBeNull();
  });

  it('is read with its numbers as they stand', () => {
    fc.assert(
      fc.property(anyJson, (json) => {
        expect(asDoubles(readExactJson(json))).toEqual(JSON.parse(json));
      }),
    );
    expect(readExactJson('{"a":[1.0,{"b":1e400}],"c":-0}')).toEqual({
      a: [new JsonNumber('1.0'), { b: new JsonNumber('1e400') }],
      c: new JsonNumber('-0'),
    });
    expect(Object.keys(readExactJson('{"__proto__":1}') as object)).toEqual(['__proto__']);
    expect(() => readExactJson('{"a":}')).toThrow(SyntaxError);
  });

  it('is compacted outside its strings only', () => {
    fc.assert(
      fc.property(anyJson, (json) => {
        const compact = compactJson(json, (string) => string);
        expect(JSON.parse(compact)).toEqual(JSON.parse(json));
        expect(compact).toBe(JSON.stringify(JSON.parse(compact)));
      }),
    );
    expect(compactJson('{ "a b" : [ 1.0 , 2e400 ] }', (string) => string.toUpperCase())).toBe('{"A B":[1.0,2e400]}');
  });
});
