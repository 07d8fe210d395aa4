import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { planFixture } from '../core/plan.fixture.ts';
import type { Plan } from '../core/plan.ts';
import { SystemClock } from '../load/clock.ts';
import { InstanceProbe } from './instances.ts';

let server: Server | null = null;
let probe: InstanceProbe | null = null;
afterEach(() => {
  probe?.close();
  server?.close();
});

/** A server that answers its n-th request with the n-th of these headers and statuses; counts its connections. */
async function probeOf(
  answers: readonly (readonly [status: number, headers: Record<string, string>])[],
  header: string | null = null,
  changes: Partial<Plan> = {},
) {
  let requests = 0;
  const seen = { connections: 0 };
  const listening = createServer((_, response) => {
    const [status, headers] = answers[requests++ % answers.length] ?? [200, {}];
    response.writeHead(status, headers).end('{}');
  });
  server = listening.on('connection', () => seen.connections++);
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const { port } = listening.address() as AddressInfo;
  const target = { url: `http://127.0.0.1:${port}/`, protocol: 'http:', host: '127.0.0.1', port } as const;
  const made = await InstanceProbe.of({ ...planFixture({ target, ...changes }) }, new SystemClock(), null, header);
  probe = made;
  return { made, seen };
}

it('tells instances apart by the header that names them, over a connection for each question', async () => {
  const { made, seen } = await probeOf([
    [200, { 'X-Instance': 'a' }],
    [503, { 'x-instance': 'b' }],
  ]);
  expect(await made?.ask()).toEqual({ id: 'a', named: true });
  expect(await made?.ask()).toEqual({ id: 'b', named: true });
  expect(seen.connections).toBe(2);
});

it('looks at the header that is asked for, and at no other', async () => {
  const { made } = await probeOf([[200, { 'x-instance': 'a', 'X-Shard': '7' }]], 'X-Shard');
  expect(await made?.ask()).toEqual({ id: '7', named: true });
});

it('falls back on the address that answered', async () => {
  const { made } = await probeOf([[200, {}]]);
  expect(await made?.ask()).toEqual({ id: '127.0.0.1', named: false });
});

it('knows nothing where nobody answers, and over HTTP/2', async () => {
  const { made } = await probeOf([[200, {}]]);
  server?.close();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await made?.ask()).toBeNull();
  expect((await probeOf([[200, {}]], null, { http2: true })).made).toBeNull();
});
