import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { RunResult } from '../src/core/result.ts';
import { counted, rampart, start, temporaryFolder } from './command.ts';
import { codeOf } from './disturbed.ts';

/** Requests before and behind the load, against a service that knows its callers by a token. */

const TOKEN = 'tok-5d41402abc4b2a76';

interface Service {
  readonly url: string;
  /** `POST /login`, in order; with what followed of the load counted as one. */
  readonly got: string[];
  /** How often /login is refused first. */
  refusals: number;
  /** What the tear-down is answered with. */
  undo: number;
  close(): Promise<void>;
}

const services: Service[] = [];
afterEach(async () => {
  for (const each of services.splice(0)) await each.close();
});

async function service(): Promise<Service> {
  const own = { refusals: 0, undo: 204 };
  const got: string[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { method, url = '', headers } = request;
    const line = `${method} ${url}`;
    if (got.at(-1) !== line) got.push(line);
    const known = headers.authorization === `Bearer ${TOKEN}`;
    if (url === '/login') {
      if (own.refusals-- > 0) response.writeHead(503).end('starting up');
      else response.end(JSON.stringify({ access: TOKEN, id: 'user-77-x' }));
    } else if (!known) response.writeHead(401).end(`no such token: ${headers.authorization}`);
    else if (method === 'DELETE') response.writeHead(own.undo).end(own.undo === 204 ? undefined : `not with ${TOKEN}`);
    else response.end(`{"echo":"${headers.authorization}"}`);
  };
  const server = createServer((request, response) => {
    request.resume().once('end', () => answer(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const made = Object.assign(own, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    got,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
  services.push(made);
  return made;
}

function scenario(url: string, more: Readonly<Record<string, unknown>> = {}): string {
  const cwd = temporaryFolder();
  writeFileSync(
    join(cwd, 's.json'),
    JSON.stringify({
      url: `${url}/predict`,
      headers: { Authorization: 'Bearer {{captured.token}}', 'X-Team': 'loans' },
      setup: [
        {
          ...{ name: 'log in', path: '/login', body: { user: 'a' } },
          capture: { token: '$.access', user: '$.id' },
          ...{ retries: 3, retryPause: '10ms' },
        },
      ],
      teardown: [{ name: 'delete user', method: 'DELETE', path: '/users/{{captured.user}}' }],
      body: { x: 1 },
      vus: 2,
      ...more,
    }),
  );
  return cwd;
}

/** All that a run has written. */
function written(folder: string): string {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .map((path) => (statSync(path).isDirectory() ? written(path) : readFileSync(path, 'utf8')))
    .join('\n');
}

const resultIn = (cwd: string): RunResult =>
  JSON.parse(readFileSync(join(cwd, 'out/result.json'), 'utf8')) as RunResult;

describe('set-up and tear-down', () => {
  it('are once per run, count nowhere, and what is captured is everybody’s and shown nowhere', async () => {
    const target = await service();
    target.refusals = 2;
    const cwd = scenario(target.url);
    const args = ['run', 's.json', '-n', '60', '--threads', '2', '-o', 'out'];
    const { code, stdout, stderr } = await rampart(args, { cwd });
    expect([code, stderr]).toEqual([
      codeOf(resultIn(cwd), 0),
      expect.stringContaining('Set-up: 1 request, the slowest after'),
    ]);
    expect(stderr).toContain('2 attempts before them failed');
    expect(target.got).toEqual(['POST /login', 'POST /predict', 'DELETE /users/user-77-x']);
    const result = resultIn(cwd);
    expect(counted(result.totals)).toMatchObject({ sent: 60, ok: 60, failed: 0 });
    expect(result.teardown).toEqual({ requests: 1, failures: [] });
    expect(result.plan.setup?.map(({ name }) => name)).toEqual(['log in']);
    const all = [stdout, stderr, written(join(cwd, 'out'))].join('\n');
    expect(all.includes(TOKEN)).toBe(false);
    expect(all.includes('user-77-x')).toBe(false);
  });

  it.each([['find'], ['probe']])('go around a %s', async (command) => {
    const target = await service();
    const cwd = scenario(target.url, { vus: undefined });
    const more =
      command === 'find' ? ['--budget', '5s', '--max-rate', '40/s', '--slo', 'p95<2s'] : ['-n', '10', '-o', 'out'];
    const { code } = await rampart([command, 's.json', ...more], { cwd });
    expect([0, 5]).toContain(code);
    expect(target.got).toEqual(['POST /login', 'POST /predict', 'DELETE /users/user-77-x']);
  });

  it('say before any load which request failed for good, and how it was answered', async () => {
    const target = await service();
    target.refusals = 9;
    const cwd = scenario(target.url);
    const { code, stderr } = await rampart(['run', 's.json', '-n', '10'], { cwd });
    expect(code).toBe(4);
    expect(stderr).toMatch(
      /request 1 of the set-up failed \(HTTP 503, after .*, the last of 4 attempts\).*no load was sent/,
    );
    expect(stderr).toMatch(/log in:.*starting up/s);
    // Nothing was set up that could be torn down.
    expect(target.got).toEqual(['POST /login']);
  });

  it('tear down what the first request of the load refuses, too', async () => {
    const target = await service();
    const cwd = scenario(target.url, { expectContains: 'never there' });
    const { code, stderr } = await rampart(['run', 's.json', '-n', '10'], { cwd });
    expect([code, target.got.at(-1)]).toEqual([4, 'DELETE /users/user-77-x']);
    expect(stderr.includes(TOKEN)).toBe(false);
  });

  it('tear down after an interrupt, and tell what failed without touching a figure', async () => {
    const target = await service();
    target.undo = 500;
    const cwd = scenario(target.url, { duration: '60s', thresholds: ['errors<1%'] });
    const running = start(['run', 's.json', '-o', 'out'], { cwd });
    await running.shown('Preflight:');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    running.kill('SIGINT');
    const { code, stdout } = await running.finished;
    expect([code, target.got.at(-1)]).toEqual([130, 'DELETE /users/user-77-x']);
    expect(stdout).toMatch(/Tear-down\n.*delete user failed: HTTP 500/);
    const { teardown, totals } = resultIn(cwd);
    expect(teardown).toEqual({ requests: 1, failures: [{ request: 'delete user', status: 500, message: 'HTTP 500' }] });
    expect(totals.failed).toBe(0);
    expect(written(join(cwd, 'out')).includes(TOKEN)).toBe(false);
  });

  it('go around a dry run', async () => {
    const target = await service();
    const { code, stdout } = await rampart(['run', 's.json', '--dry-run'], { cwd: scenario(target.url) });
    expect([code, stdout]).toEqual([0, expect.stringContaining('Set-up, once: log in, captures token, user')]);
    expect(target.got).toEqual(['POST /login', 'POST /predict', 'DELETE /users/user-77-x']);
    expect(stdout.includes(TOKEN)).toBe(false);
  });
});

describe('the recipe for OAuth', () => {
  it('gets a token by client credentials, sends it with each request, and shows neither it nor the secret', async () => {
    const secret = 's3cr&t=+%20canary';
    const issued = 'issued-6f1ed002ab5595859014ebf0951522d9';
    const asked: string[] = [];
    const wrong: string[] = [];
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const piece of request.setEncoding('utf8')) body += piece;
      if (request.url === '/oauth/token') {
        const form = new URLSearchParams(body);
        asked.push(request.method ?? '', request.headers['content-type'] ?? '', form.get('scope') ?? '');
        const known = form.get('grant_type') === 'client_credentials' && form.get('client_id') === 'load test';
        const right = known && form.get('client_secret') === secret;
        response.writeHead(right ? 200 : 401, { 'content-type': 'application/json' });
        return void response.end(
          JSON.stringify(right ? { access_token: issued, token_type: 'Bearer' } : { error: body }),
        );
      }
      if (request.headers.authorization !== `Bearer ${issued}`) wrong.push(`${request.headers.authorization}`);
      response.end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const page = readFileSync(new URL('../docs/scenario.md', import.meta.url), 'utf8');
    const [, recipe = ''] = /### OAuth 2\.0[\s\S]*?```json\n([\s\S]*?)```/.exec(page) ?? [];
    const cwd = temporaryFolder();
    const at = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    writeFileSync(
      join(cwd, 'oauth.json'),
      recipe.replace('127.0.0.1:8989', at).replace('"vus": 10', '"vus": 2').replace('"30s"', '"1s"'),
    );
    const env = { CLIENT_ID: 'load test', CLIENT_SECRET: secret };
    const { code, stdout, stderr } = await rampart(['run', 'oauth.json', '-o', 'out'], { cwd, env });
    expect([[0, 5].includes(code ?? -1), stderr]).toEqual([true, expect.not.stringContaining('rampart: ')]);
    expect(asked).toEqual(['POST', 'application/x-www-form-urlencoded', 'predict']);
    expect(wrong).toEqual([]);
    const files = readdirSync(join(cwd, 'out')).map((name) => readFileSync(join(cwd, 'out', name), 'utf8'));
    for (const text of [stdout, stderr, ...files])
      for (const hidden of [issued, secret, encodeURIComponent(secret)]) expect(text).not.toContain(hidden);
    const refused = await rampart(['run', 'oauth.json', '-o', 'no'], {
      cwd,
      env: { ...env, CLIENT_SECRET: 'another-1' },
    });
    expect(refused.code).toBe(4);
    expect(refused.stderr).toMatch(/token.*401/s);
    expect(refused.stderr).not.toContain('another-1');
    server.close().closeAllConnections();
  });
});
