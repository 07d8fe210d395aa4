import { spawn } from 'node:child_process';
import { type AddressInfo, createServer as createPlain, type Socket } from 'node:net';
import { createServer, type TlsOptions } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { RampartError } from '../core/errors.ts';
import { planFixture } from '../core/plan.fixture.ts';
import { makeCertificates } from './certificates.fixture.ts';
import { reach } from './reach.ts';

const { ca, good, expired, elsewhere, selfSigned, client } = makeCertificates();

let close: (() => void) | null = null;
afterEach(() => {
  close?.();
  close = null;
});

interface Client {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** What a first connection to such a target ends in: the error's message and hint; empty where it is reached. */
async function reached(options: TlsOptions, shown: Client = {}): Promise<string> {
  const server = createServer(options, (socket) => socket.on('error', () => {}));
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close = () => server.close();
  return reachedAt((server.address() as AddressInfo).port, shown);
}

async function reachedAt(
  port: number,
  { ca: trusted = ca.cert, cert, key }: Client,
  patience?: number,
): Promise<string> {
  const { target, tls } = planFixture();
  const plan = {
    ...planFixture(),
    target: { ...target, url: `https://localhost:${port}/`, protocol: 'https:', host: 'localhost', port } as const,
    tls: { ...tls, ca: trusted === '' ? null : trusted, cert: cert ?? null, key: key ?? null },
  };
  try {
    await reach(plan, undefined, patience);
    return '';
  } catch (error) {
    if (!(error instanceof RampartError)) throw error;
    return `${error.message} | ${error.hint}`;
  }
}

const asking = { cert: good.cert, key: good.key, ca: ca.cert, requestCert: true, rejectUnauthorized: true };

describe('a first connection over TLS', () => {
  it('to a port that takes it and says nothing is told from one that is not there', async () => {
    const sockets: Socket[] = [];
    const server = createPlain((socket) => sockets.push(socket.on('error', () => {})));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    close = () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    };
    const { port } = server.address() as AddressInfo;
    expect(await reachedAt(port, {}, 200)).toBe(
      `localhost:${port} takes connections, but its TLS handshake did not end within 0.2 s | Is it http:// rather than https://?`,
    );
  });

  it('is told what to do about the certificate it meets', async () => {
    expect(await reached(good)).toBe('');
    const expiredSaid = await reached(expired);
    expect(expiredSaid).toContain('has expired');
    expect(expiredSaid).toContain('| Renew it on the target, or accept any certificate with --insecure.');
    const otherSaid = await reached(elsewhere);
    expect(otherSaid).toContain('is for another host');
    expect(otherSaid).toContain('by the name that its certificate is for');
    for (const said of [expiredSaid, otherSaid]) expect(said).not.toContain('--cacert');
    for (const pair of [selfSigned, good]) expect(await reached(pair, { ca: '' })).toContain('--cacert');
  });

  it('is told to show a certificate where the target asks for one', async () => {
    expect(await reached(asking)).toMatch(
      /^localhost:\d+: the target asks for a certificate of the client \(.+\) \| Show it a certificate with --cert and --key\.$/,
    );
    expect(await reached({ ...asking, maxVersion: 'TLSv1.2' })).toContain('--cert and --key');
    expect(await reached(asking, client)).toBe('');
  });

  it('is told where the target does not accept the certificate that it shows', async () => {
    const own = ['-cert', good.certPath, '-key', good.keyPath, '-CAfile', ca.certPath];
    const server = spawn('openssl', ['s_server', '-accept', '0', '-Verify', '1', '-verify_return_error', ...own]);
    close = () => server.kill();
    const port = await new Promise<number>((resolve) =>
      server.stdout.setEncoding('utf8').on('data', (text: string) => {
        const [, found] = /ACCEPT \S+:(\d+)/.exec(text) ?? [];
        if (found !== undefined) resolve(Number(found));
      }),
    );
    expect(await reachedAt(port, selfSigned)).toContain('Is the certificate of --cert valid');
    expect(await reachedAt(port, client)).toBe('');
  });

  it('waits for no word that does not come', async () => {
    const startedAt = performance.now();
    expect(await reached({ ...good, sessionTimeout: 1, ticketKeys: Buffer.alloc(48) })).toBe('');
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});
