/** Bodies of forms in a scenario file: what is sent, and what is refused with its place. */
import { describe, expect, it } from 'vitest';
import { createExchange } from '../core/exchange.ts';
import type { Payloads } from '../core/ports.ts';
import { VaryingRequests } from '../drivers/http1/request.ts';
import { payloadsOf } from '../load/payload.ts';
import { errorOf, rejectionOf } from './error.fixture.ts';
import { planOf, planOfScenario, preparedOf, worldWith } from './plan.fixture.ts';
import { resolvePlan } from './resolve.ts';

const typeOf = (headers: readonly (readonly [string, string])[] | undefined): string | undefined =>
  headers?.find(([name]) => name.toLowerCase() === 'content-type')?.[1];

describe('the fields of a form', () => {
  it('are percent-encoded, but for their placeholders, which are as their rows are', () => {
    const { requests } = planOfScenario(
      { form: { user: '{{row.user}}', q: 'a b&c', n: 1.5, yes: true, tag: ['x', 'y'], braces: '{{{{' }, data: 'r.csv' },
      {},
      { files: { 'dir/r.csv': 'user\nada\n' } },
    );
    const [request] = requests;
    expect(request).toMatchObject({
      method: 'POST',
      templated: true,
      body: { data: 'user={{row.user}}&q=a+b%26c&n=1.5&yes=true&tag=x&tag=y&braces=%7B%7B' },
    });
    expect(typeOf(request?.headers)).toBe('application/x-www-form-urlencoded');
  });

  it('may be of one request, over the body of all, and of the set-up', () => {
    const { requests, setup } = planOfScenario({
      body: { x: 1 },
      headers: ['X-A: b'],
      setup: [{ path: '/token', form: { grant: 'client' }, capture: { t: '$.t' } }],
      requests: [{ path: '/a' }, { path: '/b', form: { a: 1 }, headers: ['X-C: d'] }],
    });
    expect(requests.map(({ body }) => body?.data)).toEqual(['{"x":1}', 'a=1']);
    expect(requests.map(({ headers }) => typeOf(headers))).toEqual([
      'application/json',
      'application/x-www-form-urlencoded',
    ]);
    expect(requests[1]?.headers).toContainEqual(['X-C', 'd']);
    expect(setup?.[0]?.body?.data).toBe('grant=client');
  });
});

