import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { freePort } from '../bench/port.ts';
import type { RunResult } from '../src/core/result.ts';
import { counted, rampart, start, temporaryFolder } from './command.ts';

/** Targets that the command starts itself. */

const folder = temporaryFolder();
const script = join(folder, 'server.mjs');
let port = 0;
let url = '';

beforeAll(async () => {
  port = await freePort();
  url = `http://127.0.0.1:${port}/predict`;
  // It listens at once, but its model takes a while: until then it answers 503.
  writeFileSync(
    script,
    `import { createServer } from 'node:http';
     const [port, wait] = process.argv.slice(2).map(Number);
     const loadedAt = Date.now() + wait;
     createServer((request, response) => {
       response.statusCode = Date.now() < loadedAt ? 503 : 200;
       response.end('ok');
     }).listen(port, '127.0.0.1');`,
  );
});

const line = (wait = 0): string => `"${process.execPath}" "${script}" ${port} ${wait}`;
const gone = () => expect(fetch(url)).rejects.toThrow();
const LOAD = ['--vus', '1', '-n', '20', '-q', '--json'];

it('starts the target, waits until it is ready, measures it and ends it', async () => {
  const { code, stdout, stderr } = await rampart(['run', url, ...LOAD, '--start', line(800), '--wait-for', url]);
  expect(stderr).toBe('');
  const { totals } = JSON.parse(stdout) as RunResult;
  // None met the 503 of the loading model.
  expect(counted(totals)).toMatchObject({ ok: 20, failed: 0 });
  // A busy machine may hold the generator up, which is said of it and not of the target.
  expect([0, 5]).toContain(code);
  await gone();
});

it('does so for a probe too, from the environment, and ends a target that starts others', async () => {
  const { code } = await rampart(['probe', url, '-n', '5', '-q', '-o', 'out'], {
    env: { RAMPART_START: `true && ${line()} ; true` },
  });
  expect([0, 5]).toContain(code);
  await gone();
});

it('waits for a target that somebody else starts', async () => {
  const waiting = start(['run', url, ...LOAD, '--wait-for', url, '--wait-timeout', '20s']);
  const other = start(['run', url, '--vus', '1', '-q', '--start', `sleep 0.3; ${line()}`, '-d', '60s']);
  const { code, stdout } = await waiting.finished;
  other.kill('SIGINT');
  expect(counted((JSON.parse(stdout) as RunResult).totals)).toMatchObject({ ok: 20, failed: 0 });
  expect([0, 5]).toContain(code);
  await other.finished;
  await gone();
});

it('says what is wrong with a target that dies, is never ready, or is there already', async () => {
  const dead = await rampart(['run', url, ...LOAD, '--start', 'echo no such model >&2; exit 9']);
  expect(dead.stderr).toMatch(/program ended \(exit code 9\) before .* was ready[\s\S]*no such model/);
  expect(dead.code).toBe(4);
  const never = await rampart(['run', url, ...LOAD, '--wait-for', url, '--wait-timeout', '500ms']);
  expect(never.stderr).toMatch(/was not ready within 1 s: nothing answered/);
  expect(never.code).toBe(4);
  const nothing = await rampart(['run', url, ...LOAD, '--wait-timeout', '5s']);
  expect(nothing.stderr).toMatch(/--wait-timeout: nothing is waited for/);
  expect(nothing.code).toBe(2);
  const strange = await rampart(['run', url, ...LOAD, '--wait-for', 'health']);
  expect(strange.stderr).toMatch(/--wait-for: "health" is no address to wait for/);
});

it('ends the target when it is interrupted, while it waits, in the preflight and while it measures', async () => {
  const begun = join(folder, 'begun');
  const waiting = start(['run', url, ...LOAD, '--start', `: > "${begun}"; sleep 60`, '--wait-timeout', '60s']);
  await expect.poll(() => existsSync(begun)).toBe(true);
  waiting.kill('SIGINT');
  const waited = await waiting.finished;
  expect([waited.code, waited.stderr]).toEqual([
    130,
    'rampart: interrupted before the target was ready: nothing was measured\n',
  ]);
  // It says that it is there, and then nothing any more.
  const silent = join(folder, 'silent.mjs');
  writeFileSync(
    silent,
    `import { writeFileSync } from 'node:fs';
     import { createServer } from 'node:http';
     createServer((request, response) => {
       if (request.method === 'GET') response.end('ok');
       else writeFileSync(${JSON.stringify(`${silent}.asked`)}, '');
     }).listen(${port}, '127.0.0.1');`,
  );
  const asked = start(['run', url, '-b', '{}', '--start', `"${process.execPath}" "${silent}"`, '--timeout', '60s']);
  await expect.poll(() => existsSync(`${silent}.asked`)).toBe(true);
  asked.kill('SIGINT');
  const { code, stderr } = await asked.finished;
  expect([code, stderr]).toEqual([130, expect.stringContaining('interrupted in its preflight')]);
  await gone();
  const running = start(['run', url, '--vus', '1', '-d', '60s', '--start', line()]);
  await running.shown('0:01');
  running.kill('SIGINT');
  expect((await running.finished).code).toBe(130);
  await gone();
});
