/** Faults of processes, brought about for real under way, and what came of each. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { freePort } from '../bench/port.ts';
import type { RunResult } from '../src/core/result.ts';
import { OF_THE_MACHINE } from './machine-doubts.ts';

/** What may go wrong with the processes of a test, brought about for real. */
export const FAULTS = [
  'worker killed',
  'worker stuck',
  'target killed',
  'target frozen',
  'target restarted',
  'resets',
  'half responses',
  'one byte a second',
  'never',
  'garbage',
  '2 GB bodies',
  'disk full',
  'tester suspended',
] as const;
export type Fault = (typeof FAULTS)[number];

export const COMMANDS = {
  run: ['run', '--vus', '4', '-d', '6s', '--graceful-stop', '1s'],
  find: ['find', '--slo', 'p95<100ms', '--budget', '10s'],
  probe: ['probe', '-n', '300'],
} as const;
export type CommandName = keyof typeof COMMANDS;

/** What came of it. */
export interface FaultRun {
  readonly command: CommandName;
  readonly fault: Fault;
  readonly code: number | null;
  /** Of the verdict, and of a search of its answer. */
  readonly status: string;
  readonly sentence: string;
  readonly sent: number;
  readonly ok: number;
  readonly failed: number;
  readonly aborted: number;
  readonly leftOut: number;
  /** By the target's own count. */
  readonly received: number;
  /** Seconds. */
  readonly took: number;
  /** What was not as it is to be; empty: nothing. */
  readonly wrong: readonly string[];
}

/** After the first request, ms. */
const MOMENT = 1_500;
const PATIENCE = 90_000;
const TROUBLE: Partial<Record<Fault, string>> = {
  'worker killed': `import { isMainThread } from 'node:worker_threads';
if (!isMainThread) setTimeout(() => { throw new Error('killed for the test'); }, ${MOMENT});`,
  'worker stuck': `import { isMainThread } from 'node:worker_threads';
if (!isMainThread) setTimeout(() => { for (;;); }, ${MOMENT});`,
};

/** @param cli the built command; @param target the program that goes wrong. */
export async function faultRun(command: CommandName, fault: Fault, cli: string, target: string): Promise<FaultRun> {
  const cwd = mkdtempSync(join(tmpdir(), 'rampart-faults-'));
  const count = join(cwd, 'count');
  writeFileSync(count, '');
  const received = (): number => statSync(count).size;
  // One that nobody else is given while the target is away.
  const port = await freePort();
  let server = await serve(target, fault, port, count);
  const trouble = TROUBLE[fault];
  const before = join(cwd, 'trouble.mjs');
  if (trouble !== undefined) writeFileSync(before, trouble);
  const [name, ...flags] = COMMANDS[command];
  const argv = [
    ...[process.execPath, ...(trouble === undefined ? [] : ['--import', pathToFileURL(before).href]), cli],
    ...[
      name,
      `http://127.0.0.1:${port}/`,
      ...flags,
      '--timeout',
      '1s',
      '--seed',
      '1',
      '-o',
      'out',
      '-q',
      '--json',
      '--no-preflight',
    ],
  ];
  const [file = '', ...args] =
    fault === 'disk full' ? ['bash', '-c', 'ulimit -f 32; exec "$@"', 'bash', ...argv] : argv;
  const startedAt = performance.now();
  const child = spawn(file, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    stdout += piece;
  });
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    stderr += piece;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  try {
    while (received() === 0 && child.exitCode === null) await sleep(10);
    await sleep(MOMENT);
    if (fault === 'target killed' || fault === 'target restarted') server.child.kill('SIGKILL');
    if (fault === 'target frozen') server.child.kill('SIGSTOP');
    if (fault === 'tester suspended') child.kill('SIGSTOP');
    if (fault === 'target restarted' || fault === 'tester suspended') await sleep(1_500);
    if (fault === 'target restarted') server = await serve(target, fault, port, count);
    if (fault === 'tester suspended') child.kill('SIGCONT');
    const code = await ended;
    const took = (performance.now() - startedAt) / 1e3;
    // What was on its way arrives yet.
    await sleep(100);
    return judged({ command, fault, code, stdout, stderr, received: received(), took, folder: join(cwd, 'out') });
  } finally {
    clearTimeout(late);
    server.child.kill('SIGKILL');
    rmSync(cwd, { recursive: true, force: true });
  }
}

