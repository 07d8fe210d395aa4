/**
 * `npm run soak [-- --duration 10m]`: the reference server at 70 % of its capacity for ten minutes. Writes `docs/soak.md`: the
 * server's memory minute by minute, and whether its own count is the tester's.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseDuration } from '../../reference-server/option-syntax.ts';
import type { RunResult } from '../../src/core/result.ts';
import { describeMachine } from '../machine.ts';
import { freePort } from '../port.ts';
import { type MemoryPoint, residentMegabytes, startServer, watchMemory } from '../process.ts';
import { rampart } from '../rampart.ts';
import { soakPage } from './page.ts';

/** 2 workers that sleep 5 ms a request: 400/s at most, and 70 % of that. */
const SERVE = ['serve', 'fancy', '--sleep', '--strategy', 'pool', '--workers', '2'];
const RATE = 280;

const { values } = parseArgs({
  options: { duration: { type: 'string', default: '10m' }, out: { type: 'string', default: 'docs/soak.md' } },
});
const minutes = parseDuration(values.duration, '--duration') / 60_000;

const folder = mkdtempSync(join(tmpdir(), 'rampart-soak-'));
const port = await freePort();
const server = await startServer({ argv: rampart(...SERVE, '--port', String(port)), cores: null }, port, '/predict');
try {
  const points: MemoryPoint[] = [];
  const startedAt = performance.now();
  const timer = setInterval(() => {
    const rss = residentMegabytes(server.pid);
    if (rss !== null) points.push({ at: (performance.now() - startedAt) / 1e3, rss });
  }, 1000);
  const load = ['--rate', `${RATE}/s`, '--duration', values.duration, '--timing', 'relaxed'];
  const argv = rampart(
    ...['run', server.url, '--body', '{"text":"a load test"}', ...load],
    ...['--quiet', '--json', '--out', join(folder, 'report')],
  );
  const tester = await watchMemory({ argv, cores: null }, folder);
  clearInterval(timer);
  const result = JSON.parse(tester.stdout) as RunResult;
  const stats = (await (await fetch(new URL('/stats', server.url))).json()) as {
    received: number;
    byStatus: Record<string, number>;
  };
  const page = soakPage({
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    command: `rampart ${SERVE.join(' ')}`,
    rate: RATE,
    minutes,
    server: points,
    tester: tester.points,
    result,
    stats,
  });
  writeFileSync(values.out, page);
  process.stdout.write(page);
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
