/**
 * `npm run build && node scripts/bundled.mjs bench/reliability/viewers.ts`: lets 1,800 viewers look at the live page of a run, 300 of which do not
 * read, and writes what came of it into docs/reliability.md. Exit code 1 where it is not as it is to be. Three minutes; Linux only, since
 * it makes a network of its own whose connections hold little (`unshare`): on loopback megabytes lie in the kernel for each that does not read.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Audience, type Watched, watched } from '../../test/viewers.ts';
import { describeMachine, loadBefore } from '../machine.ts';
import { saveSection } from './page.ts';
import { type ViewersResults, viewersSection, wrongWith } from './viewers-section.ts';

const NETWORK = [
  'ip link set lo up',
  'ip link set lo mtu 1500',
  'echo 4096 8192 16384 > /proc/sys/net/ipv4/tcp_wmem',
  'echo 4096 8192 16384 > /proc/sys/net/ipv4/tcp_rmem',
  'exec "$0" "$@" inside',
].join(' && ');
const RATE = 200;
/** Seconds. Who misses a hundred events, one a second, goes on with the whole: so the slow ones wait longer. */
const ALONE = 30;
const WATCHED = 140;
const AUDIENCE: Audience = { readers: 1_500, slow: 300, slowFor: 125, elsewhere: true };
/** In a process of its own. */
const TARGET = `const s = require('http').createServer((q, r) => setTimeout(() => r.end('ok'), 5));
s.keepAliveTimeout = 60000; s.listen(0, '127.0.0.1', () => console.log(s.address().port));`;

if (process.argv.at(-1) !== 'inside') {
  const args = ['--net', '--map-root-user', 'sh', '-c', NETWORK, process.execPath, ...process.argv.slice(1)];
  process.exitCode = spawnSync('unshare', args, { stdio: 'inherit' }).status ?? 1;
} else {
  const target = spawn(process.execPath, ['-e', TARGET], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = (await once(target.stdout.setEncoding('utf8'), 'data')) as [string];
  const run = (seconds: number, audience: Audience): Promise<Watched> =>
    watched(
      join(process.cwd(), 'dist/bin/cli.js'),
      ['run', `http://127.0.0.1:${port.trim()}/`, '--rate', `${RATE}/s`, '-d', `${seconds}s`, '--threads', '1'],
      audience,
    );
  const figuresOf = ({ result, ...rest }: Watched): ViewersResults['alone'] => ({
    ...rest,
    seconds: Math.round(result.totals.durationMs / 1_000),
    achieved: result.rates.achievedPerSec,
    failed: result.totals.offered - result.totals.ok,
    lag: [result.latency.lag.p50 ?? null, result.latency.lag.p99 ?? null],
    response: [result.latency.response.p50 ?? null, result.latency.response.p95 ?? null],
  });
  const load = loadBefore();
  const alone = figuresOf(await run(ALONE, { readers: 0, slow: 0, slowFor: 0 }));
  console.log(JSON.stringify(alone));
  const crowd = figuresOf(await run(WATCHED, AUDIENCE));
  console.log(JSON.stringify(crowd));
  target.kill();
  const results = {
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    load,
    rate: RATE,
    alone,
    crowd,
  };
  saveSection(viewersSection, results);
  if (wrongWith(results).length > 0) process.exitCode = 1;
}
