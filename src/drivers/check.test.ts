import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createExchange } from '../core/exchange.ts';
import { planFixture } from '../core/plan.fixture.ts';
import type { Plan, RequestCheck, RequestTemplate } from '../core/plan.ts';
import type { Payloads } from '../core/ports.ts';
import { OUTCOMES } from '../core/sample.ts';
import { bytes, count } from '../core/units.ts';
import { ResponseChecker } from './check.ts';
import { firstDifference } from './difference.ts';
import { ResponseBuffer } from './response-buffer.ts';

interface Given {
  readonly status?: number;
  readonly headers?: string;
  readonly body?: string | Buffer;
  readonly index?: number;
  readonly epoch?: number;
}

/** Judges one response after the other with one checker. */
function judge(checks: readonly RequestCheck[], changes: Partial<Plan> = {}, rows: readonly string[] = []) {
  const payloads: Payloads = {
    compile: () => {
      throw new Error('nothing is sent');
    },
    field: (_, index) => rows[index % rows.length] ?? 'null',
    rowOf: () => null,
  };
  const checker = ResponseChecker.of(planFixture({ checks, ...changes }), payloads);
  if (checker === null) throw new Error('nothing to check');
  return ({ status = 200, headers = '', body = '', index = 0, epoch = 1 }: Given) => {
    const response = new ResponseBuffer();
    const head = Buffer.from(`HTTP/1.1 ${status} X\r\n${headers}\r\n`, 'latin1');
    response.head(head, 0, head.length);
    const bytes = Buffer.from(body);
    response.body(bytes, 0, bytes.length);
    const outcome = checker.judge(Object.assign(createExchange(0), { status, index, epoch }), response);
    return [OUTCOMES[outcome], checker.message, checker.example];
  };
}

const json = (path: string, steps: (string | number)[], value: unknown, tolerance = 0): RequestCheck => ({
  kind: 'json',
  path,
  steps,
  expected: { from: 'plan', json: JSON.stringify(value) },
  tolerance,
});
const row: RequestCheck = {
  kind: 'json',
  path: '$',
  steps: [],
  expected: { from: 'row', field: 'y' },
  tolerance: 0.01,
};

describe('a status', () => {
  const status: RequestCheck = {
    kind: 'status',
    statuses: [
      [200, 204],
      [404, 404],
    ],
  };

  it('that is expected is right; an error that is not is one of HTTP; any other is wrong', () => {
    const response = judge([status]);
    expect(response({ status: 201 })).toEqual(['ok', '', '']);
    expect(response({ status: 404 })).toEqual(['ok', '', '']);
    expect(response({ status: 503 })).toEqual(['http-error', 'HTTP 503', '']);
    expect(response({ status: 302, headers: 'Location: /login?next=x\r\n' })).toEqual([
      'http-error',
      '302 redirect to /login?…',
      '',
    ]);
    expect(response({ status: 206 })).toEqual(['wrong-answer', 'status 206 is not an expected one', 'status 206']);
  });

  it('without a check of it is right from 200 to 299', () => {
    const response = judge([json('$.a', ['a'], 1)]);
    expect(response({ status: 500, body: '{"a":1}' })).toEqual(['http-error', 'HTTP 500', '']);
    expect(response({ status: 204, body: '{"a":1}' })[0]).toBe('ok');
    expect(response({ status: 302, body: '{"a":1}' })).toEqual(['http-error', 'HTTP 302', '']);
  });
});

