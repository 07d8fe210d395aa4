import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { heldUp } from '../../test/held-up.ts';
import { type LawServer, startLawServer } from './server.ts';

let server: LawServer | undefined;
afterEach(() => server?.close());

async function start(options: Parameters<typeof startLawServer>[0]): Promise<LawServer> {
  server = await startLawServer({ drainMs: 0, log: () => {}, ...options });
  return server;
}

const ask = (init: RequestInit = { method: 'POST', body: '{}' }) => fetch(`${server?.url}/predict`, init);
const sojournMs = (response: Response) => Number(response.headers.get('x-sojourn-us')) / 1e3;

describe('a law', () => {
  test('answers any method on any path, and says how long that took', async () => {
    const held = heldUp();
    await start({ law: 'fixed:20ms' });
    for (const response of [await ask(), await ask({ method: 'GET' }), await fetch(`${server?.url}/x?y=1`)]) {
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('application/json');
      expect(await response.text()).toBe('{"ok":true}');
      expect(sojournMs(response)).toBeGreaterThanOrEqual(20);
      expect(sojournMs(response)).toBeLessThan(60 + held() / 1e3);
    }
    expect(server?.totals).toEqual({ received: 3, answered: 3, byStatus: { 200: 3 } });
  });

  test('with one slot serves in turn: the n-th of a crowd waits for n services', async () => {
    const held = heldUp();
    await start({ law: 'fixed:20ms', slots: 1 });
    const sojourns = (await Promise.all(Array.from({ length: 5 }, () => ask()))).map(sojournMs).sort((a, b) => a - b);
    // They arrive within a moment of each other, so the last one's wait is the sum of the services before it less that moment.
    expect(sojourns[0]).toBeGreaterThanOrEqual(20);
    expect(sojourns[4]! - sojourns[0]!).toBeGreaterThan(40);
    expect(sojourns[4]).toBeLessThan(200 + held() / 1e3);
  });

  test('without a limit of slots nobody waits', async () => {
    const held = heldUp();
    await start({ law: 'fixed:100ms' });
    for (const response of await Promise.all(Array.from({ length: 20 }, () => ask())))
      expect(sojournMs(response)).toBeLessThan(200 + held() / 1e3);
  });

  test('refuses with 503 what finds the queue full', async () => {
    // Long enough for all to be there before the first is served.
    await start({ law: 'fixed:400ms', slots: 2, queue: 3 });
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask()));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 503, 503, 503, 503, 503]);
    const refused = answers.find(({ status }) => status === 503)!;
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.json()).toEqual({ error: 'the queue is full' });
    expect(await (await fetch(`${server?.url}/stats`)).json()).toEqual({
      received: 10,
      answered: 10,
      byStatus: { 200: 5, 503: 5 },
    });
  });

  test('is healthy and ready, and counts neither', async () => {
    await start({ law: 'fixed:0ms' });
    for (const path of ['/health', '/ready'])
      expect(await (await fetch(server?.url + path)).json()).toEqual({ status: 'ok' });
    expect(server?.totals.received).toBe(0);
  });

  test('that is none is refused, as is a fault', async () => {
    await expect(startLawServer({ law: 'gauss:1ms' })).rejects.toThrow('is no law');
    await expect(startLawServer({ law: 'exp:1ms', faults: ['storm'] })).rejects.toThrow('is no fault');
  });
});

describe('a fault', () => {
  test('fails, with 500', async () => {
    await start({ law: 'fixed:0ms', faults: ['error:100%'] });
    const response = await ask();
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ error: 'injected fault' });
    expect(sojournMs(response)).toBeGreaterThanOrEqual(0);
  });

  test('cuts the connection', async () => {
    await start({ law: 'fixed:0ms', faults: ['drop:100%'] });
    const socket = connect(server!.port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(await text(socket)).toBe('');
    expect(server?.totals).toEqual({ received: 1, answered: 0, byStatus: {} });
  });

  test('hangs until the client gives up', async () => {
    await start({ law: 'fixed:0ms', faults: ['hang:100%'] });
    await expect(ask({ signal: AbortSignal.timeout(100) })).rejects.toThrow(/timeout/);
    expect(server?.totals).toEqual({ received: 1, answered: 0, byStatus: {} });
  });

  test('stretches the service', async () => {
    await start({ law: 'fixed:10ms', faults: ['slow:100%x5'] });
    expect(sojournMs(await ask())).toBeGreaterThanOrEqual(50);
  });

  test('stalls, in the sojourn too', async () => {
    await start({ law: 'fixed:0ms', faults: ['stall:290ms/300ms'] });
    const sojourns: number[] = [];
    for (let n = 0; n < 3; n++) {
      sojourns.push(sojournMs(await ask()));
      // Past the ten milliseconds in which answers are given.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(Math.max(...sojourns)).toBeGreaterThan(100);
  });
});
