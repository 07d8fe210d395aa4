/** Scripts of `test/python` as tests use them: targets, and readers of what we write. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'vitest';
import { skipFor } from './skip.ts';

const PYTHON = fileURLToPath(new URL('../.venv/bin/python', import.meta.url));

/** Servers of Python, in one process: each is a path. */
export interface PythonTargets {
  readonly origin: string;
  readonly cases: readonly { readonly name: string; readonly path: string }[];
  stop(): void;
}

const NO_PYTHON = 'no .venv: python3 -m venv .venv && .venv/bin/pip install -r test/python/requirements.txt';

/** The packages of the scripts are in `.venv`, which CI makes (see `.ci/run`); without it the test is skipped, with the reason. */
function needPython(test: TestContext): void {
  if (!existsSync(PYTHON)) skipFor(test, NO_PYTHON);
}

/** Starts a script of `test/python` that serves. */
export async function pythonTargets(test: TestContext, script: string): Promise<PythonTargets> {
  needPython(test);
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
export async function printedBy(test: TestContext, script: string, input: string): Promise<string> {
  needPython(test);
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
