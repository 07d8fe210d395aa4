import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { createExchange, type Exchange } from '../core/exchange.ts';
import type { Driver } from '../core/ports.ts';
import { SystemClock } from '../load/clock.ts';
import { planOf } from '../plan/plan.fixture.ts';
import { Http1Driver } from './http1/driver.ts';
import { UndiciDriver } from './undici/driver.ts';

let server: Server | null = null;
let driver: Driver | null = null;
afterEach(() => {
  driver?.close();
  server?.closeAllConnections?.();
  server?.close();
});

/** The bodies kept of `n` requests, one after the other. */
async function bodiesOf(n: number, response: RequestListener, flags: Record<string, unknown> = {}): Promise<string[]> {
  const made = flags['http2'] === true ? createHttp2Server(response as never) : createServer(response);
  server = made as Server;
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  const target = `http://127.0.0.1:${(made.address() as AddressInfo).port}/predict`;
  const plan = planOf(flags, { target });
  const Made = flags['http2'] === true ? UndiciDriver : Http1Driver;
  const clock = new SystemClock();
  const own = new Made(plan, clock);
  driver = own;
  const bodies: string[] = [];
  for (let index = 0; index < n; index++) {
    const exchange = createExchange(0);
    exchange.index = index;
    exchange.dueAt = clock.now();
    const done = new Promise<Exchange>((resolve) => {
      own.onDone = resolve;
    });
    own.send(exchange);
    bodies.push((await done).body);
  }
  return bodies;
}

it.each([[false], [true]])('keeps the first five of each cause, and none of a success (HTTP/2: %s)', async (http2) => {
  let n = 0;
  const statuses = [200, 500, 500, 404, 500, 500, 200, 500, 500, 500, 404];
  const bodies = await bodiesOf(
    statuses.length,
    (_, response) => {
      const status = statuses[n++] ?? 200;
      response.writeHead(status).end(`${status} at ${n}`);
    },
    { http2 },
  );
  expect(bodies).toEqual([
    '',
    '500 at 2',
    '500 at 3',
    '404 at 4',
    '500 at 5',
    '500 at 6',
    '',
    '500 at 8',
    '',
    '',
    '404 at 11',
  ]);
});

it('shows them short, unpacked, without secrets and without what moves a cursor', async () => {
  const responses = [
    gzipSync('packed'),
    Buffer.from([0xff, 0xfe, 0]),
    `${'x'.repeat(3_000)}é`,
    '{"token":"hunter2","say":"\u001b[31mred\u202e"}\r\nTraceback:\n  boom',
  ];
  let n = 0;
  const bodies = await bodiesOf(4, (_, response) => {
    if (n === 0) response.setHeader('content-encoding', 'gzip');
    response.writeHead(500).end(responses[n++]);
  });
  expect(bodies[0]).toBe('packed');
  expect(bodies[1]).toBe('(3 bytes that are no text)');
  expect(bodies[2]).toBe(`${'x'.repeat(2_000)}…`);
  expect(bodies[3]).toBe('{"token":"***","say":"\\u001b[31mred\\u202e"}\nTraceback:\n  boom');
});

it('keeps those of wrong responses, which a check of their body found', async () => {
  const flags = { expectJson: ['$.p=0.23±0.01'] };
  expect(await bodiesOf(1, (_, response) => void response.end('{"p":0.31}'), flags)).toEqual(['{"p":0.31}']);
});
