import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readHar } from './har.ts';
import { toOneHost } from './hosts.ts';
import { readHttpFile } from './http-file.ts';
import type { Imported } from './imported.ts';
import { COLLECTION, HTTP_FILE, harOf } from './imports.fixture.ts';
import { kindOf } from './kind.ts';
import { readPostman } from './postman.ts';
import { scenarioOf } from './scenario.ts';
import { SecretTaker } from './secrets.ts';
import { commandsIn } from './shell-words.ts';
import { envName, withVariables } from './variables.ts';

const JSON_POST = { mimeType: 'application/json', text: '{"a": 1}' };

describe('a HAR file', () => {
  const har = readHar(
    harOf([
      { url: 'https://api.test/app.js', type: 'text/javascript' },
      { url: 'https://api.test/logo', resource: 'image', type: '' },
      { url: 'https://cdn.test/lib.css?v=2', type: '' },
      {
        url: 'https://api.test/predict',
        method: 'POST',
        post: JSON_POST,
        headers: { ':authority': 'api.test', 'X-A': 'b', 'sec-fetch-mode': 'cors' },
        at: 1,
      },
      { url: 'https://api.test/predict', method: 'OPTIONS', headers: { 'Access-Control-Request-Method': 'POST' } },
      {
        url: 'https://api.test/form',
        method: 'POST',
        post: { mimeType: 'application/x-www-form-urlencoded', params: [{ name: 'a', value: '{{b}}' }] },
        at: 3,
      },
      { url: 'wss://api.test/socket' },
    ]),
  );

  it('has its requests in turn, with the pauses between them', () => {
    expect(har.requests).toEqual([
      {
        name: 'POST /predict',
        method: 'POST',
        url: 'https://api.test/predict',
        headers: [
          ['X-A', 'b'],
          ['content-type', 'application/json'],
        ],
        body: '{"a": 1}',
        response: { headers: [] },
      },
      expect.objectContaining({ url: 'https://api.test/form', body: 'a=%7B%7Bb%7D%7D', pause: 1990 }),
    ]);
  });

  it('says what is left out of it', () => {
    expect(har.leftOut).toEqual([
      '1 × script',
      '1 × image',
      '1 × style sheet',
      '1 × preflight of a browser (CORS)',
      '1 × request of another kind than HTTP',
    ]);
  });

  it('of several hosts is one of them', () => {
    const both = readHar(
      harOf([{ url: 'https://a.test/x' }, { url: 'https://b.test:81/y' }, { url: 'https://b.test:81/z' }]),
    );
    expect(() => toOneHost(both, null)).toThrow(
      'has requests to 2 hosts, and a scenario has one: https://b.test:81 (2), https://a.test (1)',
    );
    for (const host of ['b.test', 'B.test:81', 'https://b.test:81/'])
      expect(toOneHost(both, host)).toMatchObject({ requests: [{}, {}], leftOut: ['1 × request to another host'] });
    expect(() => toOneHost(both, 'c.test')).toThrow('has no request to c.test');
  });

  it.each([
    ['{', 'is no HAR file: it is not JSON'],
    ['[]', 'is a HAR file without a request'],
    ['{"log": {"entries": [null, 7, {"request": {"url": "x"}}]}}', 'has no request that could be a load'],
    [harOf(Array.from({ length: 1001 }, (_, n) => ({ url: `http://h/${n}` }))), 'has more than 1,000 requests'],
  ])('%.40s is refused', (text, says) => {
    expect(() => readHar(text)).toThrow(says);
  });
});

