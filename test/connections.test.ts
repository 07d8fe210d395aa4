import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../src/core/result.ts';
import type { DoubtCode } from '../src/core/verdict.ts';
import { CLI, counted, measured, rampart, temporaryFolder } from './command.ts';
import { afterEachAttempt, codeOf, undisturbed } from './disturbed.ts';
import { type Nginx, nginxWith } from './nginx.ts';
import { skipFor } from './skip.ts';
import { fixedTarget, rawTarget, type TestTarget } from './target.ts';

const UNSHARE = '/usr/bin/unshare';

/** Runs the command (its path is the argument) against a server of its own, a connection per request. */
const FEW_PORTS = `
  import { spawn } from 'node:child_process';
  import { createServer } from 'node:http';
  const server = createServer((_request, response) => response.end('ok')).listen(8080, '127.0.0.1', () => {
    const flags = ['--vus', '3', '-d', '2s', '--threads', '1', '--no-keepalive', '--json', '-q'];
    const args = [process.argv[2], 'run', 'http://127.0.0.1:8080/', ...flags];
    spawn(process.execPath, args, { stdio: 'inherit' }).once('exit', (code) => process.exit(code ?? 1));
  });
`;

/** The same, against a server at every address of a name of three; says how many connections each address had. */
const THREE_ADDRESSES = `
  import { spawn } from 'node:child_process';
  import { createServer } from 'node:http';
  import { createServer as createHttp2Server } from 'node:http2';
  const [, , cli, ...flags] = process.argv;
  const seen = {};
  const server = flags.includes('--http2') ? createHttp2Server() : createServer();
  server.on('request', (_request, response) => response.end('ok'));
  server.on('connection', ({ localAddress }) => {
    seen[localAddress] = (seen[localAddress] ?? 0) + 1;
  });
  server.listen(8080, '::', () => {
    const load = ['--threads', '1', '--json', '-q', '-o', 'out', '--no-preflight', ...flags];
    spawn(process.execPath, [cli, 'run', 'http://model.test:8080/', ...load], { stdio: 'ignore' }).once('exit', () => {
      console.log(JSON.stringify(seen));
      process.exit(0);
    });
  });
`;

let target: TestTarget | null = null;
let nginx: Nginx | null = null;
afterEachAttempt(async () => {
  await target?.close();
  await nginx?.close();
  target = null;
  nginx = null;
});

const doubtOf = (result: RunResult, code: DoubtCode) => result.verdict.doubts.find((doubt) => doubt.code === code);

describe('--connections', () => {
  it(
    'waits in the open, on the client’s account: in response time, lag and a doubt, not in service time',
    undisturbed(async () => {
      target = await fixedTarget(20);
      // Two connections answer 100 requests a second; 120 are due.
      const load = ['--rate', '120/s', '-d', '3s', '--connections', '2', '--graceful-stop', '10s'];
      const { result } = await measured(['run', target.url, ...load]);
      expect(counted(result.totals)).toMatchObject({ offered: 360, ok: 360, failed: 0 });
      expect(result.latency.connect?.count).toBe(2);
      expect(result.latency.response.p95).toBeGreaterThan(200);
      expect(result.latency.service.p50).toBeLessThan(60);
      expect(result.latency.lag.p95).toBeGreaterThan(200);
      expect(result.generator.connectionWaitP99).toBeGreaterThan(200);
      expect(doubtOf(result, 'connection-wait')).toMatchObject({ invalidates: false });
      expect(doubtOf(result, 'send-lag')).toBeUndefined();
    }),
  );

  it(
    'says nothing where the connections suffice',
    undisturbed(async () => {
      target = await fixedTarget(5);
      const { result } = await measured(['run', target.url, '--rate', '50/s', '-d', '2s', '-c', '20']);
      expect(counted(result.totals)).toMatchObject({ ok: 100, failed: 0 });
      expect(result.generator.connectionWaitP99).toBeLessThan(1);
      expect(doubtOf(result, 'connection-wait')).toBeUndefined();
    }),
  );
});

