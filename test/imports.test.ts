import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COLLECTION, HTTP_FILE, harOf } from '../src/imports/imports.fixture.ts';
import { rampart, temporaryFolder } from './command.ts';

/** Files that other programs wrote, by the built command: what the target gets is what they say. */

interface Got {
  readonly line: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let server: Server;
let got: Got[];
let cwd: string;
beforeEach(async () => {
  got = [];
  cwd = temporaryFolder();
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (piece: string) => {
      body += piece;
    });
    request.on('end', () => {
      got.push({ line: `${request.method} ${request.url}`, headers: request.headers, body });
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok": true}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => void server.close().closeAllConnections());

const port = (): number => (server.address() as AddressInfo).port;
const origin = (): string => `http://127.0.0.1:${port()}`;
const put = (name: string, text: string): void => writeFileSync(join(cwd, name), text);

const JSON_POST = { mimeType: 'application/json', text: '{"user": "ann"}' };

/** What the target gets of one of each request of a scenario. */
async function triedOf(scenario: string, env: Record<string, string>): Promise<Got[]> {
  const valid = await rampart(['validate', scenario], { cwd });
  expect([valid.code, valid.stderr]).toEqual([0, '']);
  got = [];
  const { code, stderr } = await rampart(['run', scenario, '--dry-run'], { cwd, env });
  expect([code, stderr]).toEqual([0, '']);
  return got;
}

describe('rampart init --from', () => {
  it('makes a scenario of a HAR file, without its secrets', async () => {
    put(
      'x.har',
      harOf([
        { url: `${origin()}/page.css` },
        {
          url: `${origin()}/models?api_key=K-123456`,
          headers: { Cookie: 'session=abcdef', Accept: 'application/json' },
        },
        {
          url: `${origin()}/predict`,
          method: 'POST',
          post: { mimeType: 'application/json', text: '{"password": "hunter22", "n": 1.0, "braces": "{{x}}"}' },
          headers: { Authorization: 'Bearer abc.def.ghi-123', Cookie: 'session=abcdef' },
          at: 1,
        },
        { url: 'http://elsewhere.test/x' },
      ]),
    );
    const several = await rampart(['init', '--from', 'x.har'], { cwd });
    expect([several.code, several.stderr]).toEqual([2, expect.stringMatching(/2 hosts.*elsewhere\.test.*\n.*--host/s)]);
    const { code, stdout } = await rampart(['init', '--from', 'x.har', '--host', `127.0.0.1:${port()}`], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain('scenario.yaml is there: 2 requests of x.har');
    expect(stdout).toContain('Left out: 1 × style sheet, 1 × request to another host');
    const text = readFileSync(join(cwd, 'scenario.yaml'), 'utf8');
    for (const secret of ['K-123456', 'abcdef', 'abc.def', 'hunter22']) expect(text).not.toContain(secret);
    expect(text).toContain('# Needs of the environment: COOKIE, API_KEY, TOKEN, PASSWORD.');
    const env = { API_KEY: 'k&1', COOKIE: 'session=new', TOKEN: 'tok', PASSWORD: 'p"w' };
    const sent = await triedOf('scenario.yaml', env);
    expect(sent.map(({ line }) => line)).toEqual(['GET /models?api_key=k%261', 'POST /predict']);
    expect(sent[0]?.headers).toMatchObject({ cookie: 'session=new', accept: 'application/json' });
    expect(sent[1]).toMatchObject({ headers: { authorization: 'Bearer tok', 'content-type': 'application/json' } });
    expect(sent[1]?.body).toContain('"n": 1.0');
    expect(JSON.parse(sent[1]?.body ?? '')).toEqual({ password: 'p"w', n: 1, braces: '{{x}}' });
    const unset = await rampart(['run', 'scenario.yaml', '--dry-run'], { cwd, env: { COOKIE: 'x' } });
    expect([unset.code, unset.stderr]).toEqual([2, expect.stringContaining('needs the environment variable')]);
  });

  it('makes a flow of a recorded log-in that works with other tokens than the recorded ones', async () => {
    const paths: string[] = [];
    const issued: string[] = [];
    // Each log-in has a token of its own, and each job an id: nothing recorded is valid any more.
    const api = createServer((request, response) => {
      paths.push(`${request.method} ${request.url}`);
      const known = issued.some((token) => request.headers.authorization === `Bearer ${token}`);
      const job = /^\/jobs\/(?<id>job-[\da-f-]+)$/.exec(request.url ?? '')?.groups?.['id'];
      const body =
        request.url === '/login'
          ? { access_token: issued[issued.push(`fresh-${randomUUID()}`) - 1] }
          : request.url === '/jobs'
            ? { id: `job-${randomUUID()}` }
            : { done: job !== undefined };
      response.writeHead(request.url === '/login' || known ? 200 : 401, { 'content-type': 'application/json' });
      request.resume().once('end', () => response.end(JSON.stringify(body)));
    });
    await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
    const at = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
    const headers = { Authorization: 'Bearer recorded-token-77' };
    put(
      'login.har',
      harOf([
        { url: `${at}/login`, method: 'POST', post: JSON_POST, answer: { access_token: 'recorded-token-77' } },
        { url: `${at}/jobs`, method: 'POST', post: JSON_POST, headers, answer: { id: 'job-77aa' } },
        { url: `${at}/jobs/job-77aa`, headers, answer: { done: true } },
      ]),
    );
    const made = await rampart(['init', '--from', 'login.har', '-o', 'login.yaml'], { cwd });
    expect([made.code, made.stdout]).toEqual([0, expect.stringContaining('for later requests: access_token, id\n')]);
    expect(readFileSync(join(cwd, 'login.yaml'), 'utf8')).not.toMatch(/recorded-token|job-77aa/);
    const run = await rampart(['run', 'login.yaml', '--dry-run'], { cwd });
    expect([run.code, run.stderr]).toEqual([0, '']);
    expect(paths.slice(0, 2)).toEqual(['POST /login', 'POST /jobs']);
    expect(paths[2]).toMatch(/^GET \/jobs\/job-[\da-f]{8}-/);
    api.close().closeAllConnections();
  });

  it('makes one of a Postman collection and of an .http file, in another folder than theirs', async () => {
    put(
      'c.json',
      JSON.stringify(COLLECTION)
        .replaceAll('api.test:8080', `127.0.0.1:${port()}`)
        .replace('"api","test"', '"127","0","0","1"')
        .replace('"port":"8080"', `"port":"${port()}"`),
    );
    mkdirSync(join(cwd, 'sub'));
    const made = await rampart(['init', '--from', 'c.json', '-o', 'sub/postman.yaml'], { cwd });
    expect([made.code, made.stdout]).toEqual([0, expect.stringContaining('1 × request with a file in its form')]);
    const env = { BASIC_CREDENTIALS: 'YTpi', PASSWORD: 'pw', API_TOKEN: 'tok' };
    const postman = await triedOf('sub/postman.yaml', env);
    expect(postman.map(({ line }) => line)).toEqual(['POST /v1/predict/7?n=5', 'POST /v1/form', 'POST /v1/parts']);
    expect(JSON.parse(postman[0]?.body ?? '')).toMatchObject({
      n: 5,
      id: expect.stringMatching(/^[\da-f-]{36}$/),
      password: 'pw',
    });
    expect(postman[1]?.body).toBe('a+b=x%265');
    expect(postman[2]).toMatchObject({
      headers: { authorization: 'Bearer tok' },
      body: expect.stringContaining('\r\nhello\r\n'),
    });
    put('b.json', '{"from": "a file"}');
    put(
      'r.http',
      `${HTTP_FILE.replaceAll('http://api.test', origin())}\n### of a file\nPOST ${origin()}/file\n\n< ./b.json\n`,
    );
    expect((await rampart(['init', '--from', 'r.http', '-o', 'sub/http.yaml'], { cwd })).code).toBe(0);
    const http = await triedOf('sub/http.yaml', { TOKEN: 'tok', PASSWORD: 'p&w' });
    expect(http.map(({ line, body }) => [line, body.length > 50 ? '…' : body])).toEqual([
      ['GET /models?page=2&size=10', ''],
      ['POST /predict', '…'],
      ['POST /login', 'user=ann&password=p%26w'],
      ['POST /file', '{"from": "a file"}'],
    ]);
  });

  it.each([
    ['deep JSON', `{"log": ${'['.repeat(500_000)}`],
    ['deep folders', `{"info": {}, "item": ${'[{"item":'.repeat(20_000)}[]${'}]'.repeat(20_000)}}`],
    ['zero bytes', '\0'.repeat(1_000_000)],
    ['a method and no end', `GET http://h/${'a'.repeat(5_000_000)}`],
    ['braces', `GET http://h/\n\n${'{{'.repeat(500_000)}`],
    ['quotes', `curl ${`'"`.repeat(500_001)}`],
    ['a header of control characters', 'GET http://h/\nX-A: a\x01b\n'],
    ['many hosts', Array.from({ length: 900 }, (_, n) => `GET http://h${n}/\n\n###\n`).join('')],
  ])('ends in a message, in bounded time, of %s', async (_, text) => {
    put('x.txt', text);
    const started = performance.now();
    const { code, stderr } = await rampart(['init', '--from', 'x.txt'], { cwd });
    expect(performance.now() - started).toBeLessThan(60_000);
    if (code !== 0) expect([code, stderr]).toEqual([2, expect.stringContaining('x.txt')]);
    expect(stderr).not.toContain('this is a bug');
  });
});

describe('one request of a file', () => {
  it('is sent by run, as a cURL command is that is pasted', async () => {
    put(
      'c.sh',
      `curl '${origin()}/p?a=1' \\\n  -H 'X-A: b' --data-raw $'{"text": "it\\'s {{x}}"}' -H 'content-type: application/json' | jq .\n`,
    );
    const { code, stderr } = await rampart(['run', '--curl', 'c.sh', '-n', '3', '-u', '1', '-o', 'out'], { cwd });
    // Whether three requests are enough for a verdict is not the question.
    expect([0, 5]).toContain(code);
    expect(stderr).toContain('22 B of application/json');
    expect(got.length).toBeGreaterThanOrEqual(3);
    expect(got.at(-1)).toMatchObject({ line: 'POST /p?a=1', headers: { 'x-a': 'b' }, body: '{"text": "it\'s {{x}}"}' });
  });

  it.runIf(process.platform !== 'win32')('goes through the Unix socket that curl would take', async () => {
    const socket = join(cwd, 'a b.sock');
    const local = createServer((request, response) => {
      got.push({ line: `${request.method} ${request.url}`, headers: request.headers, body: '' });
      request.resume().once('end', () => response.end('ok'));
    });
    await new Promise<void>((resolve) => local.listen(socket, resolve));
    const pasted = ['curl', '--unix-socket', socket, 'http://model/p?a=1', '-d', 'x'];
    const { code, stderr } = await rampart(['run', '-n', '3', '-u', '1', '-o', 'out', '--', ...pasted], { cwd });
    expect([[0, 5].includes(code ?? -1), stderr]).toEqual([true, expect.not.stringContaining('rampart: ')]);
    expect(got.at(-1)).toMatchObject({ line: 'POST /p?a=1', headers: { host: 'model' } });
    put('two.sh', `curl --unix-socket '${socket}' http://model/a\ncurl --unix-socket '${socket}' http://model/b\n`);
    const made = await rampart(['init', '--from', 'two.sh', '-o', 'socket.yaml'], { cwd });
    expect([made.code, made.stderr]).toEqual([0, '']);
    expect((await triedOf('socket.yaml', {})).map(({ line }) => line)).toEqual(['GET /a', 'GET /b']);
    local.close().closeAllConnections();
  });

  it('is sent by probe, with values of the environment; of several none is', async () => {
    put('r.http', `POST ${origin()}/p\nX-Key: {{key}}\n\nhello`);
    const unset = await rampart(['probe', '--from', 'r.http', '-n', '5'], { cwd });
    expect([unset.code, unset.stderr]).toEqual([2, expect.stringContaining('needs the environment variable KEY')]);
    const { code } = await rampart(['probe', '--from=r.http', '-n', '5'], { cwd, env: { KEY: 'k 1' } });
    expect([0, 5]).toContain(code);
    expect(got.at(-1)).toMatchObject({ line: 'POST /p', headers: { 'x-key': 'k 1' }, body: 'hello' });
    put('two.http', `GET ${origin()}/a\n\n###\nGET ${origin()}/b\n`);
    const two = await rampart(['run', '--from', 'two.http'], { cwd });
    expect([two.code, two.stderr]).toEqual([2, expect.stringMatching(/2 requests.*\n.*rampart init --from two\.http/)]);
  });
});
