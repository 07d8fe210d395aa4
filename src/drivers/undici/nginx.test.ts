import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { accepts, freePort } from '../../../bench/port.ts';
import { createExchange } from '../../core/exchange.ts';
import { SystemClock } from '../../load/clock.ts';
import { outcomeOf } from '../exchanged.fixture.ts';
import { anonymous, planTo, sceneAt, through } from './scene.fixture.ts';

/** A server that others made: TLS, HTTP/2 by ALPN, and tunnels. */

const { endings, driverFor, sendAll, sendOne, proxyServer, close } = sceneAt(new SystemClock());
afterEach(close);

describe('nginx', () => {
  /** Its certificate is for 127.0.0.1 and signed by itself. */
  function certificate(folder: string): { cert: string; certFile: string; keyFile: string } {
    const certFile = join(folder, 'cert.pem');
    const keyFile = join(folder, 'key.pem');
    const subject = ['-subj', '/CN=test', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
    execFileSync('openssl', ['req', '-x509', ...key, '-out', certFile, ...subject], { stdio: 'ignore' });
    return { cert: readFileSync(certFile, 'utf8'), certFile, keyFile };
  }

  async function nginx(listen: string, more = ''): Promise<{ port: number; cert: string }> {
    const folder = mkdtempSync(join(tmpdir(), 'nginx-'));
    const { cert, certFile, keyFile } = certificate(folder);
    const port = await freePort();
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder};`);
    writeFileSync(
      join(folder, 'nginx.conf'),
      `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 256; }
http { access_log off; ${paths.join(' ')} ${more}
  server { listen 127.0.0.1:${port} ${listen}; ssl_certificate ${certFile}; ssl_certificate_key ${keyFile};
    location / { add_header x-reused $ssl_session_reused; return 200 "$server_protocol"; } } }`,
    );
    const child = spawn('/usr/sbin/nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' });
    const gone = new Promise((resolve) => child.once('close', resolve));
    endings.push(() => {
      child.kill('SIGTERM');
      return gone;
    });
    while (!(await accepts(port))) {
      if (child.exitCode !== null) throw new Error('nginx did not start');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return { port, cert };
  }

  const HTTPS = { url: '', protocol: 'https:' as const, host: '', port: 0 };
  const trusting = (cert: string) => ({ verify: true, ca: cert, cert: null, key: null });
  const PROTOCOL = 'HTTP/2.0'.length;

  it('answers over HTTP/2, by ALPN and by prior knowledge', async () => {
    const secure = await nginx('ssl http2');
    const driver = driverFor(planTo(secure.port, { http2: true, target: HTTPS, tls: trusting(secure.cert) }));
    for (const done of await sendAll(driver, anonymous(20))) {
      expect([outcomeOf(done), done.status, done.bytesIn]).toEqual(['ok', 200, PROTOCOL]);
      expect(done.tlsTook).toBeGreaterThan(0);
      expect(done.tlsTook).toBeLessThan(done.connectTook);
    }
    const plain = await nginx('http2');
    const done = await sendAll(driverFor(planTo(plain.port, { http2: true })), anonymous(20));
    expect(new Set(done.map(outcomeOf))).toEqual(new Set(['ok']));
  });

  it('keeps its word to the last request of a connection, and the next goes over a new one', async () => {
    const { port } = await nginx('http2', 'keepalive_requests 50;');
    const driver = driverFor(planTo(port, { http2: true }));
    let left = 500;
    const outcomes: string[] = [];
    await new Promise<void>((resolve) => {
      driver.onDone = (done) => {
        outcomes.push(outcomeOf(done) + done.message);
        if (left-- > 0) driver.send(done);
        else if (driver.inFlight === 0) resolve();
      };
      for (const exchange of anonymous(8)) driver.send(exchange);
    });
    expect(new Set(outcomes)).toEqual(new Set(['ok']));
  });

  it('is refused where it does not speak HTTP/2, or shows a certificate that nobody trusts', async () => {
    const { port, cert } = await nginx('ssl');
    const driver = driverFor(planTo(port, { http2: true, target: HTTPS, tls: trusting(cert) }));
    const done = await sendOne(driver);
    expect(outcomeOf(done)).toBe('connect-error');
    expect(done.message).toMatch(/HTTP\/2|alpn|application protocol/i);
    const unknown = await nginx('ssl http2');
    const suspicious = await sendOne(driverFor(planTo(unknown.port, { target: HTTPS, http2: true })));
    expect([outcomeOf(suspicious), suspicious.message]).toEqual([
      'connect-error',
      "the target's certificate is self-signed (DEPTH_ZERO_SELF_SIGNED_CERT)",
    ]);
  });

  it('is told the session of the last connection, in a tunnel too', async () => {
    const { port, cert } = await nginx('ssl http2');
    const proxy = await proxyServer();
    const checks = [{ kind: 'header', name: 'x-reused', value: 'r' }] as const;
    const changes = { target: HTTPS, tls: trusting(cert), checks, keepAlive: false, proxy: through(proxy.port) };
    const driver = driverFor(planTo(port, changes));
    const exchange = createExchange(0);
    const seen: string[] = [];
    for (let n = 0; n < 3; n++) {
      const { message, example } = await sendOne(driver, exchange);
      seen.push(message + example);
    }
    expect(seen).toEqual(['the header x-reused differsx-reused: expected "r", got "."', '', '']);
  });

  it('is reached through a tunnel, over HTTP/1.1 and HTTP/2', async () => {
    const { port, cert } = await nginx('ssl http2');
    const proxy = await proxyServer();
    for (const http2 of [false, true]) {
      const changes = { http2, target: HTTPS, tls: trusting(cert), proxy: through(proxy.port, 'Basic eDp5') };
      const driver = driverFor(planTo(port, changes));
      const exchange = createExchange(0);
      for (let n = 0; n < 3; n++) {
        const done = await sendOne(driver, exchange);
        expect([outcomeOf(done), done.bytesIn, done.message]).toEqual(['ok', PROTOCOL, '']);
        expect([done.connectTook >= 0, done.tlsTook >= 0]).toEqual([n === 0, n === 0]);
      }
    }
    expect(proxy.seen.map(({ method, url }) => `${method} ${url}`)).toEqual(Array(2).fill(`CONNECT 127.0.0.1:${port}`));
    expect(proxy.seen[0]?.headers['proxy-authorization']).toBe('Basic eDp5');
    proxy.refuse.status = 407;
    const refused = driverFor(planTo(port, { target: HTTPS, tls: trusting(cert), proxy: through(proxy.port) }));
    const done = await sendOne(refused);
    expect([outcomeOf(done), done.message]).toEqual(['connect-error', 'the proxy refused the tunnel: HTTP 407']);
  });
});
