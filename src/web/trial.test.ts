import { expect, it } from 'vitest';
import { planFixture } from '../core/plan.fixture.ts';
import { Secrets } from '../core/secret.ts';
import type { SingleResponse } from '../core/single-response.ts';
import { trialOf } from './trial.ts';

const plan = planFixture({
  requests: [{ name: 'GET /predict', method: 'GET', path: '/predict', headers: [], body: null }],
});

const response = (changes: Partial<SingleResponse>): SingleResponse => ({
  request: 'GET /predict',
  outcome: 'ok',
  status: 200,
  message: '',
  example: '',
  headers: [['content-type', 'application/json']],
  body: '{"y":1}',
  bodyBytes: 7,
  sentSecrets: [],
  responseMs: 12.34,
  connectMs: 1.2,
  streamed: false,
  ...changes,
});

const shown = (changes: Partial<SingleResponse>) => trialOf(plan, response(changes), Secrets.of(plan));

it('says what a run would make of a response', () => {
  expect(shown({})).toEqual({
    good: true,
    sentence: 'Status 200 after 12.3 ms, 1.20 ms of it to connect. A run would count it as a success.',
    hint: '',
    headers: 'content-type: application/json',
    body: '{"y":1}',
  });
  expect(shown({ outcome: 'http-error', status: 405, message: 'HTTP 405 (allows POST)', connectMs: 0 })).toMatchObject({
    good: false,
    sentence: 'Status 405 after 12.3 ms. A run would count it as a failure: HTTP 405 (allows POST).',
    hint: expect.stringContaining('a body (-b, --body-file or --data) makes it a POST'),
  });
  expect(
    shown({ outcome: 'wrong-answer', message: '$.y differs', example: '$.y: expected 2, got 1' }).sentence,
  ).toContain('a failure: $.y differs ($.y: expected 2, got 1).');
  expect(shown({ outcome: 'reset', status: 0, message: 'ECONNRESET', headers: [], body: '' })).toMatchObject({
    good: false,
    sentence: 'No response: ECONNRESET.',
  });
});

it('shows no secret, and what is no text or too long only in part', () => {
  const { headers, body } = shown({
    headers: [
      ['Set-Cookie', 'sid=canary-1; Path=/'],
      ['x-note', 'Bearer canary-2'],
    ],
    body: '{"token": "canary-3", "echo": "canary-4"}',
    sentSecrets: ['canary-4'],
  });
  expect(`${headers}${body}`).not.toContain('canary');
  expect(headers).toContain('Set-Cookie: ***');
  expect(shown({ body: null, bodyBytes: 1234 }).body).toBe('(1,234 bytes that are no text)');
  expect(shown({ body: null, bodyBytes: 0 }).body).toBe('(a body of more than 1 MiB)');
  expect(shown({ body: 'x'.repeat(100_000) }).body.length).toBeLessThan(4_100);
});
