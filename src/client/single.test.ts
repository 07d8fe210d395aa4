import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { SystemClock } from '../load/clock.ts';
import { planOf, planOfScenario } from '../plan/plan.fixture.ts';
import { requestEach, requestOnce } from './single.ts';

let server: NetServer | null = null;
afterEach(() => {
  (server as Server | null)?.closeAllConnections?.();
  server?.close();
  server = null;
});

async function urlOf(made: NetServer): Promise<string> {
  server = made;
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(made.address() as AddressInfo).port}/predict`;
}

const at = (listener: RequestListener): Promise<string> => urlOf(createServer(listener));
const ask = (target: string, flags: Record<string, unknown> = {}) =>
  requestOnce(planOf(flags, { target }), null, new SystemClock());

it('sends one request as a run would, and gives the response uncompressed', async () => {
  const got: string[] = [];
  const url = await at((request, response) => {
    request.on('data', (chunk) => got.push(`${request.method} ${request.headers['content-type']} ${chunk}`));
    request.on('end', () => {
      response.writeHead(200, { 'X-Model': 'v1', 'content-encoding': 'gzip' });
      response.end(gzipSync('{"y":1}'));
    });
  });
  const seen = await ask(url, { body: '{"x":1}', expectJson: ['$.y=1'] });
  expect(seen).toMatchObject({ outcome: 'ok', status: 200, message: '', body: '{"y":1}' });
  expect(seen.headers).toContainEqual(['X-Model', 'v1']);
  expect(seen.responseMs).toBeGreaterThan(0);
  expect(got).toEqual(['POST application/json {"x":1}']);
  expect(await ask(url, { body: '{"x":1}', expectJson: ['$.y=2'] })).toMatchObject({
    outcome: 'wrong-answer',
    message: '$.y differs',
    body: '{"y":1}',
  });
});

it('does so over HTTP/2', async () => {
  const url = await urlOf(
    createHttp2Server((_request, response) => {
      response.writeHead(404, { 'x-model': 'v1' });
      response.end('nothing here');
    }) as unknown as NetServer,
  );
  const seen = await ask(url, { http2: true });
  expect(seen).toMatchObject({ outcome: 'http-error', status: 404, body: 'nothing here' });
  expect(seen.headers).toContainEqual(['x-model', 'v1']);
});

it('tells what is no text, and who gives no response', async () => {
  const binary = await at((_request, response) => response.end(Buffer.from([0xff, 0xfe, 0x00])));
  expect(await ask(binary)).toMatchObject({ outcome: 'ok', body: null, bodyBytes: 3 });
  server?.close();
  const silent = await at((request) => request.socket.destroy());
  expect(await ask(silent)).toMatchObject({ outcome: 'reset', status: 0, headers: [], body: '' });
  expect(await ask(await at(() => {}), { timeout: '200ms' })).toMatchObject({ outcome: 'timeout', status: 0 });
});

it('sends one of each request, made of what the ones before it gave', async () => {
  const got: string[] = [];
  const url = await at(({ method, url: path, headers }, response) => {
    got.push(`${method} ${path} ${headers['authorization'] ?? '-'}`);
    response.end(path === '/login' ? '{"token":"t1"}' : '{}');
  });
  const plan = planOfScenario({
    url,
    requests: [
      { name: 'basket', path: '/basket', headers: { Authorization: 'Bearer {{captured.token}}' } },
      { name: 'login', path: '/login', body: {}, capture: { token: '$.token' } },
      { name: 'off', path: '/off' },
      { name: 'home', path: '/' },
    ],
    flows: [
      { name: 'shop', steps: ['login', { pause: '1h' }, 'basket', 'login'] },
      { name: 'never', weight: 0, steps: ['off'] },
      { name: 'look', steps: ['home', 'home'] },
    ],
  });
  const seen: string[] = [];
  for await (const { request, outcome } of requestEach(plan, null, new SystemClock()))
    seen.push(`${request} ${outcome}`);
  expect(seen).toEqual(['login ok', 'basket ok', 'home ok']);
  expect(got).toEqual(['POST /login -', 'GET /basket Bearer t1', 'GET / -']);
});