describe('headers and texts', () => {
  it('of a header', () => {
    const response = judge([{ kind: 'header', name: 'Content-Type', value: 'application/json' }]);
    expect(response({ headers: 'content-TYPE:   application/json \r\n' })[0]).toBe('ok');
    expect(response({ headers: 'content-type: text/html\r\n' })).toEqual([
      'wrong-answer',
      'the header Content-Type differs',
      'Content-Type: expected "application/json", got "text/html"',
    ]);
    expect(response({})[1]).toBe('the header Content-Type is missing');
  });

  it('of the whole body, and of a part', () => {
    const whole = judge([{ kind: 'body', text: 'grüße' }]);
    expect(whole({ body: 'grüße' })[0]).toBe('ok');
    expect(whole({ body: 'grüßt' })).toEqual([
      'wrong-answer',
      'the body differs',
      'at character 5: expected "grüße", got "grüßt"',
    ]);
    expect(whole({ body: 'grüße!' })[0]).toBe('wrong-answer');
    const part = judge([{ kind: 'contains', text: 'approved' }]);
    expect(part({ body: 'is approved.' })[0]).toBe('ok');
    expect(part({ body: 'is declined' })).toEqual([
      'wrong-answer',
      'the body lacks an expected text',
      'expected "approved" within "is declined"',
    ]);
  });

  it('of a compressed body are those of what it holds', () => {
    const body = JSON.stringify({ a: 1, text: 'grüße '.repeat(50) });
    const coded: readonly (readonly [coding: string, body: Buffer])[] = [
      ['gzip', gzipSync(body)],
      ['x-gzip', gzipSync(body)],
      ['deflate', deflateSync(body)],
      ['deflate', deflateRawSync(body)],
      ['br', brotliCompressSync(body)],
      ['gzip, br', brotliCompressSync(gzipSync(body))],
    ];
    const checks: RequestCheck[] = [json('$.a', ['a'], 1), { kind: 'contains', text: 'grüße' }];
    for (const [coding, bytes] of coded) {
      const headers = `Content-Encoding: ${coding}\r\n`;
      expect([coding, judge(checks)({ headers, body: bytes })[0]]).toEqual([coding, 'ok']);
      expect(judge([{ kind: 'body', text: body }])({ headers, body: bytes })[0]).toBe('ok');
      expect(judge([json('$.a', ['a'], 2)])({ headers, body: bytes })).toEqual([
        'wrong-answer',
        '$.a differs',
        '$.a: expected 2, got 1, 1 less',
      ]);
    }
  });

  it('are wrong in a body that cannot be read, and say so', () => {
    const response = judge([json('$.a', ['a'], 1)]);
    const gzip = (body: Buffer) => response({ headers: 'Content-Encoding: gzip\r\n', body })[1];
    expect(gzip(Buffer.from([31, 139, 8]))).toBe('the body is not what its content-encoding says (gzip)');
    expect(gzip(gzipSync('{"a":1}').subarray(0, 20))).toBe('the body is not what its content-encoding says (gzip)');
    // A thousand times as large as it comes: it is not unpacked to its end.
    expect(gzip(gzipSync(Buffer.alloc(50 * 1024 * 1024)))).toBe('the body is larger than 1 MiB');
    expect(gzip(Buffer.alloc(0))).toBe('the body is not JSON');
    expect(response({ headers: 'Content-Encoding: zstd\r\n', body: 'x' })[1]).toBe(
      'the body is compressed in a way that checks cannot read (zstd)',
    );
    expect(response({ body: `{"a":1,"b":"${'x'.repeat(1024 * 1024)}"}` })[1]).toBe('the body is larger than 1 MiB');
  });
});

