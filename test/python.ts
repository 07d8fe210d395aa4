/** Scripts of `test/python` as tests use them: targets, and readers of what we write. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'vitest';

const PYTHON = fileURLToPath(new URL('../.venv/bin/python', import.meta.url));

/** Servers of Python, in one process: each is a path. */
export interface PythonTargets {
  readonly origin: string;
  readonly cases: readonly { readonly name: string; readonly path: string }[];
  stop(): void;
}

/**
 * Starts a script of `test/python`. Its packages are in `.venv`, which CI makes (see `.ci/run`); without it the test says that
 * it was skipped.
 */
export async function pythonTargets(script: string, test: TestContext): Promise<PythonTargets> {
  if (!existsSync(PYTHON))
    test.skip('no .venv: python3 -m venv .venv && .venv/bin/pip install -r test/python/requirements.txt');
  const path = fileURLToPath(new URL(`python/${script}`, import.meta.url));
  const child: ChildProcess = spawn(PYTHON, [path], { stdio: ['ignore', 'pipe', 'ignore'] });
  const line = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
      said += piece;
      if (said.includes('\n')) resolve(said);
    });
    child.once('close', (code) => reject(new Error(`${script} ended (${code}): ${said}`)));
  });
  const { port, cases } = JSON.parse(line) as { port: number; cases: PythonTargets['cases'] };
  return { origin: `http://127.0.0.1:${port}`, cases, stop: () => void child.kill('SIGKILL') };
}

/** What a script of `test/python` prints, given a text. */
export function printedBy(script: string, input: string): Promise<string> {
  const path = fileURLToPath(new URL(`python/${script}`, import.meta.url));
  const child = spawn(PYTHON, [path], { stdio: ['pipe', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  child.stdin.end(input);
  return new Promise((resolve, reject) =>
    child.once('close', (code) => (code === 0 ? resolve(said.stdout) : reject(new Error(`${script}: ${said.stderr}`)))),
  );
}
