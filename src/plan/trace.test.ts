import { describe, expect, it } from 'vitest';
import { payloadsOf } from '../load/payload.ts';
import { errorOf } from './error.fixture.ts';
import { planOf, planOfScenario } from './plan.fixture.ts';

describe('trace ids of requests', () => {
  it('stand in a header of each, and braces that stand for themselves still do', () => {
    const plan = planOf({ trace: 'headers', body: '{"a": "{{{{b}}"}' });
    expect(plan.trace).toEqual({ key: 7 });
    expect(plan.requests[0]?.headers.at(-1)).toEqual(['traceparent', '{{traceparent 0}}']);
    expect(plan.requests[0]?.body?.data).toBe('{"a": "{{{{b}}"}');
  });

  it('are those of each request of a mix, whether it had placeholders or not', () => {
    const requests = [
      { name: 'a', path: '/a' },
      { name: 'b', path: '/b?n={{seq}}' },
    ];
    const { requests: planned } = planOfScenario({ requests, trace: 'http://127.0.0.1:4318' });
    expect(planned.map(({ headers, templated }) => [headers.at(-1)?.[1], templated])).toEqual([
      ['{{traceparent 0}}', true],
      ['{{traceparent 1}}', true],
    ]);
  });

  it('cost a plain run nothing: its requests stay as they were', () => {
    const plan = planOf();
    expect(plan.trace).toBeUndefined();
    expect(plan.requests[0]?.templated).toBeUndefined();
    expect(payloadsOf(plan, null)).toBeNull();
  });

  it.each([
    [
      'an address without a scheme',
      { trace: 'localhost:4318' },
      /--trace: "localhost:4318" is neither an address nor "headers"/,
    ],
    ['a header of one’s own', { trace: 'headers', header: ['TraceParent: x'] }, /has a header traceparent of its own/],
    ['autocannon', { trace: 'headers', engine: 'autocannon' }, /trace.*autocannon|autocannon.*same request/],
  ])('are refused with %s', (_, flags, message) => {
    expect(errorOf(() => planOf(flags))).toMatch(message);
  });
});
