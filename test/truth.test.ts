import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../src/core/result.ts';
import { CLI, measured, temporaryFolder } from './command.ts';
import { afterEachAttempt, codeOf, undisturbed } from './disturbed.ts';
import { type Served, serve } from './served.ts';
import { skipFor } from './skip.ts';
import { fixedTarget, httpTarget, stallingTarget, type TestTarget } from './target.ts';

/** Is what the command reports true? Measured against servers whose behaviour is known. */

let target: TestTarget | null = null;
let served: Served | null = null;
afterEachAttempt(async () => {
  await served?.stop();
  served = null;
  await target?.close();
  target = null;
});

/** Users who start at once come at once ever after, and what they wait for then is their server's core. */
const MS_BETWEEN_USERS = 10;

/**
 * What clients that know nothing of ours wait for, meanwhile: each sends one request after another on a connection of its
 * own. The machine's slow moments are in their figures as they are in ours.
 */
function witnesses(url: string, clients: number): { count(): number; median(): number; stop(): Promise<void> } {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const waited: number[] = [];
  let stopped = false;
  const asking = Array.from({ length: clients }, async (_, client) => {
    await delay(client * MS_BETWEEN_USERS);
    while (!stopped) {
      const from = performance.now();
      const sent = request(url, { agent, method: 'POST' }).end('{}');
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      for await (const _ of response);
      waited.push(performance.now() - from);
    }
  });
  return {
    count: () => waited.length,
    median: () => waited.sort((a, b) => a - b)[waited.length >> 1] ?? Number.NaN,
    async stop() {
      stopped = true;
      await Promise.all(asking);
      agent.destroy();
    },
  };
}

/** Runs a load against 50 ms, and compares it with so many clients beside it. */
async function comparedWithWitnesses(
  load: string[],
  clients: number,
): Promise<{ result: RunResult; received: number }> {
  target = await fixedTarget(50);
  const beside = witnesses(target.url, clients);
  const { result } = await measured(['run', target.url, ...load, '-b', '{}']).finally(beside.stop);
  const { p50 } = result.latency.response;
  expect(p50).toBeGreaterThanOrEqual(50);
  // One that says itself that the machine spoilt it claims no percentile; its counts are as true as ever.
  if (result.verdict.status !== 'invalid')
    expect(Math.abs((p50 ?? Number.NaN) - beside.median())).toBeLessThanOrEqual(2);
  return { result, received: target.received() - beside.count() };
}

describe('a server of fixed 50 ms answers', () => {
  for (const connections of [1, 10, 100]) {
    // A median of forty on each side, which is what 2 s of one connection has, tells no 2 ms on a busy machine.
    const seconds = connections === 1 ? 6 : 2;

    it(
      `has the p50 that another client sees, with ${connections} virtual users`,
      undisturbed(async () => {
        // A second in which users start is left out of a run of 6 s; one user needs none.
        const spawning = connections === 1 ? [] : ['--spawn-rate', `${1000 / MS_BETWEEN_USERS}`];
        const load = ['--vus', `${connections}`, ...spawning, '-d', `${seconds}s`];
        // A crowd as they are: users bunch, and where many responses are due at once they wait for the server's core.
        const { result, received } = await comparedWithWitnesses(load, Math.ceil(connections / 2));
        expect(result.totals.sent).toBe(received);
      }),
    );

    it(
      `has the p50 that another client sees, at the arrival rate that keeps ${connections} connections busy`,
      undisturbed(async () => {
        // Arrivals come evenly, so one client at whatever moment fares as they do.
        const load = ['--rate', `${connections * 20}/s`, '-d', `${seconds}s`];
        const { result, received } = await comparedWithWitnesses(load, 1);
        expect(result.totals.sent).toBe(received);
        expect(result.totals.offered).toBe(connections * 20 * seconds);
      }),
    );
  }
});

