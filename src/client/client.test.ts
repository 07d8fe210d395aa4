import { createServer, type RequestListener } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { OUTCOMES } from '../core/sample.ts';
import { makeCertificates } from '../drivers/certificates.fixture.ts';
import { SystemClock } from '../load/clock.ts';
import { planOf } from '../plan/plan.fixture.ts';
import { Client } from './client.ts';

const clock = new SystemClock();
const servers: Server[] = [];
let client: Client<string> | null = null;
afterEach(() => {
  client?.close();
  for (const server of servers.splice(0)) server.close();
});

async function listening(server: Server, path?: string): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) =>
    path === undefined ? server.listen(0, '127.0.0.1', resolve) : server.listen(path, resolve),
  );
  return path === undefined ? (server.address() as AddressInfo).port : 0;
}

const open = async (target: string, flags: Record<string, unknown> = {}): Promise<Client<string>> => {
  client = await Client.open(planOf({ timeout: '2s', ...flags }, { target }), clock, null, (answer) => answer.text());
  return client;
};

const echo: RequestListener = (request, response) => response.end(`${request.method} ${request.url}`);

/** A proxy that answers for the target, and tells what it was asked. */
async function proxyPort(asked: string[]): Promise<number> {
  return listening(
    createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end('by proxy');
    }),
  );
}

describe('a single request goes the way of the load', () => {
  const { ca, good } = makeCertificates();
  const secure = { cert: good.cert, key: good.key };

  it('over HTTP/1.1', async () => {
    const port = await listening(createServer(echo));
    const { exchange, seen } = await (await open(`http://127.0.0.1:${port}/p`)).send();
    expect([OUTCOMES[exchange.outcome], exchange.status, seen]).toEqual(['ok', 200, 'GET /p']);
  });

  it('over a Unix socket', async () => {
    const path = join(tmpdir(), `rampart-client-${process.pid}.sock`);
    await listening(createServer(echo), path);
    expect((await (await open(`http+unix://${path}:/p`)).send()).seen).toBe('GET /p');
  });

  it('over TLS, whose certificate is looked at', async () => {
    const port = await listening(createSecureServer(secure, echo));
    const files = { 'ca.pem': ca.cert };
    const plan = planOf({ cacert: 'ca.pem' }, { target: `https://localhost:${port}/p`, files });
    client = await Client.open(plan, clock, null, (answer) => answer.text());
    expect((await client.send()).seen).toBe('GET /p');
    client.close();
    const { exchange, seen } = await (await open(`https://localhost:${port}/p`)).send();
    expect([OUTCOMES[exchange.outcome], seen]).toEqual(['connect-error', null]);
  });

  it('over HTTP/2', async () => {
    const port = await listening(createHttp2Server(echo as never) as unknown as Server);
    expect((await (await open(`http://127.0.0.1:${port}/p`, { http2: true })).send()).seen).toBe('GET /p');
  });

  it('through a proxy', async () => {
    const asked: string[] = [];
    const proxy = `http://127.0.0.1:${await proxyPort(asked)}`;
    expect((await (await open('http://127.0.0.1:1/p', { proxy })).send()).seen).toBe('by proxy');
    expect(asked).toEqual(['http://127.0.0.1:1/p']);
  });
});

it('gives each of several requests its own response', async () => {
  const waiting: (() => void)[] = [];
  const port = await listening(
    createServer((_, response) => {
      const number = waiting.length;
      waiting.push(() => response.end(`answer ${number}`));
      // The later one is answered first.
      if (waiting.length === 2) for (const answer of waiting.reverse()) answer();
    }),
  );
  const both = await open(`http://127.0.0.1:${port}/`);
  const replies = await Promise.all([both.send(), both.send()]);
  expect(replies.map(({ seen }) => seen).sort()).toEqual(['answer 0', 'answer 1']);
  expect(new Set(replies.map(({ exchange }) => exchange)).size).toBe(2);
});

it('tells a request that is still under way at the end', async () => {
  const port = await listening(createServer(() => {}));
  const silent = await open(`http://127.0.0.1:${port}/`);
  const reply = silent.send();
  silent.close();
  const { exchange, seen } = await reply;
  expect([OUTCOMES[exchange.outcome], seen]).toEqual(['aborted', null]);
});
