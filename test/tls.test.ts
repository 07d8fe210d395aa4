import { describe, expect, it } from 'vitest';
import { makeCertificates } from '../src/drivers/certificates.fixture.ts';
import { counted, measured, rampart } from './command.ts';
import { afterEachAttempt, undisturbed } from './disturbed.ts';
import { type Nginx, nginxWith } from './nginx.ts';

/** https against nginx, with certificates made for the occasion. */

const { ca, good, expired, elsewhere, client } = makeCertificates();
let nginx: Nginx | null = null;
afterEachAttempt(async () => {
  await nginx?.close();
  nginx = null;
});

async function url(pair = good, more: string[] = [], host = 'localhost'): Promise<string> {
  nginx = await nginxWith(
    [`ssl_certificate ${pair.certPath};`, `ssl_certificate_key ${pair.keyPath};`, ...more],
    'ssl',
  );
  return `https://${host}:${nginx.port}/predict`;
}

describe('a run over https', () => {
  it('trusts what --cacert says, and shows the time of the handshakes', async () => {
    const load = ['--vus', '5', '-n', '200', '--think-time', '10ms', '--no-keepalive'];
    const { result } = await measured(['run', await url(), '--cacert', ca.certPath, ...load]);
    expect(counted(result.totals)).toMatchObject({ ok: 200, failed: 0 });
    // One for each request that is measured: of what a standstill left out there are no times.
    expect(result.latency.tls?.count).toBe(result.totals.ok);
    expect(result.latency.connect?.count).toBe(result.totals.ok);
    expect(result.latency.tls?.mean ?? 0).toBeLessThan(result.latency.connect?.mean ?? 0);
    expect(JSON.stringify(result.plan)).not.toContain('BEGIN CERTIFICATE');
  });

  it(
    'keeps its connections, chunked answers included',
    undisturbed(async () => {
      const address = (await url()).replace('/predict', '/long');
      const load = ['--vus', '3', '-n', '300', '-H', 'Accept-Encoding: gzip'];
      const { result } = await measured(['run', address, '--cacert', ca.certPath, ...load]);
      expect(counted(result.totals)).toMatchObject({ ok: 300, failed: 0 });
      expect(result.latency.connect?.count).toBe(3);
      expect(result.totals.bytesIn).toBeLessThan(300 * 50_000);
    }),
  );

  it('ends before the first request at a certificate it cannot trust: exit code 4, with what to do', async () => {
    for (const [pair, host, words] of [
      [good, 'localhost', 'an authority that is not trusted'],
      [expired, 'localhost', 'has expired'],
      [elsewhere, '127.0.0.1', 'is for another host'],
    ] as const) {
      const trust = pair === good ? [] : ['--cacert', ca.certPath];
      const { code, stderr } = await rampart(['run', await url(pair, [], host), ...trust, '-d', '5s']);
      expect([words, code]).toEqual([words, 4]);
      expect(stderr).toContain(words);
      expect(stderr).toContain('--insecure');
      await nginx?.close();
    }
  });

  it('takes any certificate with --insecure, and says so', async () => {
    const { code, stderr, stdout } = await rampart(['run', await url(expired), '--insecure', '-n', '20', '--vus', '2']);
    expect([4, 2, 1]).not.toContain(code);
    expect(stderr).toContain('any certificate is accepted');
    expect(stdout).toContain('20');
  });

  it('shows its own certificate where the target asks for one', async () => {
    const asking = [`ssl_client_certificate ${ca.certPath};`, 'ssl_verify_client on;'];
    const load = ['--cacert', ca.certPath, '--vus', '2', '-n', '50'];
    const address = await url(good, asking);
    const shown = ['--cert', client.certPath, '--key', client.keyPath];
    const { result } = await measured(['run', address, ...load, ...shown]);
    expect(counted(result.totals)).toMatchObject({ ok: 50, failed: 0 });
    expect(JSON.stringify(result)).not.toContain('PRIVATE KEY');
    const without = await measured(['run', address, ...load]);
    const { byStatus, failed, leftOut = 0 } = without.result.totals;
    expect([Object.keys(byStatus), failed + leftOut]).toEqual([['400'], 50]);
  });

  it(
    'is probed with its handshake',
    undisturbed(async () => {
      const address = await url();
      const { result } = await measured(['probe', address, '--cacert', ca.certPath, '-n', '30']);
      expect(counted(result.totals)).toMatchObject({ ok: 30, failed: 0 });
      const { separateConnect, separateTls } = result.latency;
      // As many as there were requests, those of the warm-up too.
      expect(separateConnect?.count).toBe(35);
      expect(separateTls?.count).toBe(35);
      expect(separateTls?.mean).toBeLessThan(separateConnect?.mean ?? 0);
      const { stdout } = await rampart(['probe', address, '--cacert', ca.certPath, '-n', '30']);
      expect(stdout).toMatch(/connect, measured apart .* ms.*\n +of which TLS .* ms/);
    }),
  );

  it('says which file is wrong', async () => {
    const address = 'https://localhost:1/';
    for (const [flags, words] of [
      [['--cacert', '/does/not/exist.pem'], 'does not exist'],
      [['--cacert', good.keyPath], 'holds no certificate'],
      [['--cert', client.certPath], 'needs --key'],
      [['--cert', client.certPath, '--key', good.keyPath], 'do not belong together'],
    ] as const) {
      const { code, stderr } = await rampart(['run', address, ...flags]);
      expect([flags, code]).toEqual([flags, 2]);
      expect(stderr).toContain(words);
    }
  });
});
