import { describe, expect, it } from 'vitest';
import { readDocument, resolveRef } from './document.ts';

describe('a document of a target', () => {
  it('is read as plain values', () => {
    expect(readDocument('{"a":["\\"[[[",{"b":1}]}', 'it')).toEqual({ a: ['"[[[', { b: 1 }] });
    expect(readDocument('<html>', 'it')).toBeNull();
  });

  it('is refused with the place where it is hostile', () => {
    const deep = `${'[1,{"a":'.repeat(50_000)}`;
    expect(() => readDocument(deep, "the target's /openapi.json")).toThrow(
      "the target's /openapi.json is nested more than 100 deep at character 401",
    );
    expect(() => readDocument('{"paths":{"/p":{"__proto__":{"admin":true}}}}', 'it')).toThrow(
      'it names __proto__ at $.paths./p',
    );
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it('has references within itself, and no others', () => {
    const root = { a: { 'b/c': [{ d: 7 }] }, x: { y: 1 } };
    expect(resolveRef(root, '#/a/b~1c/0/d')).toBe(7);
    expect(resolveRef(root, '#/a/nothing')).toBeNull();
    expect(resolveRef(root, '#/x/constructor')).toBeNull();
    for (const ref of ['file:///etc/passwd', 'http://elsewhere/x.json', '/etc/hostname', 'other.yaml#/a'])
      expect(() => resolveRef(root, ref)).toThrow(/another document .* which is not fetched/);
  });
});
