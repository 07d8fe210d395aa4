import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunResult } from '../src/core/result.ts';
import { CLI, rampart, start, temporaryFolder } from './command.ts';
import { fixedTarget, httpTarget, type TestTarget } from './target.ts';

/** A run that is cut off, by whom or what it may be: what was measured is written, and is never called a pass. */

let target: TestTarget;
let cwd = '';
beforeEach(async () => {
  target = await fixedTarget(40);
  cwd = temporaryFolder();
});
afterEach(async () => {
  await target.close();
});

const load = (...flags: string[]): string[] => [
  ...['run', target.url, '--vus', '3', '-d', '60s', '--threads', '1', '--threshold', 'errors<1%', '-o', 'out'],
  '--no-preflight',
  ...flags,
];
const read = (name: string): string => readFileSync(join(cwd, 'out', name), 'utf8');
const resultOf = (text = read('result.json')): RunResult => JSON.parse(text) as RunResult;

function expectWhole({ totals }: RunResult): void {
  expect(totals.sent).toBe(totals.ok + totals.failed + (totals.byOutcome.aborted ?? 0) + (totals.leftOut ?? 0));
}

describe('a signal', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s ends the run, with its report, and is no pass',
    async (signal) => {
      const run = start(load(), { cwd });
      await run.shown('0:02');
      run.kill(signal);
      const { code, stdout } = await run.finished;
      expect(code).toBe(130);
      expect(stdout).toMatch(/^Interrupted after \d+(\.\d)? s of 60 s\./);
      const result = resultOf();
      expect([result.verdict.status, result.run.ending]).toEqual(['interrupted', 'interrupted']);
      expect(result.totals.sent).toBe(target.received());
      expectWhole(result);
      expect(read('junit.xml')).toMatch(/<testsuite [^>]*errors="2"/);
      expect(read('junit.xml')).toContain('type="interrupted"');
      expect(read('summary.md')).toMatch(/^## Interrupted after/);
      expect(read('report.html')).toContain('<!doctype html>');
    },
  );

  it('that comes twice within a moment is one: npm passes on what the terminal has sent', async () => {
    const run = start(load(), { cwd });
    await run.shown('0:01');
    run.kill('SIGINT');
    run.kill('SIGINT');
    run.kill('SIGHUP');
    expect((await run.finished).code).toBe(130);
    expect(resultOf().verdict.status).toBe('interrupted');
  });
});

describe('a signal in the preflight', () => {
  it.each([
    ['run', 'SIGINT', ['--vus', '3', '-d', '60s']],
    ['run', 'SIGTERM', ['--vus', '3', '-d', '60s']],
    ['find', 'SIGHUP', ['--slo', 'p95<1s']],
  ] as const)('of a %s ends it: %s, no load, no folder, exit code 130', async (command, signal, flags) => {
    await target.close();
    let asked = (): void => {};
    const first = new Promise<void>((resolve) => {
      asked = resolve;
    });
    // It never responds.
    target = await httpTarget(() => asked());
    const run = start([command, target.url, '-b', '{}', '--timeout', '60s', ...flags], { cwd });
    await first;
    run.kill(signal);
    const { code, stdout, stderr } = await run.finished;
    expect([code, stdout]).toEqual([130, '']);
    expect(stderr.trimEnd().split('\n').at(-1)).toBe('rampart: interrupted in its preflight: no load was sent');
    expect(target.received()).toBe(1);
    expect(existsSync(join(cwd, 'reports')) ? readdirSync(join(cwd, 'reports')) : []).toEqual([]);
  });
});

it('a terminal that is closed under the run ends it as a signal does', async () => {
  const command = `"${process.execPath}" "${CLI}" ${load().join(' ').replace('errors<1%', "'errors<1%'")}`;
  const env = { PATH: process.env['PATH'] ?? '', TERM: 'xterm', SHELL: '/bin/bash' };
  const terminal = spawn('script', ['-qefc', command, '/dev/null'], { cwd, env, stdio: ['pipe', 'pipe', 'ignore'] });
  let shown = '';
  terminal.stdout.setEncoding('utf8').on('data', (piece: string) => {
    shown += piece;
  });
  while (!shown.includes('0:02')) await sleep(20);
  terminal.kill('SIGKILL');
  while (!existsSync(join(cwd, 'out/junit.xml'))) await sleep(50);
  const result = resultOf();
  expect(result.verdict.status).toBe('interrupted');
  expect(result.totals.sent).toBe(target.received());
  expectWhole(result);
});

it('a run that was killed is drawn from its journal, with an outcome for every request it tells of', async () => {
  await target.close();
  target = await fixedTarget(400);
  const run = start(load('--vus', '20'), { cwd });
  await run.shown('0:03');
  run.kill('SIGKILL');
  await run.finished;
  const { code, stdout } = await rampart(['report', 'out', '--json'], { cwd });
  expect(code).toBe(130);
  const result = resultOf(stdout);
  expect(result.verdict.status).toBe('interrupted');
  expect(result.verdict.doubts.map(({ message }) => message)).toContainEqual(
    expect.stringMatching(/^The run has no end after \d+(\.\d)? s of 60 s: it was killed/),
  );
  expectWhole(result);
  expect(result.totals.byOutcome.aborted).toBeGreaterThan(0);
  expect(result.totals.sent).toBeLessThanOrEqual(target.received());
  expect(result.failures).toContainEqual(
    expect.objectContaining({ outcome: 'aborted', message: 'still unanswered when the journal broke off' }),
  );
  expect(read('junit.xml')).toContain('type="interrupted"');
});
