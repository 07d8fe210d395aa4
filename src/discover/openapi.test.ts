import { describe, expect, it } from 'vitest';
import type { Json } from '../core/json-value.ts';
import { checkHeader } from '../plan/header.ts';
import { ApiDocument } from './openapi.ts';
import type { Operation } from './operation.ts';

function operationOf(operation: Json, pathname = '/p'): Operation | null {
  return ApiDocument.of({ openapi: '3.1.0', paths: { '/p': { post: operation } } })?.operationAt(pathname) ?? null;
}

const asking = (place: string, ...names: string[]): Json => ({
  parameters: names.map((name) => ({ in: place, name, required: true, schema: { type: 'string' } })),
});

describe('an operation of a description', () => {
  it('is looked for at an address whose escapes are no text', () => {
    expect(operationOf({}, '/%ff')).toBeNull();
    expect(operationOf({}, '/%70')).not.toBeNull();
  });

  it('is asked with parameters that are no text of Unicode', () => {
    const [candidate] = operationOf(asking('query', 'a\ud800', 'b'))?.candidates('/p') ?? [];
    expect(candidate?.path).toBe('/p?a%EF%BF%BD=text&b=text');
  });

  it('is asked with the headers that it wants, without those that say how a request is sent', () => {
    const framing = ['Transfer-Encoding', 'Connection', 'Keep-Alive', 'Proxy-Connection', 'Upgrade', 'Content-Length'];
    const [candidate] = operationOf(asking('header', 'X-Tenant', ...framing))?.candidates('/p') ?? [];
    expect(candidate?.headers).toEqual([['X-Tenant', 'text']]);
    for (const name of framing) expect(() => checkHeader(name, 'text', '-H')).toThrow("can't be set");
  });

  it('is sent no type of body that would break its headers', () => {
    const content = { 'text/x\r\nX-Evil: 1': {}, 'image/x\r\ny': {}, 'text/plain': {} };
    const operation = operationOf({ requestBody: { content } });
    expect(operation?.candidates('/p').map(({ content: made }) => made)).toEqual([
      { kind: 'text', type: 'text/plain', value: 'text' },
    ]);
    expect(operation?.foreignTypes).toEqual([]);
  });
});
