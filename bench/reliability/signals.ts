/**
 * `npm run build && node scripts/bundled.mjs bench/reliability/signals.ts [--runs 50] [--seed 1]`: sends signals to runs at random moments, and writes what came of it into
 * docs/reliability.md. Exit code 1 where a run left something else than it should. About five minutes.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { RunResult } from '../../src/core/result.ts';
import { describeMachine } from '../machine.ts';
import { saveSection } from './page.ts';
import { type SignalsResults, signalsSection } from './signals-section.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const COMMANDS = {
  run: ['run', '--vus', '4', '-d', '60s', '--no-preflight'],
  'run --rate': ['run', '--rate', '50/s', '-d', '60s', '--no-preflight'],
  find: ['find', '--slo', 'p95<100ms', '--budget', '60s'],
  probe: ['probe', '-n', '100000'],
} as const;
const FILES = ['result.json', 'report.html', 'summary.md', 'junit.xml', 'stats.csv', 'history.csv', 'failures.csv'];
/** ms. */
const LATEST = 3_000;
const PATIENCE = 60_000;

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '50' }, seed: { type: 'string', default: '1' } },
});
const seed = Number(values.seed);
let state = seed;
/** Park and Miller's generator: 0..1. */
const random = (): number => {
  state = (state * 48_271) % 2_147_483_647;
  return state / 2_147_483_647;
};

const runs: SignalsResults['runs'][number][] = [];
for (let i = 0; i < Number(values.runs); i++) {
  const command = Object.keys(COMMANDS)[i % 4] as keyof typeof COMMANDS;
  const signal = SIGNALS[Math.floor(random() * SIGNALS.length)] ?? 'SIGTERM';
  const run = await interrupted(command, signal, Math.round(random() * LATEST));
  runs.push(run);
  console.log(`${run.command} ${run.signal} after ${run.after} ms: ${run.wrong.join('; ') || 'as it is to be'}`);
}
saveSection(signalsSection, { date: new Date().toISOString().slice(0, 10), machine: describeMachine(), seed, runs });
if (runs.some(({ wrong }) => wrong.length > 0)) process.exitCode = 1;

async function interrupted(
  command: keyof typeof COMMANDS,
  signal: (typeof SIGNALS)[number],
  after: number,
): Promise<SignalsResults['runs'][number]> {
  let received = 0;
  const server = createServer((_request, response) => {
    received++;
    setTimeout(() => response.end('ok'), 20 + 20 * Math.random());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const cwd = mkdtempSync(join(tmpdir(), 'rampart-signals-'));
  const [name, ...flags] = COMMANDS[command];
  const cli = new URL('dist/bin/cli.js', `file://${process.cwd()}/`).pathname;
  const child = spawn(process.execPath, [cli, name, url, ...flags, '-o', 'out', '-q'], { cwd, stdio: 'ignore' });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  for (let waited = 0; received === 0 && waited < PATIENCE / 2; waited += 10) await sleep(10);
  await sleep(after);
  child.kill(signal);
  const code = await ended;
  clearTimeout(late);
  server.close();
  server.closeAllConnections();
  const wrong = code === 130 ? [] : [`exit code ${String(code)}`];
  const read = (file: string): string => readFileSync(join(cwd, 'out', file), 'utf8');
  const missing = FILES.filter((file) => !existsSync(join(cwd, 'out', file)) || read(file) === '');
  if (missing.length > 0) wrong.push(`without ${missing.join(', ')}`);
  let sent = 0;
  if (!missing.includes('result.json')) {
    const { totals, verdict, plan } = JSON.parse(read('result.json')) as RunResult;
    sent = totals.sent;
    if (verdict.status !== 'interrupted') wrong.push(`status ${verdict.status}`);
    const { leftOut = 0 } = totals;
    if (sent !== totals.ok + totals.failed + (totals.byOutcome.aborted ?? 0) + leftOut)
      wrong.push('the counts do not add up');
    // Those of a warm-up are in no total: of a probe five, of a search those of every level's.
    if (plan.kind === 'run' && plan.warmup === 0 && sent !== received) wrong.push(`${sent} sent, ${received} received`);
  }
  if (!missing.includes('junit.xml') && !/errors="[1-9]/.test(read('junit.xml'))) wrong.push('a green JUnit file');
  rmSync(cwd, { recursive: true, force: true });
  return { command, signal, after, sent, received, wrong };
}