describe('a Postman collection', () => {
  const { requests, leftOut } = readPostman(JSON.stringify(COLLECTION));
  const basic = btoa('ann:hunter22');

  it('has folders, variables, authorization and bodies', () => {
    expect(requests).toEqual([
      {
        name: 'Models / raw',
        method: 'POST',
        url: 'http://api.test:8080/v1/predict/7?n=5',
        headers: [
          ['X-Team', 'loans'],
          ['content-type', 'application/json'],
          // The password is one of the file's: the environment has it.
          ['Authorization', `Basic ${basic}`],
        ],
        body: '{"n": 5, "id": "{{uuid}}", "password": "hunter22"}',
      },
      {
        name: 'Models / form',
        method: 'POST',
        url: 'http://api.test:8080/v1/form',
        headers: [['content-type', 'application/x-www-form-urlencoded']],
        body: 'a+b=x%265',
      },
      expect.objectContaining({
        name: 'parts',
        url: 'http://api.test:8080/v1/parts',
        headers: [
          ['content-type', 'multipart/form-data; boundary=rampart-form'],
          ['Authorization', 'Bearer {{env.API_TOKEN}}'],
        ],
        body: '--rampart-form\r\nContent-Disposition: form-data; name="text"\r\n\r\nhello\r\n--rampart-form--\r\n',
      }),
    ]);
    expect(leftOut).toEqual([
      '1 × script of a request (its tests and what it sets are not carried over)',
      '1 × request with a file in its form (upload: give all of it with bodyFile)',
    ]);
  });

  it('whose folders lie too deep, or whose variables have no end, is refused', () => {
    let item: object = { name: 'x', request: 'http://h/' };
    for (let n = 0; n < 150; n++) item = { name: 'f', item: [item] };
    expect(() => readPostman(JSON.stringify({ item: [item] }))).toThrow('folders more than 100 within each other');
    const cyclic = {
      variable: [
        { key: 'a', value: '{{b}}' },
        { key: 'b', value: '{{a}}' },
      ],
      item: [{ name: 'x', request: '{{a}}' }],
    };
    expect(() => readPostman(JSON.stringify(cyclic))).toThrow('contains itself: a → b → a');
  });
});

describe('an .http file', () => {
  it('has requests, variables, bodies and no scripts', () => {
    const { requests, leftOut } = readHttpFile(HTTP_FILE);
    expect(requests).toEqual([
      {
        name: 'list',
        method: 'GET',
        url: 'http://api.test/models?page=2&size=10',
        headers: [['Accept', 'application/json']],
        body: null,
      },
      {
        name: 'predict',
        method: 'POST',
        url: 'http://api.test/predict',
        headers: [
          ['Content-Type', 'application/json'],
          ['Authorization', 'Bearer {{env.TOKEN}}'],
        ],
        body: '{\n  "income": 52000,\n  "id": "{{uuid}}"\n}',
      },
      expect.objectContaining({ name: 'form', body: 'user=ann&password={{env.PASSWORD}}' }),
    ]);
    expect(leftOut).toEqual(['1 × script behind a request']);
  });

  it('may have a request by its address alone, its host in a header, and a body in a file', () => {
    const text = 'http://a.test/x\n\n###\nPOST /y\nHost: b.test\n\n< ./body.json\n';
    expect(readHttpFile(text).requests).toMatchObject([
      { name: 'GET /x', method: 'GET', url: 'http://a.test/x' },
      { url: 'http://b.test/y', bodyFile: './body.json', body: null },
    ]);
  });

  it.each([
    ['hello there\n', 'line 1 is no request: "hello there"'],
    ['GET http://h/\nno header\n', 'line 2 is neither a header nor empty'],
    ['POST /x\n', 'line 1 has a path and no host'],
    ['# nothing\n', 'has no request'],
  ])('%j is refused with its line', (text, says) => {
    expect(() => readHttpFile(text)).toThrow(says);
  });
});

describe('words of a command', () => {
  it.each([
    [`curl 'a b' "c \\"d\\" \\$e" $'f\\n\\u0041\\x42\\'' g\\ h`, [['curl', 'a b', 'c "d" $e', "f\nAB'", 'g h']]],
    [
      'curl a \\\n  -H b | jq .x\ncurl c # no\n',
      [
        ['curl', 'a', '-H', 'b', '|', 'jq', '.x'],
        ['curl', 'c'],
      ],
    ],
    ['curl http://h/?a=1&b=2 ; curl d && e', [['curl', 'http://h/?a=1&b=2'], ['curl', 'd'], ['e']]],
    [`curl ''`, [['curl', '']]],
  ])('%j', (text, commands) => {
    expect(commandsIn(text)).toEqual(commands);
  });

  it('whatever they are, come quoted out as they went in', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 })), (words) => {
        const line = ['curl', ...words.map((word) => `'${word.replaceAll("'", "'\\''")}'`)].join(' ');
        expect(commandsIn(line)).toEqual([['curl', ...words]]);
      }),
    );
    expect(() => commandsIn("curl\n-d 'x")).toThrow('a quote that is not closed, in line 2');
  });
});

