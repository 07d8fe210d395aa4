/** Commands that are measured: their CPU, their memory, their output. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { accepts } from './port.ts';

/** What to start, and on which cores (as `taskset` takes them); null: wherever the system likes. */
export interface Command {
  readonly argv: readonly string[];
  readonly cores: string | null;
  readonly env?: Readonly<Record<string, string>>;
}

/** How a command went. */
export interface Finished {
  readonly stdout: string;
  /** User and system time of the command and of every process it waited for, in seconds. */
  readonly cpu: number;
}

/** Longest a single command may take, ms. */
const PATIENCE = 15 * 60_000;

function pinned({ argv, cores }: Command): readonly string[] {
  return cores === null ? argv : ['taskset', '-c', cores, ...argv];
}

/** Without Rampart's own settings: nobody's environment may change what is measured. */
function environment({ env }: Command): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('RAMPART_'));
  return { ...Object.fromEntries(kept), ...env };
}

/**
 * Runs a command to its end. Its CPU time is what bash's `time` tells, to the millisecond: getrusage(RUSAGE_CHILDREN) after
 * the wait, so threads and child processes are in it.
 *
 * @throws Error with the end of its standard error where it cannot be started, takes too long or says nothing.
 */
export async function run(command: Command, folder: string): Promise<Finished> {
  const times = join(folder, 'times');
  const errors = join(folder, 'stderr');
  const out = join(folder, 'stdout');
  const script = 'TIMEFORMAT="%U %S"; { time "$@" 2>&4; } 4>&2 2>"$0"';
  // Files, not pipes: reading a pipe would be work of ours on the measured cores.
  const stdio = [openSync(out, 'w'), openSync(errors, 'w')] as const;
  const child = spawn('bash', ['-c', script, times, ...pinned(command)], {
    stdio: ['ignore', ...stdio],
    env: environment(command),
    timeout: PATIENCE,
  });
  const exitCode = await exitOf(child);
  for (const file of stdio) closeSync(file);
  const stdout = readFileSync(out, 'utf8');
  // The last line: a command that bash cannot start leaves a message before it.
  const [user, system] = (readFileSync(times, 'utf8').trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  const cpu = (user ?? Number.NaN) + (system ?? Number.NaN);
  if (Number.isNaN(cpu) || stdout === '')
    throw new Error(`${command.argv[0]} ended with code ${exitCode}: ${readFileSync(errors, 'utf8').slice(-300)}`);
  return { stdout, cpu };
}

/** What a running command's memory was: resident set, MB (10⁶ bytes). */
export interface MemoryPoint {
  /** Seconds since its start. */
  readonly at: number;
  readonly rss: number;
}

/** Runs a command and looks at its resident memory every quarter of a second. */
export async function watchMemory(
  command: Command,
  folder: string,
): Promise<{ readonly points: readonly MemoryPoint[]; readonly stdout: string }> {
  const out = join(folder, 'stdout');
  const stdio = openSync(out, 'w');
  const [file = '', ...args] = pinned(command);
  // taskset becomes the command, so the id is the command's.
  const child = spawn(file, args, {
    stdio: ['ignore', stdio, 'ignore'],
    env: environment(command),
    timeout: PATIENCE,
  });
  const points: MemoryPoint[] = [];
  const startedAt = performance.now();
  const timer = setInterval(() => {
    const rss = residentMegabytes(child.pid);
    if (rss !== null) points.push({ at: (performance.now() - startedAt) / 1e3, rss });
  }, 250);
  await exitOf(child);
  clearInterval(timer);
  closeSync(stdio);
  return { points, stdout: readFileSync(out, 'utf8') };
}

/** Resident set of a process, MB (10⁶ bytes); null where there is no such process. */
export function residentMegabytes(pid: number | undefined): number | null {
  try {
    const kibibytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kibibytes === undefined ? null : (Number(kibibytes) * 1024) / 1e6;
  } catch {
    return null;
  }
}

/** A server that was started for the measurement. */
export interface Server {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts a server and waits until its port accepts. @throws Error where it does not within ten seconds. */
export async function startServer(command: Command, port: number, path: string): Promise<Server> {
  const [file = '', ...args] = pinned(command);
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'], env: environment(command) });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said = (said + chunk).slice(-500);
  });
  const exited = exitOf(child);
  let gone = false;
  void exited.finally(() => {
    gone = true;
  });
  for (let attempt = 0; !(await accepts(port)); attempt++) {
    if (gone || attempt === 200) {
      child.kill('SIGKILL');
      throw new Error(`${command.argv.join(' ')} does not listen on port ${port}. ${said}`);
    }
    await sleep(50);
  }
  if (gone) throw new Error(`something else listens on port ${port}`);
  return {
    url: `http://127.0.0.1:${port}${path}`,
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGTERM');
      const tooLong = setTimeout(() => child.kill('SIGKILL'), 2_000);
      await exited;
      clearTimeout(tooLong);
    },
  };
}

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(127));
    child.once('exit', (code) => resolve(code ?? 128));
  });
}
