import { afterEach, describe, expect, it } from 'vitest';
import type { RunResult } from '../src/core/result.ts';
import { measured } from './command.ts';
import { afterEachAttempt, undisturbed } from './disturbed.ts';
import { type Served, serve, serveIn } from './served.ts';

/** `rampart find` on deployments whose capacity is known: `npm run capacity` in its short form, and the soak in its own. */

const BODY = ['-b', '{"text":"a load test"}'];

let served: Served | null = null;
afterEachAttempt(async () => {
  await served?.stop();
  served = null;
});

async function search(slos: readonly string[], ...flags: string[]): Promise<NonNullable<RunResult['breakingPoint']>> {
  served = await serve('fancy', '--sleep', ...flags);
  const { result } = await measured([
    ...['find', served.url, ...BODY, ...slos.flatMap((slo) => ['--slo', slo])],
    ...['--budget', '15s', '--precision', '25%'],
  ]);
  return result.breakingPoint!;
}

describe('find', () => {
  it(
    'names the capacity of one model, and latency as what breaks',
    undisturbed(async () => {
      const { capacity, criterion, status } = await search(['p95<25ms'], '--strategy', 'global');
      expect(capacity!.estimate / 200).toBeGreaterThan(0.85);
      expect(capacity!.estimate / 200).toBeLessThan(1.15);
      if (status === 'found') expect(criterion).toBe('p95<25ms');
    }),
  );

  it(
    'names the refusals of a pool with a short queue',
    undisturbed(async () => {
      const pool = ['--strategy', 'pool', '--workers', '2', '--queue', '6'];
      const { capacity, criterion, status } = await search(['p95<100ms', 'errors<1%'], ...pool);
      expect(capacity!.estimate / 400).toBeGreaterThan(0.85);
      expect(capacity!.estimate / 400).toBeLessThan(1.15);
      if (status === 'found') expect(criterion).toBe('errors<1%');
    }),
  );
});

describe('memory, at 70 % load', () => {
  const servers: Served[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop();
  });
  const resident = async ({ url }: Served): Promise<number> => {
    const metrics = await (await fetch(new URL('/metrics', url))).text();
    return Number(/^process_resident_memory_bytes (\S+)/m.exec(metrics)?.[1]) / 1e6;
  };
  // A heap that is free to grow takes as much of the machine as a small leak would, and for longer the busier that is.
  const heap = { env: { NODE_OPTIONS: '--max-semi-space-size=1 --max-old-space-size=60' } };
  /** MB by which the server grows for a thousand requests that are served, under load, the first three seconds left out. */
  async function growth(...flags: string[]): Promise<number> {
    const server = await serveIn(heap, 'fancy', '--sleep', '--strategy', 'pool', '--workers', '2', ...flags);
    servers.push(server);
    const under = measured(['run', server.url, ...BODY, '--rate', '280/s', '-d', '10s', '--timing', 'relaxed']);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const before = await resident(server);
    const { result } = await under;
    // On a machine with much other work a pool may refuse some; both count them alike.
    const { ok, byStatus } = result.totals;
    expect(ok).toBeGreaterThan(1_000);
    const stats = (await (await fetch(new URL('/stats', server.url))).json()) as object;
    expect(stats).toMatchObject({ byStatus });
    return ((await resident(server)) - before) / (ok / 1_000);
  }

  it('does not grow by what requests could leave behind, and does where they do', async () => {
    const sound = await growth();
    const leaking = await growth('--fault', 'leak');
    // 64 KiB are kept of each, of seven tenths of them meanwhile: 46 MB.
    expect(leaking).toBeGreaterThan(28);
    expect(sound).toBeLessThan(7);
  });
});