describe('variables', () => {
  it('within each other are bounded', () => {
    const doubling = (name: string): string => `{{${Number(name) + 1}}}{{${Number(name) + 1}}}`;
    expect(() => withVariables('{{0}}', doubling)).toThrow(/variables (?:more than 100|that make more than 4 MiB)/);
    expect(withVariables('{{ a }} {{{x', (name) => (name === 'a' ? '{{{{' : null))).toBe('{{{{{{{{ {{{{{x');
  });

  it('are named in the environment as a shell can', () => {
    expect(['apiToken', 'X-API-Key', '2nd', 'user', '…', 'rampartRate'].map(envName)).toEqual([
      ...['API_TOKEN', 'X_API_KEY', 'API_2ND', 'API_USER', 'VALUE', 'API_RAMPART_RATE'],
    ]);
  });
});

describe('secrets', () => {
  const taken = (request: Partial<Imported['requests'][number]>) => {
    const taker = new SecretTaker();
    const made = taker.take({ name: 'x', method: 'POST', url: 'http://h/p', headers: [], body: null, ...request });
    return { ...made, names: [...taker.names] };
  };

  it('are left to the environment, wherever they stand', () => {
    const { url, headers, body, names } = taken({
      url: 'http://ann:pw1@h/p?api_key=K1&x=1',
      headers: [
        ['Cookie', 'session=abc'],
        ['X-Api-Key', 'K1'],
        ['X-Trace', 'eyJhbGciOiJI.eyJzdWIiOiIx.sig'],
      ],
      body: '{"user": "ann", "password" : "p\\"w", "nested": {"pin": 1234, "max_tokens": 7}, "list": ["token", 1]}',
    });
    expect(url).toBe('http://h/p?api_key={{env.X_API_KEY}}&x=1');
    expect(headers).toEqual([
      ['Cookie', '{{env.COOKIE}}'],
      ['X-Api-Key', '{{env.X_API_KEY}}'],
      ['X-Trace', '{{env.TOKEN}}'],
      ['Authorization', 'Basic {{env.BASIC_CREDENTIALS}}'],
    ]);
    expect(body).toBe(
      '{"user": "ann", "password" : "{{env.PASSWORD}}", "nested": {"pin": {{env.PIN}}, "max_tokens": 7}, "list": ["token", 1]}',
    );
    expect(names).toEqual(['COOKIE', 'X_API_KEY', 'TOKEN', 'BASIC_CREDENTIALS', 'PASSWORD', 'PIN']);
  });

  it('of no text whatever make its reading slow, or it fail', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(taken({ body: `{"a": ${text}` }).names).toBeDefined();
      }),
    );
    const long = `{"password": "${'\\"'.repeat(500_000)}"}`;
    expect(taken({ body: long }).body).toBe('{"password": "{{env.PASSWORD}}"}');
  });
});

describe('a scenario of what was imported', () => {
  const request = { name: 'x', method: 'GET', url: 'http://h/p?a=1', headers: [], body: null };

  it('of one request has it on top', () => {
    const all = [request, request, { ...request, pause: 2_000 }];
    expect(scenarioOf({ requests: all, inOrder: true, leftOut: [] })).toEqual({
      scenario: { url: 'http://h/p?a=1', method: 'GET' },
      ...{ variables: [], requests: 1, captures: [] },
    });
  });

  it('of several has each once, and what was recorded as a flow', () => {
    const body = { ...request, name: 'x', method: 'POST', body: '{"n": 1.0}' };
    const { scenario } = scenarioOf({
      requests: [request, { ...body, pause: 1_510 }, request],
      inOrder: true,
      leftOut: [],
    });
    expect(scenario).toEqual({
      url: 'http://h',
      requests: [
        { name: 'x', path: '/p?a=1', method: 'GET' },
        // 1.0 stays what it is.
        { name: 'x 2', path: '/p?a=1', method: 'POST', body: '{"n": 1.0}' },
      ],
      flows: [{ name: 'recorded', steps: ['x', { pause: '1.5s' }, 'x 2', 'x'] }],
    });
  });
});

it.each([
  ['a.har', '', 'har'],
  ['a.json', harOf([{ url: 'http://h/' }]), 'har'],
  ['a.json', JSON.stringify(COLLECTION), 'postman'],
  ['a.rest', '', 'http'],
  ['a.txt', HTTP_FILE, 'http'],
  ['a.sh', '#!/bin/sh\n\ncurl http://h/', 'curl'],
])('the kind of %s is told', (path, text, kind) => {
  expect(kindOf(path, text)).toBe(kind);
});

it('the kind of anything else is asked for', () => {
  expect(() => kindOf('a.json', '{"openapi": "3.1.0"}')).toThrow('is a description in OpenAPI');
  expect(() => kindOf('a.bin', '\0\0')).toThrow('is none of the files');
});
