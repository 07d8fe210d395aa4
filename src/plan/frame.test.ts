import { describe, expect, it } from 'vitest';
import { planOf, planOfScenario } from './plan.fixture.ts';

const LOGIN = { path: '/login', body: { user: 'a', n: 1.0 }, capture: { token: '$.t' } };

describe('set-up and tear-down of a scenario', () => {
  it('have the address and the headers of the file, and nothing else of it', () => {
    const { setup, teardown, requests } = planOfScenario(
      {
        ...{ method: 'PUT', body: 'x', expectContains: 'fine', timeout: '5s', thresholds: 'errors<1%' },
        headers: { Authorization: 'Bearer {{captured.token}}', 'X-Team': 'loans' },
        setup: [LOGIN],
        teardown: [{ path: '/out', retries: 2, retryPause: '3s', expectStatus: 204, timeout: '1s' }],
      },
      { headers: ['X-Flag: 1'] },
    );
    const [login] = setup ?? [];
    const [out] = teardown ?? [];
    expect(login).toMatchObject({ method: 'POST', path: '/login', checks: [], retries: 0, retryPause: 1_000_000 });
    expect(login).not.toHaveProperty('timeout');
    expect(login?.headers.map(([name]) => name.toLowerCase())).toEqual([
      'x-team',
      'x-flag',
      'content-type',
      'accept',
      'user-agent',
    ]);
    expect(out).toMatchObject({ method: 'GET', body: null, retries: 2, retryPause: 3_000_000, timeout: 1_000_000 });
    expect(out?.headers[0]).toEqual(['Authorization', 'Bearer {{captured.token}}']);
    expect(requests[0]).toMatchObject({ method: 'PUT', templated: true });
  });

  it('keep numbers of a body as they are written', () => {
    const files = {
      's.json': '{"url": "http://h/", "setup": [{"path": "/a", "body": {"n": 1.0, "m": 12345678901234567890}}]}',
    };
    expect(planOf({}, { target: 's.json', files }).setup?.[0]?.body?.data).toBe('{"n":1.0,"m":12345678901234567890}');
  });

  it.each([
    [{ setup: [] }, 'setup is empty'],
    [{ setup: [{ pth: '/a' }] }, 'setup[0].pth is not known here'],
    [{ setup: [{ weight: 1 }] }, 'setup[0].weight is not known here'],
    [{ setup: [{ retries: -1 }] }, 'setup[0].retries is negative'],
    [{ setup: [{ retryPause: '1h' }] }, 'setup[0].retryPause'],
    [{ setup: [{ path: '/{{captured.id}}' }] }, 'setup[0].path: nothing captures {{captured.id}}'],
    [{ setup: [{ path: '/{{captured.token}}' }, LOGIN] }, 'setup[0].path: no step before this one captures'],
    [{ setup: [{ path: '/{{row.a}}' }] }, 'setup[0].path is made of a row'],
    [{ setup: [LOGIN], headers: { 'X-A': '{{captured.tokn}}' } }, 'nothing captures {{captured.tokn}}'],
    [
      { setup: [LOGIN], requests: [{ path: '/a', capture: { token: 'status' } }] },
      'requests[0].capture.token is captured by the set-up, too',
    ],
    [
      {
        setup: [LOGIN],
        requests: [{ name: 'a' }],
        flows: [{ name: 'f', steps: ['a', { if: 'token', is: 'x', steps: ['a'] }] }],
      },
      '"token" is captured by the set-up',
    ],
  ])('are refused with their place: %j', (settings, message) => {
    expect(() => planOfScenario(settings)).toThrow(message);
  });
});
