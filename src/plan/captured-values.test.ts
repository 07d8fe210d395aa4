import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createExchange } from '../core/exchange.ts';
import { planFixture } from '../core/plan.fixture.ts';
import type { RequestTemplate } from '../core/plan.ts';
import { bytes } from '../core/units.ts';
import { renderRequest, VaryingRequests } from '../drivers/http1/request.ts';
import { PlanPayloads } from '../load/payload.ts';
import { withCaptured } from './captured-values.ts';

const request = (path: string, header: string, data: string): RequestTemplate => ({
  ...{
    name: 'a',
    method: 'POST',
    path,
    headers: [
      ['content-type', 'application/json'],
      ['x-a', header],
    ],
    templated: true,
  },
  body: { encoding: 'utf8', data, bytes: bytes(Buffer.byteLength(data)) },
});

describe('withCaptured', () => {
  it('writes values as their places want them, and leaves a request without placeholders', () => {
    const values = new Map([['id', 'a/b "c" {{d']]);
    const made = withCaptured(
      request('/x/{{captured.id}}', 'k {{captured.id}}', '{"a": "{{captured.id}}", "b": {{captured.id}}}'),
      values,
    );
    expect(made).not.toHaveProperty('templated');
    expect(made.path).toBe('/x/a%2Fb%20%22c%22%20%7B%7Bd');
    expect(made.headers[1]).toEqual(['x-a', 'k a/b "c" {{d']);
    expect(JSON.parse(made.body?.data ?? '')).toEqual({ a: 'a/b "c" {{d', b: 'a/b "c" {{d' });
    expect(made.body?.bytes).toBe(Buffer.byteLength(made.body?.data ?? ''));
  });

  it('leaves other placeholders as they are', () => {
    const made = withCaptured(
      request('/{{seq}}', '{{captured.id}} {{{{ {{captured.other}}', '[{{captured.id}}]'),
      new Map([['id', '{{7']]),
    );
    expect(made).toMatchObject({ templated: true, path: '/{{seq}}' });
    expect(made.headers[1]).toEqual(['x-a', '{{{{7 {{{{ {{captured.other}}']);
    expect(made.body?.data).toBe('["{{{{7"]');
  });

  it('comes to the bytes that the placeholder would have come to', () => {
    const plan = (one: RequestTemplate) =>
      planFixture({ requests: [{ ...one, captures: [{ name: 'id', from: 'status' }] }] });
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), fc.boolean(), (value, more) => {
        const written = request(
          '/x/{{captured.id}}?q={{{{',
          `k{{captured.id}}-${more ? '{{seq}}' : ''}`,
          '{"{{captured.id}}": {{captured.id}}, "z": "{{{{"}',
        );
        const filled = withCaptured(written, new Map([['id', value]]));
        const exchange = { ...createExchange(-1), captured: [value] };
        const render = (one: RequestTemplate): string => {
          const own = plan(one);
          return one.templated
            ? new VaryingRequests(own, new PlanPayloads(own, null)).render(exchange).toString('latin1')
            : renderRequest(one, own.target, true).toString('latin1');
        };
        // Two braces as such are percent-encoded in a path that nobody fills in.
        expect(render(filled).replace('%7B%7B', '{{')).toBe(render(written).replace('%7B%7B', '{{'));
      }),
    );
  });
});