async function serve(
  target: string,
  fault: string,
  port: number,
  count: string,
): Promise<{ readonly child: ChildProcess }> {
  const child = spawn(process.execPath, [target, fault, String(port), count], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve, reject) => {
    child.stdout.once('data', resolve);
    child.once('close', () => reject(new Error('the target did not start')));
  });
  return { child };
}

interface Ended {
  readonly command: CommandName;
  readonly fault: Fault;
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly received: number;
  readonly took: number;
  readonly folder: string;
}

function judged({ command, fault, code, stdout, stderr, received, took, folder }: Ended): FaultRun {
  const wrong: string[] = [];
  if (stderr.includes('this is a bug') || / at .*\.js:\d+/.test(stderr)) wrong.push('a stack trace');
  let result: RunResult | null = null;
  try {
    result = JSON.parse(stdout) as RunResult;
  } catch {
    wrong.push('no result on standard output');
  }
  // A machine that was busy with other things makes any run invalid, whatever went wrong with the target.
  const disturbed = result?.verdict.doubts.some((doubt) => doubt.invalidates && OF_THE_MACHINE.has(doubt.code));
  const expected = [...CODES[fault][command], ...(disturbed === true ? [5] : [])];
  if (!expected.includes(code ?? -1)) wrong.push(`exit code ${String(code)}, not ${expected.join(' or ')}`);
  const totals = result?.totals;
  const { sent = 0, ok = 0, failed = 0, leftOut = 0 } = totals ?? {};
  const aborted = totals?.byOutcome.aborted ?? 0;
  if (sent !== ok + failed + aborted + leftOut) wrong.push('the counts do not add up');
  // Warm-ups are in no total: those of a search's levels, and of a probe's first requests.
  if (command === 'run') {
    // What was written to a target that did not live to read it was sent, and failed.
    const unread = fault.startsWith('target') ? failed + aborted : 0;
    // What a thread had not told yet when it died is in no count: a second of it at most.
    const untold = fault.startsWith('worker') ? 2_000 : 0;
    if (sent + untold < received || sent - received > unread) wrong.push(`${sent} sent, ${received} received`);
  } else if (sent > received + failed + aborted) wrong.push(`${sent} sent, ${received} received`);
  if (fault !== 'disk full' && !existsSync(join(folder, 'report.html'))) wrong.push('no report');
  const status = result === null ? '–' : [result.verdict.status, result.breakingPoint?.status ?? []].flat().join(', ');
  const sentence = result === null ? (stderr.trim().split('\n').at(-1) ?? '') : reasonOf(result);
  return { command, fault, code, status, sentence, sent, ok, failed, aborted, leftOut, received, took, wrong };
}

/** Why it is not simply passed. */
function reasonOf({ verdict, breakingPoint, failures }: RunResult): string {
  return (
    verdict.doubts.find(({ invalidates }) => invalidates)?.message ??
    breakingPoint?.summary ??
    failures[0]?.message ??
    ''
  );
}

/** The exit codes that each may have. */
const CODES: Readonly<Record<Fault, Readonly<Record<CommandName, readonly number[]>>>> = {
  'worker killed': { run: [5], find: [5], probe: [5] },
  'worker stuck': { run: [5], find: [5], probe: [5] },
  // From then on nothing answers, and what was before is not the whole.
  'target killed': { run: [5], find: [5], probe: [5] },
  'target frozen': { run: [5], find: [5], probe: [5] },
  // It came back, or only some requests are hit: failures, and without a threshold the run is a valid one.
  'target restarted': { run: [0], find: [0, 3, 5], probe: [0] },
  resets: { run: [0], find: [3, 5], probe: [0] },
  'half responses': { run: [0], find: [3, 5], probe: [0] },
  'one byte a second': { run: [0], find: [3, 5], probe: [0] },
  never: { run: [0], find: [3, 5], probe: [0] },
  garbage: { run: [0], find: [3, 5], probe: [0] },
  '2 GB bodies': { run: [0], find: [3, 5], probe: [0] },
  'disk full': { run: [7], find: [5, 7], probe: [7] },
  // What is left is measured; a search may be out of time.
  'tester suspended': { run: [0], find: [0, 5], probe: [0] },
};
