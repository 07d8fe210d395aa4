import { describe, expect, it } from 'vitest';
import { spansRequest } from './spans.ts';

describe('requests as spans', () => {
  it('last from when they were due; what never happened is no event, a failure is an error', () => {
    const ids = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
    const what = {
      ...ids,
      name: 'POST /p',
      method: 'POST',
      url: 'http://h/p',
      startedAt: 1e15 + 1,
      endedAt: 1e15 + 2_001,
    };
    const sent = { sentAt: 1e15 + 5, firstByteAt: null, status: 0, failure: 'timeout' };
    const request = spansRequest([{ ...what, ...sent }], 'r1') as {
      resourceSpans: { scopeSpans: { spans: Record<string, unknown>[] }[] }[];
    };
    const span = request.resourceSpans[0]?.scopeSpans[0]?.spans[0];
    expect(span).toMatchObject({
      ...ids,
      kind: 3,
      startTimeUnixNano: '1000000000000001000',
      endTimeUnixNano: '1000000000002001000',
      events: [{ timeUnixNano: '1000000000000005000', name: 'sent' }],
      status: { code: 2, message: 'timeout' },
    });
    expect(JSON.stringify(span)).not.toContain('status_code');
  });
});
