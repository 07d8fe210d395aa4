import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freePort } from '../bench/port.ts';
import { rampart, temporaryFolder } from './command.ts';

/** Programs that are no good citizens, started as targets: each has its own message, and nothing of it is left. */

/** Whether a process runs; one that has ended and is waited for by nobody does not. */
function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** A port, and a program that can be told how to behave, of one test's own: most of them wait for one to be killed, side by side. */
async function place() {
  const folder = temporaryFolder();
  const script = join(folder, 'server.mjs');
  const pids = join(folder, 'pids');
  writeFileSync(pids, '');
  writeFileSync(
    script,
    `import { appendFileSync } from 'node:fs';
     import { createServer } from 'node:http';
     appendFileSync(${JSON.stringify(pids)}, process.pid + '\\n');
     if (process.argv.includes('deaf')) process.on('SIGTERM', () => {});
     const server = createServer((request, response) => response.end('ok'));
     if (!process.argv.includes('mute')) server.listen(Number(process.argv[2]), '127.0.0.1');
     else setInterval(() => {}, 1000);`,
  );
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/predict`;
  return {
    folder,
    url,
    server: (...how: string[]): string => `"${process.execPath}" "${script}" ${port} ${how.join(' ')}`,
    started: (line: string, ...more: string[]) =>
      rampart([
        'run',
        url,
        '--vus',
        '1',
        '-n',
        '5',
        '-q',
        '-o',
        join(temporaryFolder(), 'out'),
        '--start',
        line,
        ...more,
      ]),
    left: (): number[] =>
      readFileSync(pids, 'utf8')
        .trim()
        .split('\n')
        .map(Number)
        .filter((pid) => pid > 0 && runs(pid)),
  };
}

it.concurrent('kills one that does not end when it is asked to, and says so', async () => {
  const { server, started, left } = await place();
  const { code, stderr } = await started(`exec ${server('deaf')}`);
  expect(stderr).toMatch(/did not end when it was asked to \(SIGTERM\), and was killed: exec/);
  expect([0, 5]).toContain(code);
  expect(left()).toEqual([]);
});

it.concurrent('ends one that goes into the background, with all that it started', async () => {
  const { server, started, left } = await place();
  const { code, stderr } = await started(`${server()} & ${server('mute')} & exit 0`);
  expect(stderr).toBe('');
  expect([0, 5]).toContain(code);
  expect(left()).toEqual([]);
});

it.concurrent('ends one that leaves its process group, as daemons do, and kills it where it does not end', async () => {
  const { server, started, left } = await place();
  const daemon = await started(`setsid ${server()} & sleep 0.2; true`);
  expect(daemon.stderr).toBe('');
  expect([0, 5]).toContain(daemon.code);
  expect(left()).toEqual([]);
  const deaf = await started(`setsid ${server('deaf')} & sleep 0.2; true`);
  expect(deaf.stderr).toMatch(/did not end when it was asked to \(SIGTERM\), and was killed: setsid/);
  expect(left()).toEqual([]);
});

it.concurrent('tells of one that leaves group and environment, and so cannot be ended', async () => {
  const { server, started, left } = await place();
  const { stderr } = await started(`setsid env -i ${server()} & sleep 0.2; true`);
  expect(stderr).toMatch(/still answers after its program was ended .*it left its process group; end it yourself/);
  for (const pid of left()) process.kill(pid, 'SIGKILL');
});

it.concurrent('tells of one that is never ready, and of one that dies, and leaves neither', async () => {
  const { server, started, left } = await place();
  // Behind a shell, which is no such program and ends at once.
  const never = await started(`sh -c '${server('mute', 'deaf')}; true'`, '--wait-timeout', '1s');
  expect(never.stderr).toMatch(/was not ready within 1 s: nothing answered/);
  expect(never.stderr).toMatch(/did not end when it was asked to/);
  expect(never.code).toBe(4);
  expect(left()).toEqual([]);
  const dead = await started(`${server('mute')} & echo out of memory; exit 137`);
  expect(dead.stderr).toMatch(/program ended \(exit code 137\) before .* was ready[\s\S]*out of memory/);
  expect(dead.code).toBe(4);
  expect(left()).toEqual([]);
});

it.concurrent('does the same where two builds are compared', async () => {
  const { folder, url, server, left } = await place();
  const { code, stderr } = await rampart([
    ...['compare', url, '--base-cmd', server('mute', 'deaf'), '--head-cmd', server(), '--pairs', '5', '-d', '1s'],
    ...['--vus', '1', '--wait-timeout', '1s', '-o', join(folder, 'pair')],
  ]);
  // Whichever comes first: the base is never ready.
  expect(stderr).toMatch(/was not ready within 1 s: nothing answered/);
  expect(code).toBe(4);
  expect(left()).toEqual([]);
});
