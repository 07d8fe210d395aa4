/** The built command as the benchmark calls it. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RunResult } from '../src/core/result.ts';
import type { Invocation, Load } from './peer.ts';

/** The command as it is built. The variable lets two builds be compared. */
const COMMAND = process.env['RAMPART_BENCH_COMMAND'] ?? 'dist/bin/cli.js';

/** @throws Error where nothing is built. */
export function findRampart(): string {
  if (!existsSync(COMMAND)) throw new Error(`${COMMAND} is not there: npm run build makes it`);
  return COMMAND;
}

/** Does one of its commands know a flag? */
export function knows(command: string, flag: string): boolean {
  const help = execFileSync(process.execPath, [COMMAND, command, '--help'], { encoding: 'utf8' });
  return new RegExp(`^\\s+(-\\w, )?${flag}[ ,]`, 'm').test(help);
}

/** Any `rampart` command. */
export function rampart(...args: readonly string[]): readonly string[] {
  return [process.execPath, COMMAND, ...args];
}

/** A run as a person would start it; `flags` are added to it. @param command of another build. */
export function invokeRampart(load: Load, flags: readonly string[] = [], command = COMMAND): Invocation {
  const offered =
    load.rate === null ? ['--vus', String(load.connections)] : ['--rate', `${load.rate}/s`, '--max-in-flight', '20000'];
  return {
    argv: [
      ...[process.execPath, command, 'run', load.url],
      ...offered,
      ...['--duration', `${load.seconds}s`, '--threads', String(load.threads), '--body', load.body],
      ...['--quiet', '--json', '--overwrite', '--out', join(load.folder, 'report')],
      ...flags,
    ],
    read: (stdout) => {
      const { totals, latency } = JSON.parse(stdout) as RunResult;
      const { p50, p95, p99 } = latency.responseWithFailures;
      return { requests: totals.sent, p50, p95, p99 };
    },
  };
}
