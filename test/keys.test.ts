import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../src/core/result.ts';
import { CLI, temporaryFolder } from './command.ts';
import { fixedTarget, type TestTarget } from './target.ts';

/** Keys typed into the built command in a real terminal: `script` (util-linux) gives it one. */

let target: TestTarget;
beforeAll(async () => {
  target = await fixedTarget(5);
});
afterAll(() => target.close());

interface Typed {
  /** All that the terminal showed. */
  readonly shown: string;
  readonly code: number | null;
}

/** A step waits until the terminal has shown its text once more, then types its keys, or does something else. */
type Step = readonly [text: string, keys: string | (() => void)];

function inTerminal(command: string, steps: readonly Step[]): Promise<Typed> {
  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    TERM: 'xterm',
    NO_COLOR: '1',
    SHELL: '/bin/bash',
  };
  const child = spawn('script', ['-qefc', command, '/dev/null'], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  let shown = '';
  let read = 0;
  let next = 0;
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    shown += piece;
    for (let step = steps[next]; step !== undefined; step = steps[next]) {
      const at = shown.indexOf(step[0], read);
      if (at < 0) return;
      read = at + step[0].length;
      next++;
      if (typeof step[1] === 'string') child.stdin.write(step[1]);
      else step[1]();
    }
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ shown, code }));
  });
}

const run = (flags: string, folder = join(temporaryFolder(), 'run')): string =>
  `"${process.execPath}" "${CLI}" run ${target.url} -d 30s --think-time 10ms ${flags} -o "${folder}"`;

function resultIn(folder: string): RunResult {
  return JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as RunResult;
}

/** The terminal's own settings before and after. */
const settings = (command: string): string =>
  `stty -a > before; ${command}; code=$?; stty -a > after; cmp before after && echo as-it-was; exit $code`;

function within(folder: string, command: string): string {
  return `cd "${folder}" && { ${settings(command)}; }`;
}

describe('keys in the terminal', () => {
  it('change the number of users, stop the run, and leave the terminal as it was', async () => {
    const cwd = temporaryFolder();
    const { shown, code } = await inTerminal(within(cwd, run('--vus 3', join(cwd, 'run'))), [
      ['0:01', 'W'],
      ['→ 13', 'w'],
      ['→ 14', 's'],
      ['→ 13', 'S'],
      ['0:02', 'S'],
      ['→ 0', 'x?'],
      ['0:03', 'q'],
    ]);
    expect(code).toBe(130);
    expect(shown).toContain('w/s ±1 user, W/S ±10, q or Ctrl-C stops and still writes the report');
    expect(shown).toContain('Stopping: waiting for the answers under way');
    expect(shown).toContain('as-it-was');
    // Nothing that was typed is shown.
    expect(shown).not.toContain('x?');
    const { changes = [], run: ended } = resultIn(join(cwd, 'run'));
    expect(changes.map((change) => change.type === 'edited' && change.edit)).toEqual(
      [13, 14, 13, 3, 0].map((vus) => ({ model: 'closed', vus, spawnRate: null })),
    );
    expect(ended.ending).toBe('interrupted');
  });

  it('change the rate of arrivals; Ctrl-C is still an interrupt, and a second one ends at once', async () => {
    const cwd = temporaryFolder();
    const flags = run('--rate 20/s', join(cwd, 'run')).replace('--think-time 10ms ', '');
    const { shown, code } = await inTerminal(within(cwd, flags), [
      ['0:01', 'Ws'],
      ['→ 29.0/s', '\u0003'],
    ]);
    expect(code).toBe(130);
    expect(shown).toContain('w/s ±1 request/s');
    expect(shown).toContain('as-it-was');
    const { changes = [] } = resultIn(join(cwd, 'run'));
    expect(changes.map((change) => change.type === 'edited' && change.edit)).toEqual(
      [30, 29].map((ratePerSec) => ({ model: 'open', ratePerSec, ramp: 0 })),
    );
  });

  it.each(['SIGTERM', 'SIGQUIT', 'SIGHUP'] as const)('are given back to the terminal at %s', async (signal) => {
    const cwd = temporaryFolder();
    const command = `sh -c 'echo $$ > pid; exec ${run('--vus 2').replaceAll('"', '')}'`;
    const { shown } = await inTerminal(within(cwd, command), [
      ['W/S ±10', () => process.kill(Number(readFileSync(join(cwd, 'pid'), 'utf8')), signal)],
    ]);
    expect(shown).toContain('as-it-was');
  });

  it('are left alone by a run in the background, which goes on', async () => {
    const cwd = temporaryFolder();
    const background = `bash -mc '${run('--vus 2').replaceAll('"', '').replace('30s', '2s')} & wait; jobs'`;
    const { shown } = await inTerminal(within(cwd, background), []);
    expect(shown).toContain('Completed after');
    expect(shown).not.toMatch(/Stopped/);
    expect(shown).toContain('as-it-was');
  });
});
