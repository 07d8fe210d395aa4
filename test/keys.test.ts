import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../src/core/result.ts';
import { CLI, temporaryFolder } from './command.ts';
import { codeOf } from './disturbed.ts';
import { fixedTarget, httpTarget, type TestTarget } from './target.ts';

/**
 * Keys typed into the built command in a real terminal: `script` (util-linux) gives it one. A step waits for what the
 * step before leads to, never for a certain second of the run: a busy machine draws none of some seconds.
 */

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
type Step = readonly [text: RegExp, keys: string | ((type: (keys: string) => void) => void)];

const wait = (): void => {};

/** The load has begun: the live view has drawn a second of it. */
const UNDER_WAY = /\b0:[0-5]\d\b/;

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
      const found = step[0].exec(shown.slice(read));
      if (found === null) return;
      read += found.index + found[0].length;
      next++;
      if (typeof step[1] === 'string') child.stdin.write(step[1]);
      else step[1]((keys) => child.stdin.write(keys));
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
      [UNDER_WAY, 'W'],
      [/→ 13\b/, 'w'],
      // The arrow is drawn while there are not yet as many, so only a number that there never were is sure to be seen.
      [/→ 14\b/, 'sSS'],
      [/→ 0\b/, 'x?'],
      // An edit that the end comes before is none.
      [/users +0 +in flight/, 'q'],
    ]);
    expect(shown).toContain('w/s ±1 user, W/S ±10, q or Ctrl-C stops and still writes the report');
    expect(shown).toContain('Stopping: waiting for the responses under way');
    expect(shown).toContain('as-it-was');
    // Nothing that was typed is shown.
    expect(shown).not.toContain('x?');
    const result = resultIn(join(cwd, 'run'));
    // As with any other run that comes to its end.
    expect(code).toBe(codeOf(result, 0));
    const { changes = [], run: ended, verdict } = result;
    expect(changes.map((change) => change.type === 'edited' && change.edit)).toEqual(
      [13, 14, 13, 3, 0].map((vus) => ({ model: 'closed', vus, spawnRate: null })),
    );
    expect(ended.ending).toBe('stopped');
    expect(verdict.doubts.map(({ code }) => code)).not.toContain('interrupted');
  });

  it('change the rate of arrivals; Ctrl-C is still an interrupt', async () => {
    const cwd = temporaryFolder();
    const flags = run('--rate 20/s', join(cwd, 'run')).replace('--think-time 10ms ', '');
    const { shown, code } = await inTerminal(within(cwd, flags), [
      [UNDER_WAY, 'Ws'],
      [/→ 29\.0\/s/, wait],
      // In the same drawing, in that of the next second, and a second later: by then it is in effect.
      [/achieved/, wait],
      [/achieved/, wait],
      [/achieved/, '\u0003'],
    ]);
    expect(code).toBe(130);
    expect(shown).toContain('Stopping: waiting for the responses under way');
    expect(shown).toContain('w/s ±1 request/s');
    expect(shown).toContain('as-it-was');
    const { changes = [] } = resultIn(join(cwd, 'run'));
    expect(changes.map((change) => change.type === 'edited' && change.edit)).toEqual(
      [30, 29].map((ratePerSec) => ({ model: 'open', ratePerSec, ramp: 0 })),
    );
  });

  it('end at once by a second Ctrl-C, whatever is under way', async () => {
    const cwd = temporaryFolder();
    const silent = await httpTarget(() => {});
    const flags = run('--vus 2 --graceful-stop 10m --no-preflight', join(cwd, 'run')).replace(target.url, silent.url);
    const { shown, code } = await inTerminal(within(cwd, flags), [
      [UNDER_WAY, '\u0003'],
      // A moment later: sooner, the second says the same thing again.
      [/Stopping: waiting/, (type) => void setTimeout(type, 700, '\u0003')],
    ]);
    await silent.close();
    expect(code).toBe(130);
    expect(shown).toContain('as-it-was');
    // It waited for no answer, and so has written nothing but the journal.
    expect(existsSync(join(cwd, 'run', 'result.json'))).toBe(false);
    expect(readFileSync(join(cwd, 'run', 'journal.ndjson'), 'utf8')).toContain('"interval"');
  });

  it('give the terminal back while the run is stopped by Ctrl-Z, and take it again with it', async () => {
    const cwd = temporaryFolder();
    const command = run('--vus 2', join(cwd, 'run')).replaceAll('"', '');
    const job = `bash -mc '${command}; stty -a > stopped; echo was-stopped; fg'`;
    const { shown } = await inTerminal(within(cwd, job), [
      [UNDER_WAY, '\u001A'],
      [/was-stopped/, wait],
      // The run draws again a moment before it hears keys again, or a moment after.
      [/in flight/, wait],
      [/in flight/, 'w'],
      [/users +3 +in flight/, 'q'],
    ]);
    const read = (name: string): string => readFileSync(join(cwd, name), 'utf8');
    expect(read('stopped')).toBe(read('before'));
    expect(shown).toContain('as-it-was');
    const { changes = [], run: ended } = resultIn(join(cwd, 'run'));
    expect(changes).toMatchObject([{ edit: { vus: 3 } }]);
    expect(ended.ending).toBe('stopped');
  });

  it.each(['SIGTERM', 'SIGQUIT', 'SIGHUP'] as const)('are given back to the terminal at %s', async (signal) => {
    const cwd = temporaryFolder();
    const command = `sh -c 'echo $$ > pid; exec ${run('--vus 2').replaceAll('"', '')}'`;
    const { shown } = await inTerminal(within(cwd, command), [
      [/W\/S ±10/, () => process.kill(Number(readFileSync(join(cwd, 'pid'), 'utf8')), signal)],
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
