import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../src/core/result.ts';
import { measured } from './command.ts';
import { afterEachAttempt, undisturbed } from './disturbed.ts';
import { fixedTarget, httpTarget, type TestTarget } from './target.ts';

/** The other ways to send, by the built command: autocannon, HTTP/2, a proxy. */

let target: TestTarget | null = null;
const endings: (() => void)[] = [];
afterEachAttempt(async () => {
  await target?.close();
  target = null;
  for (const end of endings.splice(0)) end();
});

/** h2c; one request in `stuck` is never answered. */
async function http2Target(stuck: number): Promise<string> {
  let nth = 0;
  const server = createHttp2Server((request, response) => {
    request.resume();
    if (++nth % stuck !== 0) setTimeout(() => response.end('fine'), 5);
  });
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => sessions.add(session));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endings.push(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/p`;
}

/** A proxy that answers for everybody; one request in `stuck` is never answered. */
async function proxyFor(stuck: number): Promise<string> {
  let nth = 0;
  const server = createServer((request, response) => {
    request.resume();
    if (++nth % stuck !== 0) setTimeout(() => response.end(request.url), 5);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endings.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const STUCK = 50;

describe('sent = answered + failed + aborted, over two threads and to the end', () => {
  const ending = ['--vus', '8', '--threads', '2', '-d', '1s', '--graceful-stop', '100ms'];
  const adds = ({ totals, verdict }: RunResult): void => {
    const { sent, ok, failed, byOutcome, leftOut = 0 } = totals;
    expect(byOutcome.aborted).toBeGreaterThan(0);
    expect(ok).toBeGreaterThan(20);
    expect(sent).toBe(ok + failed + (byOutcome.aborted ?? 0) + leftOut);
    expect(verdict.doubts.map(({ code }) => code)).not.toContain('count-mismatch');
  };
  const stuckTarget = async (): Promise<string> => {
    let nth = 0;
    target = await httpTarget((_request, response) => {
      if (++nth % STUCK !== 0) setTimeout(() => response.end('fine'), 5);
    });
    return target.url;
  };

  it('over raw sockets', async () => adds((await measured(['run', await stuckTarget(), ...ending])).result));
  it('with autocannon', async () =>
    adds((await measured(['run', await stuckTarget(), ...ending, '--engine', 'autocannon'])).result));
  it('over HTTP/2', async () => adds((await measured(['run', await http2Target(STUCK), ...ending, '--http2'])).result));
  it('through a proxy', async () =>
    adds((await measured(['run', 'http://nowhere.invalid/p', ...ending, '--proxy', await proxyFor(STUCK)])).result));
});

describe('--engine autocannon', () => {
  it(
    'measures what this engine measures',
    undisturbed(async () => {
      target = await fixedTarget(20);
      const load = ['run', target.url, '--vus', '5', '-d', '3s', '--warmup', '1s'];
      const own = (await measured(load)).result;
      const peer = (await measured([...load, '--engine', 'autocannon'])).result;
      expect(peer.plan.engine).toBe('autocannon');
      expect(peer.totals.failed).toBe(0);
      expect(peer.latency.response.p50).toBeGreaterThanOrEqual(19);
      // Loose: the machine that runs the tests is not a quiet one.
      expect(Math.abs((peer.latency.response.p50 ?? 0) - (own.latency.response.p50 ?? 0))).toBeLessThan(5);
    }),
  );
});

describe('--timing', () => {
  it(
    'relaxed gives the core back, and still sends what is due',
    undisturbed(async () => {
      target = await fixedTarget(5);
      const load = ['run', target.url, '--rate', '100/s', '-d', '2s'];
      const relaxed = (await measured([...load, '--timing', 'relaxed'])).result;
      const precise = (await measured(load)).result;
      expect(relaxed.totals.sent).toBe(200);
      expect(relaxed.generator.utilization).not.toBeNull();
      expect(precise.generator.utilization).toBeNull();
      expect(relaxed.generator.cpu).toBeLessThan(precise.generator.cpu);
    }),
  );
});
