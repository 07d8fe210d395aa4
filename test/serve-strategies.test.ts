import { describe, expect, it } from 'vitest';
import type { RunResult } from '../src/core/result.ts';
import { measured } from './command.ts';
import { afterEachAttempt, undisturbed } from './disturbed.ts';
import { type Served, serve } from './served.ts';

/** Each deployment has the capacity that theory gives it, and loses only what it must. */

const BODY = ['-b', '{"text":"a load test"}'];

let served: Served | null = null;
afterEachAttempt(async () => {
  await served?.stop();
  served = null;
});

const stats = async () =>
  (await (await fetch(new URL('/stats', served?.url))).json()) as {
    received: number;
    answered: number;
    byStatus: Record<string, number>;
  };

/** Resolves when so many requests have come: the load is under way, and as far. */
const haveCome = (requests: number) =>
  expect.poll(async () => (await stats()).received, { timeout: 60_000 }).toBeGreaterThanOrEqual(requests);

/** The server's own count is the tester's. */
const expectSameTotals = async ({ totals }: RunResult) => {
  const { received, byStatus } = await stats();
  expect(byStatus).toEqual(totals.byStatus);
  expect(received).toBe(totals.sent);
};

const admin = async (path: string, init: RequestInit = {}) => {
  const base = /admin: (\S+)\//.exec(served?.command.output() ?? '')?.[1];
  const response = await fetch(`${base}${path}`, init);
  return (await response.json()) as { pids: never };
};

const post = (body?: object): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body ?? {}),
});

/** Answers per second when there is always more to do. */
async function capacity(vus: number, ...args: string[]): Promise<number> {
  served = await serve('fancy', ...args);
  const { result } = await measured(['run', served.url, ...BODY, '--vus', `${vus}`, '-d', '2s']);
  expect(result.totals.failed).toBe(0);
  await expectSameTotals(result);
  await served.stop();
  served = null;
  return result.rates.achievedPerSec;
}

const within = (measuredRate: number, theory: number) => {
  expect(measuredRate / theory).toBeGreaterThan(0.85);
  expect(measuredRate / theory).toBeLessThan(1.15);
};

describe('the capacity, asleep so that the tester’s own work takes nothing from it,', () => {
  it(
    'of per-request is 1 / (50 ms + 5 ms)',
    undisturbed(async () => {
      within(await capacity(8, '--sleep', '--strategy', 'per-request'), 1000 / 55);
    }),
  );

  it(
    'of global is 1 / 5 ms',
    undisturbed(async () => {
      within(await capacity(8, '--sleep', '--strategy', 'global'), 200);
    }),
  );

  it(
    'of a pool is workers / 5 ms',
    undisturbed(async () => {
      within(await capacity(16, '--sleep', '--strategy', 'pool', '--workers', '2'), 400);
    }),
  );

  it(
    'of a cluster is replicas / 5 ms',
    undisturbed(async () => {
      within(await capacity(16, '--sleep', '--strategy', 'cluster', '--replicas', '2'), 400);
    }),
  );

  it(
    'of replicas of a fixed number is their number / 5 ms',
    undisturbed(async () => {
      within(await capacity(16, '--sleep', '--strategy', 'autoscale', '--replicas', '2'), 400);
    }),
  );

  it(
    'of batches of 8 is 8 / (4 ms + 8 ms)',
    undisturbed(async () => {
      within(await capacity(32, '--sleep', '--strategy', 'batch', '--max-batch', '8'), 8 / 0.012);
    }),
  );
});

it('busy, one model has at most the capacity of 1 / 5 ms: what else runs takes from it', async () => {
  const rate = await capacity(8, '--strategy', 'global');
  expect(rate).toBeLessThan(200 * 1.05);
  expect(rate).toBeGreaterThan(40);
});

