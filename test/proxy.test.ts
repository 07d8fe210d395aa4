import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../src/core/result.ts';
import { makeCertificates } from '../src/drivers/certificates.fixture.ts';
import { counted, measured, rampart, temporaryFolder } from './command.ts';
import { afterEachAttempt, undisturbed } from './disturbed.ts';
import { type Nginx, nginxWith } from './nginx.ts';
import { echoTarget, rawTarget, type TestTarget } from './target.ts';

/** Through proxies, by the built command: nginx asks for whatever it is asked for; a tunnel is a server of a few lines. */

const FORWARD = 'location ~ . { proxy_pass http://$http_host$request_uri; }';
const { ca, good, client } = makeCertificates();

const nginxes: Nginx[] = [];
const targets: TestTarget[] = [];
const endings: (() => void)[] = [];
afterEachAttempt(async () => {
  for (const nginx of nginxes.splice(0)) await nginx.close();
  for (const target of targets.splice(0)) await target.close();
  for (const end of endings.splice(0)) end();
});

async function nginxAt(lines: readonly string[], listen = ''): Promise<number> {
  const nginx = await nginxWith(lines, listen);
  nginxes.push(nginx);
  return nginx.port;
}

async function echo() {
  const target = await echoTarget(createServer());
  targets.push(target);
  return target;
}

/** CONNECT, and nothing else. */
async function tunnel(): Promise<{ url: string; connected: () => number }> {
  let connected = 0;
  const sockets = new Set<Socket>();
  const server = createServer();
  server.on('connect', (incoming: IncomingMessage, socket: Socket) => {
    connected++;
    const [host, port] = (incoming.url ?? '').split(':');
    const beyond = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(beyond).pipe(socket);
    });
    for (const side of [socket, beyond]) {
      sockets.add(side);
      side.on('error', () => [socket, beyond].map((each) => each.destroy()));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endings.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, connected: () => connected };
}

describe('nginx as a forward proxy', () => {
  it('carries rows, placeholders and checks: the requests are those of raw sockets, and so are the outcomes', async () => {
    const cwd = temporaryFolder();
    const rows = Array.from({ length: 120 }, (_, x) => `${JSON.stringify({ x, want: { x: x % 4 === 0 ? -1 : x } })}\n`);
    writeFileSync(join(cwd, 'r.jsonl'), rows.join(''));
    const ran = async (...flags: string[]): Promise<{ got: string[]; result: RunResult }> => {
      const { url, got } = await echo();
      const data = ['--data', 'r.jsonl', '--data-order', 'once', '-H', 'X-Id: {{uuid}}', '--expect-field', 'want'];
      const load = ['--vus', '6', '--threads', '2', '--seed', '5', '-q', '--overwrite', '-o', 'out', '--no-preflight'];
      await rampart(['run', `${url}/{{seq}}?at={{random.int 1 100}}`, ...data, ...load, ...flags], { cwd });
      const result = JSON.parse(readFileSync(join(cwd, 'out/result.json'), 'utf8')) as RunResult;
      return { got: got.sort(), result };
    };
    const straight = await ran();
    const through = await ran('--proxy', `127.0.0.1:${await nginxAt([FORWARD])}`);
    expect(through.got).toHaveLength(120);
    expect(through.got).toEqual(straight.got);
    for (const { result } of [straight, through]) {
      const { sent, ok, failed, leftOut = 0 } = result.totals;
      expect([sent, ok + failed]).toEqual([120, 120 - leftOut]);
      // Of a moment in which the generator stood still nothing is judged.
      if (leftOut === 0) expect(result.totals.byOutcome).toEqual({ ok: 90, 'wrong-answer': 30 });
      expect(result.failures).toMatchObject([{ message: '$.x differs', count: failed }]);
      expect(result.failures[0]?.example).toMatch(/^row (\d+), line \1: \$\.x: expected -1, got \d+, \d+ more$/);
    }
  });

  it(
    'has its connections replaced at their age',
    undisturbed(async () => {
      const { url } = await echo();
      const proxy = ['--proxy', `http://127.0.0.1:${await nginxAt([FORWARD])}`];
      const load = ['--rate', '50/s', '-d', '4s', '--threads', '1', '--max-conn-age', '1s', '--dns-ttl', '1s'];
      const { result } = await measured(['run', url, ...proxy, ...load]);
      expect(counted(result.totals)).toMatchObject({ ok: 200, failed: 0 });
      expect(result.latency.connect?.count).toBeGreaterThanOrEqual(4);
      // One for each request would be 200; a busy machine opens more than one a second.
      expect(result.latency.connect?.count).toBeLessThan(150);
    }),
  );

  it(
    'gives its own errors for a target that is not there',
    undisturbed(async () => {
      const proxy = ['--proxy', `http://127.0.0.1:${await nginxAt([FORWARD])}`];
      const { result } = await measured(['run', 'http://127.0.0.1:9/', ...proxy, '-n', '10', '--vus', '2']);
      expect(result.totals).toMatchObject({ byOutcome: { 'http-error': 10 }, byStatus: { 502: 10 } });
    }),
  );
});

describe('a tunnel', () => {
  const carries = async (flags: readonly string[]): Promise<void> => {
    const asking = [`ssl_client_certificate ${ca.certPath};`, 'ssl_verify_client on;'];
    const certificate = [`ssl_certificate ${good.certPath};`, `ssl_certificate_key ${good.keyPath};`];
    const port = await nginxAt([...certificate, ...asking], 'ssl http2');
    const proxy = await tunnel();
    const trust = ['--cacert', ca.certPath, '--cert', client.certPath, '--key', client.keyPath];
    const check = ['--expect-json', '$.prediction=1', '--expect-header', 'content-type: application/json'];
    const load = ['--vus', '4', '--threads', '1', '-n', '200', '--proxy', proxy.url];
    const url = `https://localhost:${port}/predict`;
    const { result } = await measured(['run', url, ...trust, ...check, ...load, ...flags]);
    expect(counted(result.totals)).toMatchObject({ ok: 200, failed: 0, byStatus: { 200: result.totals.ok } });
    expect(proxy.connected()).toBe(flags.length === 0 ? 4 : 1);
    expect(result.latency.tls?.count).toBe(4);
    expect(result.latency.tls?.max ?? 0).toBeLessThan(result.latency.connect?.max ?? 0);
  };

  for (const flags of [[], ['--http2']])
    it(
      `carries TLS with a certificate of the client, and checks: ${flags}`,
      undisturbed(() => carries(flags)),
    );
});

describe('a proxy that closes a connection as it is used again', () => {
  it(
    'has that request told apart, and it is not sent again',
    undisturbed(async () => {
      const seen = new WeakSet();
      const proxy = await rawTarget((socket) => {
        if (seen.has(socket)) socket.resetAndDestroy();
        else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
        seen.add(socket);
      });
      targets.push(proxy);
      const flags = ['--proxy', `127.0.0.1:${proxy.port}`, '--vus', '1', '-n', '40'];
      const { result } = await measured(['run', 'http://nowhere.invalid/p', ...flags]);
      expect(result.totals.byOutcome).toEqual({ ok: 20, reset: 20 });
      expect(proxy.received()).toBe(40);
      expect(result.failures).toMatchObject([
        { outcome: 'reset', message: 'ECONNRESET before any response, on a connection used before', count: 20 },
      ]);
      expect(result.verdict.doubts.map(({ code }) => code)).toContain('reused-connection-closed');
    }),
  );
});