describe('the parts of a form', () => {
  it('are text that may be made of rows, where all of them are', () => {
    const { requests } = planOfScenario(
      { multipart: { note: 'for {{row.user}}', notes: { file: 'n.txt' } }, data: 'r.csv' },
      {},
      { files: { 'dir/r.csv': 'user\nada\n', 'dir/n.txt': 'two {{ braces' } },
    );
    expect(typeOf(requests[0]?.headers)).toBe('multipart/form-data; boundary=rampart-form');
    expect(requests[0]?.body?.data).toBe(
      [
        '--rampart-form\r\nContent-Disposition: form-data; name="note"\r\n\r\nfor {{row.user}}\r\n',
        '--rampart-form\r\nContent-Disposition: form-data; name="notes"; filename="n.txt"\r\n',
        'Content-Type: text/plain\r\n\r\ntwo {{{{ braces\r\n--rampart-form--\r\n',
      ].join(''),
    );
  });

  it('are bytes where a file is no text, and read back as they were', async () => {
    const picture = Uint8Array.from({ length: 300 }, (_, at) => at % 256);
    const multipart = {
      note: 'a {{{{ b',
      many: [1, 2],
      picture: { file: 'p.png', name: 'cat.png', type: 'image/webp' },
    };
    const { requests } = planOfScenario({ multipart }, {}, { files: { 'dir/p.png': picture } });
    const [request] = requests;
    expect(request?.body?.encoding).toBe('base64');
    const read = await new Response(Buffer.from(request?.body?.data ?? '', 'base64'), {
      headers: { 'content-type': typeOf(request?.headers) ?? '' },
    }).formData();
    expect([read.get('note'), read.getAll('many')]).toEqual(['a {{ b', ['1', '2']]);
    const file = read.get('picture') as File;
    expect([file.name, file.type, new Uint8Array(await file.arrayBuffer())]).toEqual([
      'cat.png',
      'image/webp',
      picture,
    ]);
  });

  it('may be made of rows beside a file that is no text, which is sent as it is', async () => {
    // What reads as a placeholder is none in a file.
    const picture = Buffer.concat([Buffer.from('\xff{{row.user}}{{{{', 'latin1'), Buffer.alloc(300, 0xfe)]);
    const multipart = { note: 'for {{row.user}} {{{{', picture: { file: 'p.png' }, n: '{{seq}}' };
    const files = { 'dir/r.csv': 'user\nada\ngrace\n', 'dir/p.png': picture };
    const sources = { kind: 'run', target: 'dir/s.json', env: {}, flags: {} } as const;
    const scenario = JSON.stringify({ url: 'http://h:1/p', multipart, data: 'r.csv', dataOrder: 'once' });
    const { plan, rows } = preparedOf(sources, worldWith({ ...files, 'dir/s.json': scenario }));
    const sent = VaryingRequests.of(plan, payloadsOf(plan, rows) as Payloads);
    for (const [index, user] of ['ada', 'grace'].entries()) {
      const whole = sent?.render(Object.assign(createExchange(0), { index })) as Buffer;
      const at = whole.indexOf('\r\n\r\n');
      expect(whole.toString('latin1', 0, at)).toContain(`Content-Length: ${whole.length - at - 4}`);
      const type = typeOf(plan.requests[0]?.headers) ?? '';
      const read = await new Response(whole.subarray(at + 4), { headers: { 'content-type': type } }).formData();
      expect([read.get('note'), read.get('n')]).toEqual([`for ${user} {{`, String(index)]);
      expect(Buffer.from(await (read.get('picture') as File).arrayBuffer()).equals(picture)).toBe(true);
    }
  });

  it('have a boundary that no part holds', () => {
    const { requests } = planOfScenario({ multipart: { a: '--rampart-form', b: '--rampart-form-0' } });
    expect(typeOf(requests[0]?.headers)).toBe('multipart/form-data; boundary=rampart-form-0-0');
    const file = Buffer.from('\xff--rampart-form', 'latin1');
    const beside = planOfScenario({ multipart: { a: '{{seq}}', p: { file: 'p' } } }, {}, { files: { 'dir/p': file } });
    expect(typeOf(beside.requests[0]?.headers)).toBe('multipart/form-data; boundary=rampart-form-0');
  });
});

describe('a form', () => {
  it.each([
    [{ form: { a: 1 }, body: 'x' }, 'line 3, column 3: form and body are both given; a request has one body'],
    [{ form: { a: 1 }, multipart: { a: 1 } }, 'form and multipart are both given'],
    [{ multipart: { a: 1 }, bodyFile: 'x' }, 'multipart and bodyFile are both given'],
    [{ form: 'a=1' }, 'line 3, column 3: form must be an object of fields by name'],
    [{ form: { a: {} } }, 'form.a must be text, a number, or true or false'],
    [{ multipart: { a: { fil: 'x' } } }, 'multipart.a'],
    [{ multipart: { a: { file: 'no.png' } } }, 'multipart.a: "dir/no.png" does not exist'],
    [{ multipart: { a: 1 }, headers: { 'content-type': 'x/y' } }, 'headers name a content type beside multipart'],
    [{ multipart: { a: '{{rwo.x}}', p: { file: 'p.png' } } }, '{{rwo.x}} is no placeholder'],
    [{ form: { a: '{{base64 AAEC}}' } }, 'body: {{base64}} is for a body that is neither JSON nor a form’s fields'],
    [{ form: { a: '{{rwo.x}}' } }, '{{rwo.x}} is no placeholder'],
    [{ requests: [{ path: '/', form: [] }] }, 'requests[0].form must be an object of fields by name'],
    [{ requests: [{ path: '/', from: {} }] }, 'requests[0].from is not known here | Did you mean form?'],
  ])('is refused with its place: %j', (settings, message) => {
    const files = { 'dir/p.png': Uint8Array.of(255, 0) };
    expect(errorOf(() => planOfScenario(settings, {}, { files }))).toContain(message);
  });
});