describe('a pool', () => {
  it(
    'refuses with 503 what finds its queue full, and answers at its capacity',
    undisturbed(async () => {
      served = await serve('fancy', '--sleep', '--strategy', 'pool', '--workers', '2', '--queue', '100');
      const { result } = await measured(['run', served.url, ...BODY, '--rate', '800/s', '-d', '4s']);
      const { byStatus } = result.totals;
      within(byStatus['200']! / 4, 400);
      expect(byStatus['200']! + byStatus['503']!).toBe(3200);
      await expectSameTotals(result);
    }),
  );

  it(
    'answers 500 to the one request that a dying worker held, and has it replaced',
    undisturbed(async () => {
      served = await serve(
        'fancy',
        '--sleep',
        '--strategy',
        'pool',
        '--workers',
        '2',
        '--queue',
        '1000',
        '--admin-port',
        '0',
      );
      const under = measured(['run', served.url, ...BODY, '--rate', '200/s', '-d', '4s']);
      for (let n = 0; n < 3; n++) {
        // The next one crashes: two at a time would be one.
        await haveCome(100 + 200 * n);
        await admin('/crash', post());
      }
      const { result } = await under;
      expect(result.totals.byStatus).toEqual({ 200: 797, 500: 3 });
      await expectSameTotals(result);
      expect(await admin('/')).toMatchObject({ replicas: { '': 2 } });
    }),
  );
});

describe('a cluster', () => {
  it(
    'loses only what a killed process held, counts together, and has it replaced',
    undisturbed(async () => {
      served = await serve('fancy', '--sleep', '--strategy', 'cluster', '--replicas', '2', '--admin-port', '0');
      const under = measured(['run', served.url, ...BODY, '--rate', '100/s', '-d', '4s']);
      await haveCome(200);
      const { pids } = (await admin('/')) as { pids: number[] };
      process.kill(pids[0]!, 'SIGKILL');
      const { result } = await under;
      expect(result.totals.failed).toBeLessThanOrEqual(20);
      expect(result.totals.ok).toBeGreaterThanOrEqual(380);
      const { pids: after } = (await admin('/')) as { pids: number[] };
      expect(after.length).toBe(2);
      expect(after).not.toContain(pids[0]);
      // Also of the process that is dead: it had told all it did, but perhaps of its last moment. What failed had reached it, or not even that.
      const { received, answered, byStatus } = await stats();
      const { ok, sent } = result.totals;
      expect(byStatus).toEqual({ 200: answered });
      expect(answered).toBeLessThanOrEqual(ok);
      expect(answered).toBeGreaterThanOrEqual(ok - 3);
      expect(received).toBeLessThanOrEqual(sent);
      expect(received).toBeGreaterThanOrEqual(answered);
      const metrics = await (await fetch(new URL('/metrics', served.url))).text();
      expect(metrics).toContain('model_replicas{version=""} 2');
    }),
  );

  it(
    'is replaced at half load without a failed request',
    undisturbed(async () => {
      served = await serve('fancy', '--sleep', '--strategy', 'cluster', '--replicas', '2', '--admin-port', '0');
      const under = measured(['run', served.url, ...BODY, '--rate', '200/s', '-d', '6s']);
      await haveCome(200);
      const { pids } = (await admin('/')) as { pids: number[] };
      const { pids: after } = (await admin('/replace', post())) as { pids: number[] };
      expect(after.filter((pid) => pids.includes(pid))).toEqual([]);
      const { result } = await under;
      expect(result.totals.byStatus).toEqual({ 200: 1200 });
      expect(result.totals.failed).toBe(0);
      await expectSameTotals(result);
    }),
  );
});