describe('against nginx', () => {
  it(
    'connections are kept, and chunked and compressed answers end where they end',
    undisturbed(async () => {
      nginx = await nginxWith(['keepalive_requests 100000;']);
      const flags = ['--vus', '4', '-n', '1000', '-H', 'Accept-Encoding: gzip'];
      const { result } = await measured(['run', `http://127.0.0.1:${nginx.port}/long`, ...flags]);
      expect(counted(result.totals)).toMatchObject({ ok: 1000, failed: 0 });
      expect(result.latency.connect?.count).toBe(4);
    }),
  );

  it(
    'a connection that it closes after so many requests is opened again, and nothing fails',
    undisturbed(async () => {
      nginx = await nginxWith(['keepalive_requests 10;']);
      const url = `http://127.0.0.1:${nginx.port}/predict`;
      const { result } = await measured(['run', url, '--vus', '2', '-n', '400']);
      expect(counted(result.totals)).toMatchObject({ ok: 400, failed: 0 });
      expect(result.latency.connect?.count).toBeGreaterThanOrEqual(40);
      expect(result.latency.connect?.count).toBeLessThanOrEqual(42);
    }),
  );

  it('the time it says it keeps an idle connection is respected: nobody meets a closing one', async () => {
    nginx = await nginxWith(['keepalive_timeout 1s 1s;']);
    const url = `http://127.0.0.1:${nginx.port}/predict`;
    const load = ['--vus', '20', '--think-time', '900ms-1100ms', '-d', '5s'];
    const { result } = await measured(['run', url, ...load]);
    expect(result.totals.failed).toBe(0);
    expect(result.totals.ok).toBeGreaterThan(40);
    expect(result.latency.connect?.count).toBe(result.totals.ok);
  });

  it(
    'connections are replaced at their age',
    undisturbed(async () => {
      nginx = await nginxWith([]);
      const url = `http://127.0.0.1:${nginx.port}/predict`;
      const load = ['--rate', '50/s', '-d', '4s', '--max-conn-age', '1s', '--dns-ttl', '1s'];
      const { result } = await measured(['run', url, ...load, '--threads', '1']);
      expect(counted(result.totals)).toMatchObject({ ok: 200, failed: 0 });
      expect(result.latency.connect?.count).toBeGreaterThanOrEqual(4);
      expect(result.latency.connect?.count).toBeLessThan(30);
    }),
  );
});

/** A network and a table of names of one's own: not everywhere is one allowed to make them. */
const NAMESPACES = spawnSync(UNSHARE, ['-rmn', 'true']).status === 0;

describe.skipIf(!NAMESPACES)('a name of several addresses', () => {
  it.each([
    ['raw sockets', ['--vus', '30', '-n', '300']],
    ['raw sockets, by age', ['--rate', '30/s', '-d', '3s', '--max-conn-age', '200ms']],
    ['HTTP/2, by age', ['--rate', '30/s', '-d', '3s', '--max-conn-age', '200ms', '--http2']],
  ])('has its connections spread over all of them, IPv6 too: %s', (_how, flags) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'hosts'), '127.0.0.1 model.test\n127.0.0.2 model.test\n::1 model.test\n');
    const setUp = `ip link set lo up && mount --bind ${join(folder, 'hosts')} /etc/hosts`;
    const script = join(folder, 'three-addresses.mjs');
    writeFileSync(script, THREE_ADDRESSES);
    const inside = `${setUp} && exec "${process.execPath}" "${script}" "${CLI}" ${flags.join(' ')}`;
    const { stdout } = spawnSync(UNSHARE, ['-rmn', 'sh', '-c', inside], { encoding: 'utf8', cwd: folder });
    const seen = JSON.parse(stdout) as Record<string, number>;
    expect(Object.keys(seen).sort()).toEqual(['::1', '::ffff:127.0.0.1', '::ffff:127.0.0.2']);
    // The first connection of all only looks whether anybody is there.
    const counts = Object.values(seen);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
    expect(counts.reduce((sum, n) => sum + n, 0)).toBeGreaterThan(10);
  });
});

describe('a connection closed as it is used again', () => {
  it(
    'is a reset with its own message and a doubt with its hint; the request is not sent again',
    undisturbed(async () => {
      const seen = new WeakSet();
      target = await rawTarget((socket) => {
        if (seen.has(socket)) socket.resetAndDestroy();
        else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
        seen.add(socket);
      });
      // So long after a response a close is that of an idle connection, and nothing to learn from.
      const { result } = await measured(['run', target.url, '--vus', '1', '-n', '10', '--think-time', '400ms']);
      expect(result.totals.byOutcome).toEqual({ ok: 5, reset: 5 });
      expect(target.received()).toBe(10);
      expect(result.failures).toMatchObject([
        { outcome: 'reset', message: 'ECONNRESET before any response, on a connection used before', count: 5 },
      ]);
      expect(doubtOf(result, 'reused-connection-closed')).toMatchObject({
        invalidates: false,
        hint: expect.stringContaining('keep-alive timeout'),
      });
    }),
  );
});

