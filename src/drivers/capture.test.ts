import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createExchange } from '../core/exchange.ts';
import { planFixture } from '../core/plan.fixture.ts';
import type { Capture, RequestTemplate } from '../core/plan.ts';
import { OUTCOMES } from '../core/sample.ts';
import { PlanPayloads } from '../load/payload.ts';
import { ResponseChecker } from './check.ts';
import { VaryingRequests } from './http1/request.ts';
import { ResponseBuffer } from './response-buffer.ts';

const json = (path: string, ...steps: (string | number)[]): Omit<Extract<Capture, { from: 'json' }>, 'name'> => ({
  from: 'json',
  path,
  steps,
});

interface Given {
  readonly status?: number;
  readonly headers?: string;
  readonly body?: string | Buffer;
}

/** What a response gives, and what becomes of it. @param used by a later request, in its `x-used` header or its body. */
function take(from: object, { status = 200, headers = '', body = '' }: Given, used: 'header' | 'body' = 'body') {
  const [template] = planFixture().requests as [RequestTemplate];
  const capture = { name: 'token', ...from } as Capture;
  const later: RequestTemplate = {
    ...{ ...template, name: 'later', path: '/later/{{captured.token}}', templated: true },
    headers: used === 'header' ? [['x-used', 'Bearer {{captured.token}}']] : [],
    body: { encoding: 'utf8', data: '{"t": {{captured.token}}, "s": "{{captured.token}}"}', bytes: 1 as never },
  };
  const headed: RequestTemplate = { ...later, headers: [...later.headers, ['content-type', 'application/json']] };
  const plan = planFixture({ requests: [{ ...template, captures: [capture] }, headed] });
  const payloads = new PlanPayloads(plan, null);
  const response = new ResponseBuffer();
  const head = Buffer.from(`HTTP/1.1 ${status} X\r\n${headers}\r\n`, 'latin1');
  response.head(head, 0, head.length);
  const bytes = Buffer.from(body);
  response.body(bytes, 0, bytes.length);
  const exchange = Object.assign(createExchange(0), { status });
  const checker = ResponseChecker.of(plan, payloads);
  if (checker === null) throw new Error('nothing is captured');
  const outcome = checker.judge(exchange, response);
  const sent = new VaryingRequests(plan, payloads);
  return {
    outcome: OUTCOMES[outcome],
    message: checker.message,
    example: checker.example,
    captured: exchange.captured?.[0],
    sent: () => sent.render({ ...exchange, request: 1 }).toString(),
  };
}

describe('a capture', () => {
  it.each([
    ['a text of JSON', json('$.a.token', 'a', 'token'), { body: '{"a":{"token":"t-1"}}' }, 't-1'],
    ['an element', json('$[1]', 1), { body: '[3, 4]' }, '4'],
    ['a number of many digits', json('$.id', 'id'), { body: '{"id": 9007199254740993}' }, '9007199254740993'],
    ['a number as it is written', json('$.x', 'x'), { body: '{"x": 0.10}' }, '0.10'],
    ['true', json('$.x', 'x'), { body: '{"x": true}' }, 'true'],
    ['an object', json('$.x', 'x'), { body: '{"x": {"y": [1]}}' }, '{"y":[1]}'],
    ['a header', { from: 'header', header: 'X-Id' }, { headers: 'x-id: 77 \r\n' }, '77'],
    ['a group', { from: 'regexp', pattern: 'id=(\\d+)' }, { body: 'a id=42;' }, '42'],
    ['a line', { from: 'regexp', pattern: '^b.*$' }, { body: 'a\nbär\nc' }, 'bär'],
    ['the status', { from: 'status' }, { status: 201 }, '201'],
    [
      'a compressed body',
      json('$.t', 't'),
      { headers: 'content-encoding: gzip\r\n', body: gzipSync('{"t":"x"}') },
      'x',
    ],
  ])('of %s', (_, from, given, expected) => {
    expect(take(from, given)).toMatchObject({ outcome: 'ok', message: '', captured: expected });
  });

  it.each([
    [json('$.token', 'token'), { body: '{"a":1}' }, 'nothing to capture by $.token: it is not there'],
    [json('$.token', 'token'), { body: '{"token":null}' }, 'nothing to capture by $.token: it is null'],
    [json('$.token', 'token'), { body: 'no' }, 'nothing to capture by $.token: the body is not JSON'],
    [
      json('$.x', 'x'),
      { body: '{"x": {"y": 9007199254740993}}' },
      'nothing to capture by $.x: it has numbers of more digits than can be kept',
    ],
    [{ from: 'header', header: 'X-Id' }, {}, 'nothing to capture by the header X-Id: the header is missing'],
    [{ from: 'regexp', pattern: 'a(b)?c' }, { body: 'ac' }, 'nothing to capture by /a(b)?c/: the body does not match'],
    [
      { from: 'regexp', pattern: '.+' },
      { body: 'x'.repeat(70_000) },
      'nothing to capture by /.+/: it is longer than 64 KiB',
    ],
  ])('%j of %j fails with its own outcome', (from, given, message) => {
    const taken = take(from, given);
    expect(taken).toMatchObject({ outcome: 'capture-failed', message });
    expect(taken.example).toMatch(/^got /);
  });

  it('is not looked at where the response is wrong anyway', () => {
    expect(take({ from: 'status' }, { status: 500 })).toMatchObject({ outcome: 'http-error', captured: undefined });
  });

  it('is written as its place wants it, so that it cannot break out', () => {
    const text = take(json('$.t', 't'), { body: '{"t":"a\\"b/ c"}' });
    expect(text.sent()).toMatch(/^POST \/later\/a%22b%2F%20c HTTP\/1\.1\r\n/);
    expect(text.sent()).toMatch(/\{"t": "a\\"b\/ c", "s": "a\\"b\/ c"\}$/);
    expect(take(json('$.t', 't'), { body: '{"t":12}' }).sent()).toMatch(/\{"t": 12, "s": "12"\}$/);
    const header = take({ from: 'header', header: 'X-T' }, { headers: 'X-T: abc\r\n' }, 'header');
    expect(header.sent()).toContain('\r\nx-used: Bearer abc\r\n');
    expect(take(json('$.t', 't'), { body: '{"t":"a\\r\\nEvil: 1"}' }, 'header')).toMatchObject({
      outcome: 'capture-failed',
      message: 'nothing to capture by $.t: it has a line break or a character that no header can carry',
    });
  });
});