describe('a server that freezes for one second in ten', () => {
  it(
    'shows the stall in p99 at 100 arrivals/s, as a caller feels it',
    undisturbed(async () => {
      target = await stallingTarget(1000, 10_000);
      const { result } = await measured(['run', target.url, '--rate', '100/s', '-d', '10s']);
      // Theory: of the arrivals a tenth falls into the stall, so p99 = 1 s · (1 − 0.01 · 10) = 0.9 s.
      expect(result.latency.response.p99).toBeGreaterThanOrEqual(700);
      expect(result.latency.response.p99).toBeLessThanOrEqual(1010);
      expect(result.latency.response.p50).toBeLessThan(50);
    }),
  );
});

describe('counts', () => {
  it(
    'equal the server’s own: sent, answered and by status',
    undisturbed(async () => {
      let n = 0;
      const answered = { 200: 0, 503: 0 };
      target = await httpTarget((_request, response) => {
        const status = n++ % 10 === 0 ? 503 : 200;
        answered[status]++;
        response.writeHead(status).end('{}');
      });
      const { code, result } = await measured([
        'run',
        target.url,
        '--vus',
        '20',
        '--spawn-rate',
        '20',
        '-d',
        '2s',
        '-b',
        '{}',
      ]);
      const { totals } = result;
      expect(code).toBe(codeOf(result, 0));
      expect(totals.sent).toBe(target.received());
      expect(totals.byStatus).toEqual(answered);
      expect(totals.ok).toBe(answered[200]);
      expect(totals.failed).toBe(answered[503]);
      expect(result.timeline.reduce((sum, point) => sum + point.ok + point.failed, 0)).toBe(totals.sent);
    }),
  );

  it(
    'stop exactly at the asked number of requests, over several threads',
    undisturbed(async () => {
      target = await fixedTarget(0);
      const { result } = await measured(['run', target.url, '--vus', '7', '-n', '1001', '--threads', '3']);
      expect(result.totals.sent).toBe(1001);
      expect(result.totals.ok).toBe(1001);
      expect(target.received()).toBe(1001);
    }),
  );

  it(
    'of a warm-up are in no statistic',
    undisturbed(async () => {
      target = await fixedTarget(5);
      const { result } = await measured(['run', target.url, '--rate', '100/s', '-d', '3s', '--warmup', '1s']);
      expect(target.received()).toBe(300);
      expect(result.totals.offered).toBe(200);
      expect(result.totals.ok).toBe(200);
      expect(result.latency.response.count).toBe(200);
      expect(result.rates.offeredPerSec).toBeCloseTo(100, 0);
    }),
  );
});

describe('a search', () => {
  it('is sure of nothing with a generator that gets a quarter of a core', async (test) => {
    if (process.platform !== 'linux') skipFor(test, 'taskset is a Linux tool');
    served = await serve('--law', 'exp:5ms', '--slots', '1');
    const pinned = ['-c', '0', process.execPath];
    const hogs = [1, 2, 3].map(() => spawn('taskset', [...pinned, '-e', 'for (;;);'], { stdio: 'ignore' }));
    try {
      const args = [CLI, 'find', served.url, '-b', '{}', '--slo', 'p95<50ms', '--budget', '6s', '--quiet', '--json'];
      const child = spawn('taskset', [...pinned, ...args], {
        cwd: temporaryFolder(),
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      let text = '';
      for await (const piece of child.stdout.setEncoding('utf8')) text += piece;
      const { breakingPoint, verdict } = JSON.parse(text) as RunResult;
      if (breakingPoint?.estimate == null) expect(verdict.status).toBe('invalid');
      expect(breakingPoint?.status).not.toBe('found');
      // It takes 140/s, and is full at 200/s.
      const [low, high] = breakingPoint?.interval ?? [0, null];
      expect(low).toBeLessThan(200);
      expect(high ?? Number.POSITIVE_INFINITY).toBeGreaterThan(100);
    } finally {
      for (const hog of hogs) hog.kill('SIGKILL');
    }
  });
});