describe('a generator without room for more connections', () => {
  it('is found out: too few file descriptors make the run invalid, not the target bad', async () => {
    target = await fixedTarget(50);
    const command = `ulimit -n 250; exec "${process.execPath}" "${CLI}" run "${target.url}" --vus 600 -d 2s --threads 1 --json -q`;
    const { status, stdout } = await spawnShell(command);
    const result = JSON.parse(stdout) as RunResult;
    expect(status).toBe(5);
    expect(result.verdict.status).toBe('invalid');
    expect(result.verdict.doubts[0]).toMatchObject({
      code: 'generator-exhausted',
      invalidates: true,
      message: expect.stringContaining('out of file descriptors (EMFILE)'),
      hint: expect.stringContaining('ulimit -n'),
    });
    expect(result.totals.byOutcome.ok).toBeGreaterThan(50);
    expect(doubtOf(result, 'unreachable')).toBeUndefined();
  });

  it('is found out: too few ports', async (context) => {
    // A network of its own, in which ports are few; not everywhere is one allowed to make it.
    const setUp = 'ip link set lo up && echo "40000 40009" > /proc/sys/net/ipv4/ip_local_port_range';
    if (spawnSync(UNSHARE, ['-rn', 'sh', '-c', setUp]).status !== 0) skipFor(context, 'no network namespaces here');
    const script = join(temporaryFolder(), 'few-ports.mjs');
    writeFileSync(script, FEW_PORTS);
    const inside = `${setUp} && exec "${process.execPath}" "${script}" "${CLI}"`;
    const { status, stdout, stderr } = spawnSync(UNSHARE, ['-rn', 'sh', '-c', inside], {
      encoding: 'utf8',
      cwd: temporaryFolder(),
    });
    expect([status, stderr]).toEqual([5, '']);
    const result = JSON.parse(stdout) as RunResult;
    expect(result.verdict.doubts[0]).toMatchObject({
      code: 'generator-exhausted',
      message: expect.stringContaining('out of ports (EADDRNOTAVAIL)'),
      hint: expect.stringContaining('--no-keepalive'),
    });
  });
});

describe('a Unix socket', () => {
  it('is a target like any other, in both ways to write it', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'model.sock');
    const hosts = new Set<string | undefined>();
    const server = createServer((request, response) => {
      hosts.add(`${request.headers.host} ${request.url}`);
      response.end('{"prediction":1}');
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    try {
      for (const url of [`http+unix://${path}:/predict?x=1`, `http+unix://${encodeURIComponent(path)}/predict?x=1`]) {
        const { code, result } = await measured(['run', url, '--vus', '2', '--think-time', '1ms', '-n', '100']);
        expect([url, code, counted(result.totals).ok]).toEqual([url, codeOf(result, 0), 100]);
        expect(result.plan.target.socketPath).toBe(path);
      }
      expect([...hosts]).toEqual(['localhost /predict?x=1']);
      const probe = await measured(['probe', `http+unix://${path}:/predict`, '-n', '20']);
      expect(counted(probe.result.totals).ok).toBe(20);
    } finally {
      server.closeAllConnections();
      server.close();
    }
    const { code, stderr } = await rampart(['run', `http+unix://${path}:/predict`]);
    expect([code, stderr]).toEqual([4, expect.stringContaining(`nothing answers at ${path}: ENOENT`)]);
  });
});

/** The command through a shell that sets a limit first. The target lives in this process: it must not be held up. */
function spawnShell(command: string): Promise<{ status: number | null; stdout: string }> {
  return new Promise((resolve) => {
    const child = spawn('sh', ['-c', command], { cwd: temporaryFolder(), stdio: ['ignore', 'pipe', 'inherit'] });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      stdout += piece;
    });
    child.once('close', (status) => resolve({ status, stdout }));
  });
}
