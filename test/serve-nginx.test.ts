import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { freePort } from '../bench/port.ts';
import { counted, measured, temporaryFolder } from './command.ts';
import { undisturbed } from './disturbed.ts';
import { type Served, serve } from './served.ts';

/** The committed nginx.conf in front of real replicas: what a proxy's failures are called. */

const NGINX = '/usr/sbin/nginx';
const RECORDS = '[{"sepal_length":6.3,"sepal_width":2.3,"petal_length":4.4,"petal_width":1.3}]';

/** The configuration with addresses of this machine, and nothing else changed. */
function configuration(port: number, replicas: readonly Served[]): string {
  let text = readFileSync(new URL('../nginx.conf', import.meta.url), 'utf8');
  for (const [index, replica] of replicas.entries())
    text = text.replace(`model-${index + 1}:8989`, new URL(replica.url).host);
  return text.replace('listen 8080', `listen 127.0.0.1:${port}`);
}

describe.skipIf(!existsSync(NGINX))('nginx in front of three replicas', () => {
  let replicas: Served[] = [];
  let nginx: ChildProcess;
  let url = '';

  beforeAll(async () => {
    replicas = await Promise.all([1, 2, 3].map(() => serve('iris-svm')));
    const port = await freePort();
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'nginx.conf'), configuration(port, replicas));
    const settings = `daemon off; pid ${join(folder, 'nginx.pid')};`;
    nginx = spawn(NGINX, ['-p', folder, '-c', join(folder, 'nginx.conf'), '-g', settings], { stdio: 'ignore' });
    url = `http://127.0.0.1:${port}/predict`;
    await vi.waitFor(async () => expect((await fetch(new URL('/health', url))).status).toBe(200), 10_000);
  });

  afterAll(async () => {
    nginx.kill('SIGQUIT');
    await Promise.all(replicas.map((replica) => replica.stop()));
  });

  /** How many requests each replica has had. */
  const received = (): Promise<number[]> =>
    Promise.all(
      replicas.map(async ({ url: own }) => {
        const stats = (await (await fetch(new URL('/stats', own))).json()) as { received: number };
        return stats.received;
      }),
    );
  const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);
  /** Resolves when all replicas together have had so many. */
  const haveCome = (requests: number) =>
    expect.poll(async () => sum(await received()), { timeout: 60_000 }).toBeGreaterThanOrEqual(requests);

  it(
    'passes requests on to all of them, and answers as they do',
    undisturbed(async () => {
      const before = await received();
      const { result } = await measured(['run', url, '-b', RECORDS, '--vus', '10', '-n', '600']);
      expect(result.totals.byStatus).toEqual({ 200: 600 });
      const each = (await received()).map((count, place) => count - (before[place] ?? 0));
      expect(sum(each)).toBe(600);
      for (const count of each) expect(count).toBeGreaterThan(150);
    }),
  );

  it('refuses a body that is too large itself, with 413', async () => {
    const response = await fetch(url, { method: 'POST', body: 'x'.repeat(103_000) });
    expect(response.status).toBe(413);
    await response.arrayBuffer();
  });

  it('answers 504 for a replica that hangs, which the tester counts as an HTTP error', async () => {
    const frozen = replicas[1]!.command.pid;
    process.kill(frozen, 'SIGSTOP');
    const load = ['--rate', '30/s', '-d', '3s', '--graceful-stop', '10s'];
    const { result } = await measured(['run', url, '-b', RECORDS, ...load]).finally(() =>
      process.kill(frozen, 'SIGCONT'),
    );
    expect(result.totals.byStatus['504']).toBeGreaterThan(0);
    expect(result.totals.byStatus['200']).toBeGreaterThan(30);
    expect(result.totals.byOutcome['http-error']).toBe(result.totals.failed);
  });

  it('keeps its connections to them', async () => {
    const opened = async (): Promise<number> => {
      const counts = replicas.map(async ({ url: own }) => {
        const metrics = await (await fetch(new URL('/metrics', own))).text();
        return Number(/^model_connections_total (\d+)/m.exec(metrics)?.[1]);
      });
      return sum(await Promise.all(counts));
    };
    const before = await opened();
    const { result } = await measured(['run', url, '-b', RECORDS, '--vus', '10', '-n', '1000']);
    expect(counted(result.totals).ok).toBe(1000);
    // Two workers of nginx, three replicas, ten users; and what reads the metrics.
    expect((await opened()) - before).toBeLessThan(100);
  });

  it(
    'loses no request while all of them are replaced, one after the other, at half load',
    undisturbed(async () => {
      const before = sum(await received());
      const under = measured(['run', url, '-b', RECORDS, '--rate', '200/s', '-d', '13s']);
      await haveCome(before + 200);
      let gone = 0;
      for (const [index, old] of replicas.entries()) {
        const { answered, received: taken } = await old.retire();
        expect(answered).toBe(taken);
        gone += answered;
        replicas[index] = await serve('iris-svm', '--port', new URL(old.url).port);
        // nginx passes a replica over for `fail_timeout` (1 s, counted in whole ones): three at a time would leave it none.
        await new Promise((resolve) => setTimeout(resolve, 2_200));
      }
      const { result } = await under;
      expect(result.totals.byStatus).toEqual({ 200: 2600 });
      expect(result.totals.failed).toBe(0);
      expect(gone + sum(await received()) - before).toBe(2600);
    }),
  );

  it('answers 502 only for what a killed replica held; the others take over', async () => {
    const before = sum(await received());
    const under = measured(['run', url, '-b', RECORDS, '--rate', '200/s', '-d', '4s']);
    await haveCome(before + 400);
    replicas[2]!.command.kill('SIGKILL');
    const { result } = await under;
    const { byStatus, sent, failed } = result.totals;
    expect(counted(result.totals).ok + failed).toBe(sent);
    expect(sent).toBeGreaterThan(400);
    expect(byStatus['502'] ?? 0).toBe(failed);
    expect(failed).toBeLessThanOrEqual(20);
  });
});
