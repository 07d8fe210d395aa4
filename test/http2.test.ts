import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { averageBody } from '../src/core/body-size.ts';
import { makeCertificates } from '../src/drivers/certificates.fixture.ts';
import { counted, measured, rampart, resultOf, temporaryFolder } from './command.ts';
import { afterEachAttempt, undisturbed } from './disturbed.ts';
import { type Nginx, nginxWith } from './nginx.ts';
import { echoTarget, httpTarget, type TestTarget } from './target.ts';

/** HTTP/2 by the built command: nginx where it can play the part, a server of a few lines where it cannot. */

const { ca, good, client } = makeCertificates();
const CERTIFICATE = [`ssl_certificate ${good.certPath};`, `ssl_certificate_key ${good.keyPath};`];
/** Answers what it was asked. */
const ECHO = `location = /echo { add_header x-protocol $server_protocol; return 200 '{"id":$arg_id,"name":"$http_x_name"}'; }`;

let nginx: Nginx | null = null;
const targets: TestTarget[] = [];
afterEachAttempt(async () => {
  await nginx?.close();
  nginx = null;
  for (const target of targets.splice(0)) await target.close();
});

describe('--http2 against nginx', () => {
  it(
    'sends rows and checks answers, over TLS with a certificate of the client, and times the handshake apart',
    undisturbed(async () => {
      const asking = [`ssl_client_certificate ${ca.certPath};`, 'ssl_verify_client on;'];
      nginx = await nginxWith([...CERTIFICATE, ...asking, ECHO], 'ssl http2');
      const cwd = temporaryFolder();
      // Every fifth row expects another name than it sends.
      const rows = Array.from({ length: 100 }, (_, n) => `${n},N ${n},N ${n % 5 === 0 ? -1 : n}\n`);
      writeFileSync(join(cwd, 'rows.csv'), `id,name,want\n${rows.join('')}`);
      const url = `https://localhost:${nginx.port}/echo?id={{row.id}}&n={{seq}}`;
      const data = ['--data', 'rows.csv', '--data-order', 'once', '-H', 'X-Name: {{row.name}}'];
      const checks = ['--expect-status', '200', '--expect-header', 'x-protocol: HTTP/2.0', '--expect-contains', 'name'];
      const fields = ['--expect-json', '$.id={{row.id}}', '--expect-json', '$.name={{row.want}}'];
      const trust = ['--cacert', ca.certPath, '--cert', client.certPath, '--key', client.keyPath];
      const load = ['--no-preflight', '--http2', '--vus', '6', '--threads', '2', '-o', 'out', '-q'];
      await rampart(['run', url, ...data, ...checks, ...fields, ...trust, ...load], { cwd });
      const result = resultOf(readFileSync(join(cwd, 'out/result.json'), 'utf8'));
      expect(result.totals).toMatchObject({
        sent: 100,
        byOutcome: { ok: 80, 'wrong-answer': 20 },
        byStatus: { 200: 100 },
      });
      expect(result.failures).toMatchObject([{ outcome: 'wrong-answer', message: '$.name differs', count: 20 }]);
      expect(result.failures[0]?.example).toMatch(
        /^row \d+, line \d+: \$\.name at character 3: expected "N -1", got "N \d+"$/,
      );
      expect(result.latency.tls?.count).toBe(6);
      expect(result.latency.connect?.count).toBe(6);
      expect(result.latency.tls?.max ?? Number.NaN).toBeLessThan(result.latency.connect?.max ?? Number.NaN);
    }),
  );

  it(
    'replaces connections at their age, and nothing fails',
    undisturbed(async () => {
      nginx = await nginxWith([...CERTIFICATE, 'keepalive_requests 100000;'], 'ssl http2');
      const flags = ['--http2', '--insecure', '--rate', '50/s', '-d', '4s', '--threads', '1'];
      const url = `https://localhost:${nginx.port}/predict`;
      const { result } = await measured(['run', url, ...flags, '--max-conn-age', '1s', '--dns-ttl', '1s']);
      expect(counted(result.totals)).toMatchObject({ ok: 200, failed: 0 });
      expect(result.latency.connect?.count).toBeGreaterThanOrEqual(4);
      // One for each request would be 200; a busy machine opens more than one a second.
      expect(result.latency.connect?.count).toBeLessThan(150);
    }),
  );

  it('is never HTTP/1.1 in silence: a target without HTTP/2 ends the run before the first request', async () => {
    nginx = await nginxWith(CERTIFICATE, 'ssl');
    const secure = await rampart(['run', `https://localhost:${nginx.port}/`, '--http2', '--insecure', '-n', '5']);
    expect([secure.code, secure.stderr]).toEqual([
      4,
      expect.stringMatching(/does not offer the protocol asked for.*without --http2/s),
    ]);
    const target = await httpTarget((_request, response) => response.end('fine'));
    targets.push(target);
    const plain = await rampart(['run', target.url, '--http2', '-n', '5']);
    expect([plain.code, plain.stderr]).toEqual([4, expect.stringMatching(/does not speak HTTP\/2.*without --http2/s)]);
    expect(target.received()).toBe(0);
  });

  it(
    'gives up an answer that is too long',
    undisturbed(async () => {
      nginx = await nginxWith(CERTIFICATE, 'ssl http2');
      const url = `https://localhost:${nginx.port}/long`;
      const flags = ['--http2', '--insecure', '--max-body', '100kB', '-n', '20', '--vus', '2'];
      const { result } = await measured(['run', url, ...flags]);
      expect(result.totals.byOutcome).toEqual({ 'wrong-answer': 20 });
      // None of them has a size.
      expect(averageBody(result.totals)).toBeNull();
      expect(result.failures[0]?.message).toBe('the body is longer than --max-body allows (100,000 bytes)');
    }),
  );
});

describe('a seed', () => {
  it('makes the same requests over HTTP/2 as over raw sockets', async () => {
    const cwd = temporaryFolder();
    writeFileSync(
      join(cwd, 'r.csv'),
      `id,name\n${Array.from({ length: 40 }, (_, n) => `${n},"Ü ""${n}"""`).join('\n')}\n`,
    );
    const sent = async (url: string, ...flags: string[]) => {
      const body = '{"seq":{{seq}},"name":"{{row.name}}","u":"{{uuid}}"}';
      const parts = ['-H', 'X-Id: {{uuid}}', '--body', body, '--data', 'r.csv', '--data-order', 'shuffled'];
      const load = [
        '-n',
        '120',
        '--vus',
        '6',
        '--threads',
        '2',
        '--seed',
        '5',
        '-q',
        '--expect-json',
        '$.seq',
        '--no-preflight',
      ];
      const { code } = await rampart(
        ['run', `${url}/{{row.id}}?at={{random.int 1 100}}`, ...parts, ...load, ...flags],
        { cwd },
      );
      expect([0, 5]).toContain(code);
    };
    const plain = await echoTarget(createServer());
    const over2 = await echoTarget(createHttp2Server());
    targets.push(plain, over2);
    await sent(plain.url);
    await sent(over2.url, '--http2');
    expect(over2.got).toHaveLength(120);
    expect(over2.got.sort()).toEqual(plain.got.sort());
  });
});
