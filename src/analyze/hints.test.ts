import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RequestTemplate } from '../core/plan.ts';
import { planOf, planOfScenario } from '../plan/plan.fixture.ts';
import { resultOf } from './events.fixture.ts';
import { sharedHint, statusHint } from './hints.ts';

function hint(
  status: number,
  flags: Readonly<Record<string, unknown>> = {},
  message = `HTTP ${status}`,
): string | null {
  const plan = planOf(flags);
  return statusHint({ status, message }, plan.requests[0], plan);
}

describe('a status that every response has', () => {
  it('is told with what to do about it', () => {
    expect(hint(401)).toContain("-H 'Authorization: Bearer TOKEN'");
    expect(hint(403)).toContain('--user');
    expect(hint(401, { header: ['authorization: Bearer x'] })).toContain(
      'does not accept the credentials that were sent',
    );
    expect(hint(404)).toBe('There is nothing at /p: is the path right, to the last slash?');
    expect(hint(405)).toContain('a body (-b, --body-file or --data) makes it a POST');
    expect(hint(405, {}, 'HTTP 405 (allows POST, OPTIONS)')).toBe(
      'GET is not allowed there, it allows POST, OPTIONS: a body (-b, --body-file or --data) makes it a POST, -X names another method.',
    );
    expect(hint(405, { body: '{}' }, 'HTTP 405 (allows GET)')).toBe(
      'POST is not allowed there, it allows GET: name another with -X GET.',
    );
    expect(hint(415)).toContain('It wants a body');
    expect(hint(415, { body: '{}' })).toContain(
      "another kind of body than application/json: say which it is with -H 'content-type: …'",
    );
    expect(hint(415, { body: 'x' })).toContain('than one without a content type');
    expect(hint(422)).toContain('A model wants its input');
    expect(hint(422, { body: '{}' })).toBe('Is the body what it expects?');
    expect(hint(500)).toBeNull();
    expect(hint(0)).toBeNull();
  });

  it('is the hint of a run in which none succeeded', () => {
    const doubt = resultOf({
      ended: { 'http-error': 20 },
      status: 405,
      message: 'HTTP 405 (allows POST)',
    }).verdict.doubts.find(({ code }) => code === 'no-samples');
    expect(doubt?.hint).toContain('it allows POST');
    const other = resultOf({ ended: { 'http-error': 20 }, status: 500, message: 'HTTP 500' }).verdict.doubts[0];
    expect(other?.hint).toContain('Look at the failures');
  });
});

describe('a failure that several requests have in common', () => {
  const status = fc.constantFrom(302, 400, 401, 404, 405, 411, 413, 415, 429, 500, 503);
  const request = fc
    .record({ path: fc.constantFrom('/a', '/b'), method: fc.constantFrom('GET', 'PUT'), key: fc.boolean() })
    .map(
      ({ path, method, key }): RequestTemplate => ({
        ...{ name: path, path, method, body: null },
        headers: key ? [['authorization', 'Bearer x']] : [],
      }),
    );

  it('has the hint that each of them has, or none', () => {
    fc.assert(
      fc.property(status, fc.array(request, { minLength: 1, maxLength: 4 }), (code, requests) => {
        const failed = { status: code, message: `HTTP ${code}` };
        const plan = planOf();
        const hints = requests.map((one) => statusHint(failed, one, plan));
        const agreed = hints.every((one) => one === hints[0]);
        expect(sharedHint(failed, requests, plan)).toBe(agreed ? hints[0] : null);
      }),
    );
  });

  it('is judged by the target of each', () => {
    const plan = planOfScenario(
      { url: undefined, requests: [{ name: 'ask', path: '/p', body: { x: 1 } }] },
      { target: ['plain=http://a:1', 'secure=https://b:2'] },
    );
    const failed = { status: 400, message: 'HTTP 400' };
    const told = plan.requests.map((one) => statusHint(failed, one, plan));
    expect(told[0]).toBe('Is the body what it expects?');
    expect(told[1]).toContain('--cert');
    expect(sharedHint(failed, plan.requests, plan)).toBeNull();
  });
});