describe('a JSON field', () => {
  it('is compared as a value, numbers within the tolerance', () => {
    const response = judge([json('$.a[1]', ['a', 1], 0.5, 0.01)]);
    expect(response({ body: '{ "a": [0, 0.505] }' })[0]).toBe('ok');
    expect(response({ body: '{"a":[0,0.6]}' })).toEqual([
      'wrong-answer',
      '$.a[1] differs',
      '$.a[1]: expected 0.5, got 0.6, 0.1 more',
    ]);
    expect(response({ body: '{"a":[0]}' })).toEqual([
      'wrong-answer',
      '$.a[1] is missing',
      '$.a[1]: not in "{\\"a\\":[0]}"',
    ]);
    expect(response({ body: '{"a":"xy"}' })[1]).toBe('$.a[1] is missing');
    expect(response({ body: '<html>' })).toEqual(['wrong-answer', 'the body is not JSON', 'got "<html>"']);
    expect(judge([json('$.toString', ['toString'], 1)])({ body: '{}' })[1]).toBe('$.toString is missing');
  });

  it('names the first difference within a list or an object, the message equal for equal causes', () => {
    const response = judge([json('$.p', ['p'], [{ v: 1 }, { v: 2 }])]);
    expect(response({ body: '{"p":[{"v":1,"more":0},{"v":3}]}' })).toEqual([
      'wrong-answer',
      '$.p[*].v differs',
      '$.p[1].v: expected 2, got 3, 1 more',
    ]);
    expect(response({ body: '{"p":[{"v":9},{"v":3}]}' })[1]).toBe('$.p[*].v differs');
    expect(response({ body: '{"p":[{"v":1}]}' })[2]).toBe('$.p.length: expected 2, got 1');
    expect(response({ body: '{"p":[{"v":1},{}]}' }).slice(1)).toEqual([
      '$.p[*].v is missing',
      '$.p[1].v: expected 2, got nothing',
    ]);
  });

  it('is compared with the row of its request', () => {
    const response = judge([row], {}, ['{"y":1}', '{"y":[2]}']);
    expect(response({ body: '{"y":1.001,"model":"m"}', index: 2 })[0]).toBe('ok');
    expect(response({ body: '{"y":[2]}', index: 1 })[0]).toBe('ok');
    expect(response({ body: '{"y":[2]}', index: 0 })).toEqual([
      'wrong-answer',
      '$.y differs',
      '$.y: expected 1, got [2]',
    ]);
  });

  it('of a CSV row is equal as a number or as a text', () => {
    const data = { file: 'r.csv', format: 'csv' as const, order: 'once' as const, rows: count(1) };
    const check: RequestCheck = { ...row, path: '$.y', steps: ['y'] };
    const response = judge([check], { data }, ['12']);
    expect([
      response({ body: '{"y":12}' })[0],
      response({ body: '{"y":"12"}' })[0],
      response({ body: '{"y":"13"}' })[0],
    ]).toEqual(['ok', 'ok', 'wrong-answer']);
  });

  it('is compared exactly where doubles would not tell numbers apart, and by value otherwise', () => {
    const text = (path: string, steps: (string | number)[], written: string, tolerance = 0): RequestCheck => ({
      ...(json(path, steps, 0, tolerance) as Extract<RequestCheck, { kind: 'json' }>),
      expected: { from: 'plan', json: written },
    });
    const id = judge([text('$.id', ['id'], '9007199254740993')]);
    expect(id({ body: '{"id":9007199254740993}' })[0]).toBe('ok');
    expect(id({ body: '{"id": 9007199254740992}' })).toEqual([
      'wrong-answer',
      '$.id differs',
      '$.id: expected 9007199254740993, got 9007199254740992',
    ]);
    const list = judge([text('$', [], '[1.0, 1e400, {"a": 12345678901234567890}]')]);
    expect(list({ body: '[1, 1e400,{"a":12345678901234567890.0}]' })[0]).toBe('ok');
    expect(list({ body: '[1, 1e401,{"a":12345678901234567890}]' }).slice(1)).toEqual([
      '$[*] differs',
      '$[1]: expected 1e400, got 1e401',
    ]);
    expect(list({ body: '[1, 1e400,{"a":12345678901234567891}]' })[2]).toBe(
      '$[2].a: expected 12345678901234567890, got 12345678901234567891',
    );
    expect(judge([text('$.p', ['p'], '0.3', 0.1)])({ body: '{"p":0.4}' })[0]).toBe('ok');
    expect(judge([text('$.p', ['p'], '1.0')])({ body: '{"p":2.50}' })[2]).toBe('$.p: expected 1.0, got 2.50, 1.5 more');
    expect(judge([row], {}, ['{"y":9007199254740993}'])({ body: '{"y":9007199254740995}' })[0]).toBe('wrong-answer');
    expect(judge([row], {}, ['{"y":9007199254740993}'])({ body: '{"y":9007199254740993}' })[0]).toBe('ok');
  });

  it('may be nested as deep as a target likes', () => {
    const deep = `{"y":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    expect(judge([row], {}, ['{"y":1}'])({ body: deep }).slice(0, 2)).toEqual(['wrong-answer', '$.y differs']);
    expect(judge([row], {}, ['{"y":9007199254740993}'])({ body: deep })[1]).toBe('$.y differs');
  });

  it('differs from itself never, and from anything else somewhere', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        expect(firstDifference(a, JSON.parse(JSON.stringify(a)), 0)).toBeNull();
        if (firstDifference(a, b, 0) === null && firstDifference(b, a, 0) === null) expect(b).toEqual(a);
      }),
    );
  });
});

describe('examples', () => {
  it('are one of each kind, twenty in all, the warm-up apart, each short', () => {
    const response = judge([
      { kind: 'status', statuses: [[200, 200]] },
      { kind: 'body', text: 'x'.repeat(9_999) },
    ]);
    const examples = (epoch: number): number =>
      Array.from({ length: 100 }, (_, n) => response({ status: 201 + n, epoch })).filter(
        ([, , example]) => example !== '',
      ).length;
    expect(response({ epoch: 0, body: 'y'.repeat(9_999) })[2]?.length).toBeLessThanOrEqual(300);
    expect(response({ epoch: 0, body: 'y'.repeat(9_999) })[2]).toBe('');
    expect(response({ epoch: 1, body: 'y' })[2]).not.toBe('');
    expect(examples(1)).toBe(18);
  });

  it('hold no secret: none that was sent, none that a response names', () => {
    const [request] = planFixture().requests as [RequestTemplate];
    const requests = [{ ...request, headers: [['Authorization', 'Bearer hunter2hunter2']] as const }];
    const contains = judge([{ kind: 'contains', text: 'none of it' }], { requests });
    const bodies = [
      'you sent hunter2hunter2',
      '{"access_token":"s3cr3t","n":1}',
      '{"password": "s3cr3t\\"x", "apiKey":12345}',
      'Authorization: Bearer s3cr3t-other',
    ];
    for (const [number, body] of bodies.entries()) {
      const [, , example] = judge([{ kind: 'contains', text: 'none of it' }], { requests })({ body });
      expect(example, `body ${number}`).toContain('***');
      expect(example).not.toMatch(/hunter2|s3cr3t|12345/);
    }
    expect(contains({ body: '{"n":"shown"}' })[2]).toContain('shown');
    const token = judge([json('$.token', ['token'], 'hunter2')])({ body: '{"token":"s3cr3t"}' });
    expect(token.slice(1)).toEqual(['$.token differs', '$.token: expected ***, got ***']);
    const cookie = judge([{ kind: 'header', name: 'set-cookie', value: 'a=hunter2' }])({
      headers: 'set-cookie: s3cr3t\r\n',
    });
    expect(cookie[2]).toBe('set-cookie: expected ***, got ***');
  });

  it('hold no half of a secret, wherever they are cut', () => {
    const [request] = planFixture().requests as [RequestTemplate];
    const requests = [{ ...request, path: '/p?code=hunter2hunter2' }];
    for (let at = 0; at < 500; at += 3) {
      const body = `${'.'.repeat(at)}hunter2hunter2${'.'.repeat(500 - at)}`;
      for (const check of [
        { kind: 'contains', text: 'never' },
        { kind: 'body', text: `${'.'.repeat(at)}differs here${'.'.repeat(500)}` },
        json('$', [], `${'.'.repeat(at + 8)}`),
        json('$.a', ['a'], 'x'),
      ] as RequestCheck[]) {
        const [outcome, , example] = judge([check], { requests })({ body: at % 2 ? body : `{"a":"${body}"}` });
        expect(outcome).toBe('wrong-answer');
        expect(example).not.toMatch(/hunt|ter2/);
      }
    }
  });

  it('hold no secret that a row gave to the request', () => {
    const data = { file: 'r.jsonl', format: 'jsonl' as const, order: 'once' as const, rows: count(2) };
    const [request] = planFixture().requests as [RequestTemplate];
    const templated = {
      ...request,
      path: '/p?code={{row.pin}}',
      headers: [['x-api-key', '{{row.key}}']] as const,
      body: { encoding: 'utf8' as const, data: '{"token":"{{row.token}}","plain":"{{row.plain}}"}', bytes: bytes(1) },
      templated: true as const,
    };
    const payloads: Payloads = {
      compile: ([part]) => {
        const filled = Buffer.alloc(100);
        const text = (index: number) => (part?.text ?? '').replaceAll(/\{\{row\.(\w+)\}\}/g, `$1-of-row-${index}`);
        return { bytes: filled, fill: (index) => filled.write(text(index)) };
      },
      field: () => 'null',
      rowOf: (index) => ({ row: index + 1, line: index + 1 }),
    };
    const plan = planFixture({ checks: [{ kind: 'contains', text: 'never' }], requests: [templated], data });
    const checker = ResponseChecker.of(plan, payloads);
    const response = new ResponseBuffer();
    const body = Buffer.from('[pin-of-row-1 key-of-row-1 token-of-row-1 plain-of-row-1]');
    response.body(body, 0, body.length);
    checker?.judge(Object.assign(createExchange(0), { status: 200, index: 1, epoch: 1 }), response);
    expect(checker?.example).toBe('row 2, line 2: expected "never" within "[*** *** *** plain-of-row-1]"');
  });
});
