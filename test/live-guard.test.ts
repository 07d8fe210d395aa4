import { request } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { type Running, rampart, start } from './command.ts';
import { httpTarget } from './target.ts';

/** Who may use the page's server, asked over real connections. */

const running: Running[] = [];

afterEach(async () => {
  for (const command of running.splice(0)) {
    command.kill('SIGINT');
    await command.finished;
  }
});

async function served(...args: string[]): Promise<URL> {
  const command = start(['--ui', '0', ...args]);
  running.push(command);
  await command.shown('Waiting for a test');
  return new URL(/Page: (\S+)/.exec(command.output())?.[1] ?? '');
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Record<string, string | string[] | undefined>;
}

function ask(url: URL, path: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = url;
    const sent = request({ hostname, port, path, method: body === undefined ? 'GET' : 'POST', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
        // A stream of events has no end.
        if (text.includes('event: frame')) response.destroy();
      });
      response.on('close', () => resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }));
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

const JSON_TYPE = { 'content-type': 'application/json' };

it('serves this machine only, by its own address, and only its own page may change anything', async () => {
  const url = await served();
  const page = await ask(url, '/');
  expect(page.status).toBe(200);
  expect(page.headers['content-security-policy']).toMatch(/default-src 'none'; script-src 'sha256-/);
  expect(page.headers['access-control-allow-origin']).toBeUndefined();
  expect((await ask(url, '/events')).body).toContain('event: frame');
  for (const path of ['/', '/events', '/runs/x/result.json'])
    expect((await ask(url, path, { host: `evil.example:${url.port}` })).status).toBe(421);

  let received = 0;
  const target = await httpTarget((_request, response) => {
    received++;
    response.end();
  });
  const call = JSON.stringify({ kind: 'run', settings: { url: target.url, vus: '1', duration: '1s' } });
  const own = { origin: url.origin, 'sec-fetch-site': 'same-origin' };
  const refused = async (headers: Record<string, string>, body = call): Promise<number> =>
    (await ask(url, '/control/start', headers, body)).status;
  expect(await refused({ ...JSON_TYPE, origin: 'http://evil.example' })).toBe(403);
  expect(await refused({ ...JSON_TYPE, 'sec-fetch-site': 'cross-site' })).toBe(403);
  expect(await refused({ ...own, 'content-type': 'text/plain' })).toBe(415);
  expect(await refused({ ...JSON_TYPE, ...own, host: `evil.example:${url.port}` })).toBe(421);
  expect(await refused({ ...JSON_TYPE, ...own }, '{"kind": ')).toBe(400);
  expect(await refused({ ...JSON_TYPE, ...own }, '["kind"]')).toBe(200);
  expect((await ask(url, '/control/start')).status).toBe(404);
  expect((await ask(url, '/runs/..%2f..%2fetc/passwd')).status).toBe(404);
  expect(received).toBe(0);
  await target.close();
});

it('asks everybody for the token where others can come', async () => {
  const url = await served('--ui-host', '0.0.0.0');
  const token = url.searchParams.get('token') ?? '';
  expect(token).toMatch(/^[\w-]{24}$/);
  const local = new URL(`http://127.0.0.1:${url.port}/`);
  for (const path of ['/', '/events', '/?token=wrong', '/runs/x/result.json'])
    expect((await ask(local, path)).status).toBe(401);
  const call = (headers: Record<string, string>): Promise<Answer> =>
    ask(local, '/control/stop', { ...JSON_TYPE, ...headers }, '{}');
  expect((await call({})).status).toBe(401);
  expect((await call({ authorization: `Bearer ${token}x` })).status).toBe(401);
  expect((await call({ authorization: `Bearer ${token}` })).status).toBe(200);
  const entered = await ask(local, `/?token=${token}`);
  expect([entered.status, entered.headers['location']]).toEqual([303, '/']);
  const [cookie = ''] = entered.headers['set-cookie'] ?? [];
  expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
  expect((await ask(local, '/', { cookie: cookie.split(';')[0] ?? '' })).status).toBe(200);
});

it('says what is wrong with the address it is to have', async () => {
  const url = await served();
  const taken = await rampart(['--ui', url.port]);
  expect([taken.code, taken.stderr]).toEqual([2, expect.stringMatching(/something else does\n.*--ui 0/)]);
});