describe('replicas that follow the load', () => {
  it(
    'are more under it and fewer after it',
    undisturbed(async () => {
      served = await serve(
        ...['fancy', '--sleep', '--strategy', 'autoscale', '--replicas', '1-4', '--cooldown', '1s'],
        ...['--admin-port', '0'],
      );
      const metrics = async () => (await fetch(new URL('/metrics', served?.url))).text();
      // More than the 200/s that one carries, and time enough to start the others on a machine with other work.
      const under = measured(['run', served.url, ...BODY, '--rate', '300/s', '-d', '10s']);
      await expect.poll(metrics, { timeout: 9000 }).toMatch(/model_replicas\{version="v1"\} [34]/);
      const { result } = await under;
      expect(result.totals.byStatus).toEqual({ 200: 3000 });
      await expectSameTotals(result);
      // Where one was too few, the last seconds are answered at once again.
      expect(result.timeline.at(-2)?.p50).toBeLessThan(50);
      await expect.poll(metrics, { timeout: 10_000 }).toContain('model_replicas{version="v1"} 1');
    }),
  );

  it(
    'are rolled out and split without a lost request, and counted by version',
    undisturbed(async () => {
      served = await serve(
        ...['fancy', '--sleep', '--strategy', 'autoscale', '--replicas', '2', '--split', 'v1=90,v2=10'],
        ...['--admin-port', '0'],
      );
      const under = measured(['run', served.url, ...BODY, '--rate', '150/s', '-d', '6s']);
      await haveCome(150);
      const half = { ...post({ v1: 50, v2: 50 }), method: 'PUT' };
      expect(await admin('/split', half)).toMatchObject({ split: { v1: 50, v2: 50 } });
      expect(await admin('/rollout', post({ version: 'v3' }))).toMatchObject({
        split: { v1: 0, v2: 0, v3: 100 },
        replicas: { v1: 0, v2: 0, v3: 2 },
      });
      const { result } = await under;
      expect(result.totals.byStatus).toEqual({ 200: 900 });
      await expectSameTotals(result);
      const metrics = await (await fetch(new URL('/metrics', served.url))).text();
      const counts = ['v1', 'v2', 'v3'].map((version) =>
        Number(new RegExp(`model_requests_total\\{status="200",version="${version}"\\} (\\d+)`).exec(metrics)?.[1]),
      );
      expect(counts.reduce((sum, one) => sum + one, 0)).toBe(900);
      for (const one of counts) expect(one).toBeGreaterThan(0);
    }),
  );

  it.each([
    ['header:x-session', (session: string) => ({ 'x-session': session })],
    ['cookie:session', (session: string) => ({ cookie: `theme=dark; session=${session}` })],
  ])('keep a session, told by %s, on one of them', async (affinity, headersOf) => {
    served = await serve(
      ...['fancy', '--sleep', '--strategy', 'autoscale', '--replicas', '3', '--affinity', affinity],
      ...['--split', 'v1=50,v2=50'],
    );
    const places = new Set<string>();
    for (const session of ['ann', 'bob', 'eve', 'joe', 'kim', 'lea']) {
      const asked = Array.from({ length: 8 }, async () => {
        const init = post({ text: session });
        const { headers } = await fetch(served!.url, { ...init, headers: { ...init.headers, ...headersOf(session) } });
        return `${headers.get('x-model-version')} ${headers.get('x-instance')}`;
      });
      const own = new Set(await Promise.all(asked));
      expect(own.size).toBe(1);
      for (const place of own) places.add(place);
    }
    expect(places.size).toBeGreaterThan(1);
  });

  it(
    'lose only what one that is killed held',
    undisturbed(async () => {
      served = await serve(...['fancy', '--sleep', '--strategy', 'autoscale', '--replicas', '2', '--admin-port', '0']);
      const under = measured(['run', served.url, ...BODY, '--rate', '300/s', '-d', '4s']);
      await haveCome(450);
      const { pids } = (await admin('/')) as { pids: { v1: number[] } };
      process.kill(pids.v1[0]!, 'SIGKILL');
      const { result } = await under;
      expect(result.totals.byStatus['500'] ?? 0).toBeLessThanOrEqual(1);
      expect(result.totals.ok).toBeGreaterThanOrEqual(1199);
      await expectSameTotals(result);
    }),
  );
});

it.each([
  ['global', 1],
  ['cluster', 2],
  ['autoscale', 2],
])('every answer of %s names the process that gave it: %i in all', async (strategy, count) => {
  const replicas = strategy === 'global' ? [] : ['--replicas', '2'];
  served = await serve('fancy', '--sleep', '--strategy', strategy, ...replicas);
  const names = new Set<string | null>();
  for (let n = 0; n < 8; n++) {
    const answers = await Promise.all([0, 1].map(() => fetch(served!.url, post({ text: 'x' }))));
    for (const { headers } of answers) names.add(headers.get('x-instance'));
  }
  expect(names.size).toBe(count);
  for (const name of names) expect(name).toMatch(/-\d+$/);
});

it('SIGTERM answers what is in flight, and ends with 0', async () => {
  served = await serve('fancy', '--sleep', '--strategy', 'per-request');
  const answers = Array.from({ length: 5 }, async () => {
    const response = await fetch(served!.url, post({ text: 'x' }));
    return response.status;
  });
  await expect.poll(async () => (await stats()).received).toBe(5);
  served.command.kill('SIGTERM');
  expect(await Promise.all(answers)).toEqual([200, 200, 200, 200, 200]);
  const { code, stderr } = await served.command.finished;
  expect(stderr).toContain('answered 5 of 5 requests');
  expect(code).toBe(0);
});
