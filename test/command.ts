/** The built command as a test starts it: its output, its exit code, the result of its run. */
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunResult } from '../src/core/result.ts';

export const CLI = fileURLToPath(new URL('../dist/bin/cli.js', import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly pid: number;
  /** Resolves when stderr or stdout has shown the text. */
  shown(text: string): Promise<void>;
  /** What it has written so far: standard output, then standard error. */
  output(): string;
  kill(signal: NodeJS.Signals): void;
  /** Everything shown so far. */
  said(): string;
  readonly finished: Promise<Finished>;
}

export interface Surroundings {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  /** A program, with its arguments, that starts it. */
  readonly within?: readonly string[];
}

/** Starts the built command as a user would, in a folder of its own, with no terminal and nothing set in its environment. */
export function start(args: readonly string[], options: Surroundings = {}): Running {
  const [program = '', ...before] = [...(options.within ?? []), process.execPath];
  const child = spawn(program, [...before, CLI, ...args], {
    cwd: options.cwd ?? temporaryFolder(),
    env: { PATH: process.env['PATH'] ?? '', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const waiting: { text: string; found: () => void }[] = [];
  const look = (): void => {
    for (const { text, found } of waiting) if (stdout.includes(text) || stderr.includes(text)) found();
  };
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    stdout += piece;
    look();
  });
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    stderr += piece;
    look();
  });
  const finished = new Promise<Finished>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  return {
    pid: child.pid as number,
    shown: (text) =>
      Promise.race([
        new Promise<void>((found) => {
          waiting.push({ text, found });
          look();
        }),
        finished.then((end) => {
          if (!end.stdout.includes(text) && !end.stderr.includes(text))
            throw new Error(
              `ended (${end.code}) without showing ${JSON.stringify(text)}:\n${end.stdout}\n${end.stderr}`,
            );
        }),
      ]),
    output: () => stdout + stderr,
    said: () => stdout + stderr,
    kill: (signal) => {
      child.kill(signal);
    },
    finished,
  };
}

export async function rampart(args: readonly string[], options?: Parameters<typeof start>[1]): Promise<Finished> {
  const finished = await start(args, options).finished;
  taken.push(finished);
  return finished;
}

/** What was measured in the test under way: results, and what commands said at their ends. */
export const taken: (RunResult | Finished)[] = [];

/**
 * Counts in which what was under way while the machine held the generator up ended well: for who counts requests, and does not
 * measure.
 */
export function counted(totals: RunResult['totals']): RunResult['totals'] {
  return { ...totals, ok: totals.ok + (totals.leftOut ?? 0) };
}

/** The result in a text, which is kept as one of the test under way. */
export function resultOf(json: string): RunResult {
  const result = JSON.parse(json) as RunResult;
  taken.push(result);
  return result;
}

/**
 * Runs with `--json` and reads the result. Targets are counted at both ends, and many fail on purpose: no request goes before
 * the load, and it goes on whatever comes of it (see preflight.test.ts for those that do).
 */
export async function measured(args: readonly string[]): Promise<{ code: number | null; result: RunResult }> {
  const straight = ['run', 'find', 'probe'].includes(args[0] ?? '') ? ['--no-preflight', '--keep-failing'] : [];
  const { code, stdout, stderr } = await rampart([...args, ...straight, '--json']);
  try {
    return { code, result: resultOf(stdout) };
  } catch {
    throw new Error(`no JSON on stdout (exit code ${code}):\n${stdout}\n${stderr}`);
  }
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'rampart-test-'));
}