describe('the environments of a scenario', () => {
  const SCENARIO = `url: http://here:1/p
headers: { X-Env: none, X-All: all }
timeout: 5s
environments:
  staging:
    url: http://staging:2/q
    headers: { X-Env: "{{env.STAGE}}" }
    thresholds: p95<1s
  production:
    url: http://production:3
    headers: { X-Env: "{{env.PROD}}" }
`;
  const read = (text: string, flags: object, env: Readonly<Record<string, string>> = {}) =>
    resolvePlan({ kind: 'run', target: 's.yaml', env, flags: { ...flags } }, worldWith({ 's.yaml': text }));

  it('lie over the file, and beneath flags; only the chosen one needs its variables', async () => {
    expect((await read(SCENARIO, {})).target.url).toBe('http://here:1/p');
    const staging = await read(SCENARIO, { env: 'staging' }, { STAGE: 'blue' });
    expect(staging).toMatchObject({ target: { url: 'http://staging:2/q' }, timeout: 5_000_000 });
    expect(staging.thresholds.map(({ text }) => text)).toEqual(['p95<1s']);
    expect(staging.requests[0]?.headers.slice(0, 2)).toEqual([
      ['X-All', 'all'],
      ['X-Env', 'blue'],
    ]);
    expect((await read(SCENARIO, { env: 'staging', timeout: '1s' }, { STAGE: 'x' })).timeout).toBe(1_000_000);
    expect((await read(SCENARIO, {}, { RAMPART_ENV: 'production', PROD: 'x' })).target.url).toBe(
      'http://production:3/',
    );
    expect((await read('url: http://h:1/', {}, { RAMPART_ENV: 'production' })).target.url).toBe('http://h:1/');
    expect((await read(`env: production\n${SCENARIO}`, {}, { PROD: 'x' })).target.url).toBe('http://production:3/');
  });

  it('lie beneath what a request says of itself', async () => {
    const several = `${SCENARIO}requests:\n  - { path: /a, headers: { X-Env: own } }\n  - { path: /b }\n`;
    const { requests, target } = await read(several, { env: 'staging' }, { STAGE: 'blue' });
    expect(target.url).toContain('http://staging:2');
    expect(requests.map(({ headers }) => headers.find(([name]) => name === 'X-Env')?.[1])).toEqual(['own', 'blue']);
  });

  it.each([
    [SCENARIO, { env: 'stagng' }, '--env: s.yaml has no environment "stagng" | Did you mean staging?'],
    [SCENARIO, { env: 'x' }, 'There are staging, production.'],
    ['url: http://h:1/', { env: 'x' }, 's.yaml has no environment "x" | Write them there'],
    [SCENARIO, { env: 'staging' }, 'environments.staging.headers.X-Env needs the environment variable STAGE'],
    [
      SCENARIO.replace('thresholds', 'treshold'),
      {},
      'line 8, column 5: environments.staging.treshold is not a setting',
    ],
    [
      SCENARIO.replace('url: http://production:3', 'env: staging'),
      {},
      'environments.production.env names an environment',
    ],
    [
      'url: http://h:1/\nenvironments: [a]\n',
      {},
      'line 2, column 1: environments must be an object of settings by name',
    ],
    ['url: http://h:1/\nenvironments: { a: 5 }\n', {}, 'environments.a must be an object of settings'],
  ])('are refused with their place: %#', async (text, flags, message) => {
    expect(await rejectionOf(read(text, flags))).toContain(message);
  });

  it('are of a scenario file only', () => {
    expect(errorOf(() => planOf({ env: 'staging' }))).toBe(
      'bad-flag --env is for a scenario file, which has environments',
    );
  });
});

describe('the number of requests', () => {
  it('has one name beside a list of requests, and may have it without one', () => {
    expect(planOfScenario({ maxRequests: 7 }).maxRequests).toBe(7);
    expect(planOfScenario({ requests: 7 }).maxRequests).toBe(7);
    expect(planOfScenario({ maxRequests: 7, requests: [{ path: '/a' }] }).maxRequests).toBe(7);
    expect(errorOf(() => planOfScenario({ maxRequests: 'x' }))).toContain('line 3, column 3: maxRequests');
    expect(errorOf(() => planOfScenario({ maxRequests: 7, requests: 7 }))).toContain(
      'line 3, column 3: maxRequests and requests are both given',
    );
  });
});
