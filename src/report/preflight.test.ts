import { describe, expect, it } from 'vitest';
import { planFixture } from '../core/plan.fixture.ts';
import { Secrets } from '../core/secret.ts';
import type { SingleResponse } from '../core/single-response.ts';
import { preflightLine, preflightLines, preflightRefusal } from './preflight.ts';

const RESPONSE: SingleResponse = {
  request: 'GET /predict',
  outcome: 'http-error',
  status: 422,
  message: 'HTTP 422',
  example: '',
  headers: [['Content-Type', 'application/json']],
  body: '{"detail":[{"loc":["body","State"],"msg":"Field required"}]}',
  bodyBytes: 62,
  sentSecrets: [],
  responseMs: 12.3,
  connectMs: 0,
  streamed: false,
};

const request = { name: 'GET /predict', method: 'GET', path: '/predict', headers: [], body: null } as const;
/** The second is the one that fails. */
const BARE = planFixture({ requests: [{ ...request, name: 'POST /other', method: 'POST', path: '/other' }, request] });

const refusalOf = (changes: Partial<SingleResponse>, plan = BARE) =>
  preflightRefusal(plan, { ...RESPONSE, ...changes }, Secrets.of(plan));

describe('the first request of a run', () => {
  it('is told where it was right', () => {
    const good = { ...RESPONSE, outcome: 'ok', status: 200, connectMs: 1 } as const;
    expect(preflightLine(good)).toBe(
      'Preflight: HTTP 200 after 12.3 ms, 1.00 ms of it to connect; this request is not counted',
    );
  });

  it('is told with the others where there are several', () => {
    const good = { ...RESPONSE, outcome: 'ok', status: 200 } as const;
    expect(preflightLines([good])).toBe(preflightLine(good));
    expect(preflightLines([good, { ...good, responseMs: 40 }])).toBe(
      'Preflight: one of each of the 2 requests is right, the slowest after 40.0 ms; they are not counted',
    );
    expect(preflightRefusal(BARE, RESPONSE, Secrets.of(BARE), 2).message).toContain(
      'a request failed (HTTP 422, after 12.3 ms), so no load was sent; 2 before it were right',
    );
  });

  it("is told in the target's own words where it was not", () => {
    const { message, hint, exitCode } = refusalOf({});
    expect(exitCode).toBe(4);
    expect(message).toContain('the first request failed (HTTP 422, after 12.3 ms), so nothing more was sent');
    // The one that was sent, which need not be the plan's first.
    expect(message).toContain('GET /predict:');
    expect(message).toContain('content-type: application/json');
    expect(message).toContain('"msg":"Field required"');
    expect(hint).toContain('-b, --body-file or --data');
    expect(hint).toContain('--no-preflight');
  });

  it('says which methods are allowed', () => {
    const { message, hint } = refusalOf({
      status: 405,
      message: 'HTTP 405 (allows POST)',
      headers: [['Allow', 'POST']],
    });
    expect(message).toContain('allow: POST');
    expect(hint).toContain('it allows POST');
  });

  it('shows no secret, and moves no cursor', () => {
    const plan = planFixture({ requests: [{ ...request, headers: [['Authorization', 'Bearer sesame-open']] }] });
    const body = '\u001b[2Jno such token: sesame-open\u202e\r\n{"password":"hunter2"}';
    const { message } = refusalOf({ body, headers: [['Location', '/login?token=abcdefgh']] }, plan);
    expect(message).not.toMatch(/sesame-open|hunter2|abcdefgh|\p{Cf}/u);
    expect(message).not.toContain('\u001b');
    expect(message).toContain('no such token: ***');
  });

  it('shows the beginning of a long body, and says what no text is', () => {
    const long = refusalOf({ body: `<html>${'x\n'.repeat(10_000)}` }).message;
    expect(long.length).toBeLessThan(900);
    expect(long).toContain('…');
    expect(refusalOf({ body: null, bodyBytes: 70 }).message).toContain('(70 bytes that are no text)');
    expect(refusalOf({ body: '' }).message).toContain('(an empty body)');
  });

  it('says what a check wanted', () => {
    const { message } = refusalOf({
      outcome: 'wrong-answer',
      status: 200,
      message: 'the body differs',
      example: 'expected "0", got "1"',
    });
    expect(message).toContain('HTTP 200, the body differs');
    expect(message).toContain('expected "0", got "1"');
  });

  it('tells silence from an answer', () => {
    const { message, hint } = refusalOf({
      outcome: 'timeout',
      status: 0,
      message: 'no response within 30 s',
      body: '',
    });
    expect(message).toContain('(no response within 30 s, after');
    expect(message).not.toContain('empty body');
    expect(hint).toContain('--timeout');
  });
});
