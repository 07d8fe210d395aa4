import { execFile, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { onPath } from '../bench/peer.ts';
import type { RunResult } from '../src/core/result.ts';
import type { DoubtCode } from '../src/core/verdict.ts';
import { measured, temporaryFolder } from './command.ts';

/**
 * One request at a time, a millisecond each, and then the connection is closed without having said so: what uWSGI's
 * http-socket does. Says at its end how many requests it got.
 */
const CLOSING_SERVER = `
  import { createServer } from 'node:net';
  let requests = 0;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (piece) => {
      for (const _ of piece.toString('latin1').matchAll(/^(?:GET|POST) /gm)) requests++;
      for (const end = performance.now() + 1; performance.now() < end; );
      socket.end('HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: 9\\r\\n\\r\\n{"p":0.5}');
    });
  });
  server.listen(0, '127.0.0.1', 511, () => console.log(server.address().port));
  process.on('SIGTERM', () => {
    console.log(requests);
    process.exit();
  });
`;

let end: () => Promise<number> = async () => 0;
afterEach(() => end());

/** Starts a server; returns its address. `end` says how many requests it got. */
async function started(server: string): Promise<string> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', server], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  const gone = new Promise<number>((resolve) => child.once('close', () => resolve(Number(said.split('\n')[1]))));
  end = () => {
    child.kill('SIGTERM');
    return gone;
  };
  await new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      resolve();
    });
  });
  return `http://127.0.0.1:${said.trim()}/predict`;
}

const doubtOf = (result: RunResult, code: DoubtCode) => result.verdict.doubts.find((doubt) => doubt.code === code);

/** Refuses large bodies on sight of the head, and closes without reading the rest. */
const REFUSING_SERVER = `
  import { createServer } from 'node:net';
  let requests = 0;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      requests++;
      socket.pause();
      socket.end('HTTP/1.1 413 Too Large\\r\\nConnection: close\\r\\nContent-Length: 3\\r\\n\\r\\nbig');
      setTimeout(() => socket.destroy(), 5);
    });
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
  process.on('SIGTERM', () => {
    console.log(requests);
    process.exit();
  });
`;

it('a target that refuses large bodies and closes is shown as what it answers, each time', async () => {
  const url = await started(REFUSING_SERVER);
  const file = join(temporaryFolder(), 'large.bin');
  writeFileSync(file, Buffer.alloc(10_000_000, 'x'));
  const { result } = await measured(['run', url, '--body-file', file, '--vus', '10', '-n', '200', '-q']);
  // Where the machine held the generator up, what was under way is counted apart.
  const count = 200 - (result.totals.leftOut ?? 0);
  expect(result.failures).toMatchObject([{ outcome: 'http-error', status: 413, message: 'HTTP 413', count }]);
  expect(await end()).toBe(200);
});

describe('a target that closes each connection after its response, without a word', () => {
  it('costs no request, none is sent twice, and it is told', async () => {
    const url = await started(CLOSING_SERVER);
    const { result } = await measured(['run', url, '--vus', '20', '-n', '2000', '-q']);
    // On a machine so busy that the target closes after a tenth of a second, each user loses one request.
    const { ok, failed, leftOut = 0 } = result.totals;
    expect([ok + failed + leftOut, result.totals.sent]).toEqual([2000, 2000]);
    expect(failed).toBeLessThanOrEqual(20);
    expect(doubtOf(result, 'closed-unannounced')).toMatchObject({ invalidates: false });
    // A request that met a close was not received; none was received twice. What a standstill left out was one or the other.
    const received = await end();
    expect(received).toBeGreaterThanOrEqual(ok);
    expect(received).toBeLessThanOrEqual(ok + leftOut);
  });

  it('is told of a search too, which does not fail by it', async () => {
    const url = await started(CLOSING_SERVER);
    const { result } = await measured([
      'find',
      url,
      '--slo',
      'p95<500ms',
      '--slo',
      'errors<1%',
      '--budget',
      '6s',
      '-q',
    ]);
    expect(result.totals.ok).toBeGreaterThan(100);
    expect(result.totals.failed).toBeLessThan(result.totals.ok / 50);
    expect(doubtOf(result, 'closed-unannounced')).toBeDefined();
    expect(result.breakingPoint?.stoppedBy).not.toBe('fails-at-idle');
  });

  const wrk = onPath('wrk');
  it.skipIf(wrk === null)('gives about the throughput that wrk measures', async () => {
    const url = await started(CLOSING_SERVER);
    const byWrk = async (): Promise<number> => {
      const { stdout } = await promisify(execFile)(wrk ?? '', ['-t1', '-c20', '-d1s', url]);
      return Number(/Requests\/sec:\s*([\d.]+)/.exec(stdout)?.[1]);
    };
    const ratios: number[] = [];
    for (let round = 0; round < 3 && !ratios.some((ratio) => ratio > 0.7); round++) {
      const peer = await byWrk();
      const { result } = await measured(['run', url, '--vus', '20', '-d', '1s', '-q']);
      expect(result.totals.failed).toBeLessThanOrEqual(20);
      ratios.push(result.rates.achievedPerSec / peer);
    }
    // On a quiet machine within a tenth at once. Others may use the cores here, in some of the rounds.
    expect(Math.max(...ratios)).toBeGreaterThan(0.7);
  });
});
