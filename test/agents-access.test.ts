import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect as connectTcp, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { nkeys } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../bench/port.ts';
import { AllowedTargets } from '../src/agent/allowed.ts';
import { isTooOld } from '../src/agent/connection.ts';
import { greetedBy } from '../src/agent/greeting.ts';
import { type Certificates, makeCertificates } from '../src/drivers/certificates.fixture.ts';
import { agentCommandHere, agentHere } from './agents-here.ts';
import { type Finished, temporaryFolder } from './command.ts';
import { type Nats, natsServer } from './nats.ts';
import { fixedTarget, type TestTarget } from './target.ts';
import { rampartIn } from './world.ts';

/** Who gets into a NATS server, who is told why not, and what an agent does for whom. */

let certificates: Certificates;
let target: TestTarget;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  certificates = makeCertificates();
  target = await fixedTarget(2);
});
afterAll(() => target.close());
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function serverWith(...settings: readonly string[]): Promise<Nats> {
  const server = await natsServer(['jetstream {}', ...settings]);
  closers.push(() => server.kill());
  return server;
}

async function agentAt(url: string, flags: readonly string[] = []): Promise<{ readonly said: () => string }> {
  const agent = await agentCommandHere(url, 'one', flags);
  closers.push(() => agent.end());
  return agent;
}

const few = (): string[] => [
  ...['--agents', '1', '--no-discover', '--no-preflight', '--json', '-q'],
  ...['-o', join(temporaryFolder(), 'out')],
];
const run = (url: string, flags: readonly string[]): Promise<Finished> =>
  rampartIn({}, ['run', target.url, '--nats', url, ...flags, ...few()]);
const LOAD = ['--vus', '1', '-n', '20', '-d', '20s'];

const tls = (pair: { certPath: string; keyPath: string }, more: readonly string[] = []): string =>
  ['tls {', `cert_file: "${pair.certPath}"`, `key_file: "${pair.keyPath}"`, ...more, '}'].join('\n');

const mutual = (): string => tls(certificates.good, [`ca_file: "${certificates.ca.certPath}"`, 'verify: true']);
const clientFlags = (): string[] => [
  ...['--nats-ca', certificates.ca.certPath],
  ...['--nats-cert', certificates.client.certPath, '--nats-key', certificates.client.keyPath],
];
const secure = ({ url }: Nats): string => url.replace('nats:', 'tls:');
const as = (who: string, { url }: Nats): string => url.replace('://', `://${who}@`);

function fileWith(text: string): string {
  const path = join(temporaryFolder(), 'nats.creds');
  writeFileSync(path, text);
  return path;
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** An operator, an account with JetStream and a user of it: what the server is to know, and the user's credentials file. */
function credentials(exp?: number): { readonly settings: string[]; readonly creds: string } {
  const [operator, system, account, user] = [
    ...[nkeys.createOperator(), nkeys.createAccount(), nkeys.createAccount(), nkeys.createUser()],
  ] as const;
  const jwt = (issuer: typeof operator, subject: string, name: string, nats: object): string => {
    const part = (value: object | Uint8Array): string =>
      Buffer.from(value instanceof Uint8Array ? value : JSON.stringify(value)).toString('base64url');
    const iat = Math.floor(Date.now() / 1e3);
    const end = exp === undefined || subject !== user.getPublicKey() ? {} : { exp };
    const claims = { iat, iss: issuer.getPublicKey(), name, sub: subject, ...end, nats };
    const jti = createHash('sha256').update(JSON.stringify(claims)).digest('hex').toUpperCase();
    const signed = `${part({ typ: 'JWT', alg: 'ed25519-nkey' })}.${part({ jti, ...claims })}`;
    return `${signed}.${part(issuer.sign(new TextEncoder().encode(signed)))}`;
  };
  const every = { subs: -1, data: -1, payload: -1, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 };
  const limits = { ...every, mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };
  const ofOperator = jwt(operator, operator.getPublicKey(), 'us', { type: 'operator', version: 2 });
  const ofAccount = jwt(operator, account.getPublicKey(), 'loads', { type: 'account', version: 2, limits });
  const ofSystem = jwt(operator, system.getPublicKey(), 'system', { type: 'account', version: 2, limits: every });
  const unbound = { subs: -1, data: -1, payload: -1, pub: {}, sub: {}, type: 'user', version: 2 };
  const ofUser = jwt(account, user.getPublicKey(), 'agent', unbound);
  return {
    settings: [
      `operator: ${ofOperator}`,
      'resolver: MEMORY',
      `system_account: ${system.getPublicKey()}`,
      `resolver_preload: {\n ${account.getPublicKey()}: ${ofAccount}\n ${system.getPublicKey()}: ${ofSystem}\n }`,
    ],
    creds: [
      ...['-----BEGIN NATS USER JWT-----', ofUser, '------END NATS USER JWT------', ''],
      ...['-----BEGIN USER NKEY SEED-----', textOf(user.getSeed()), '------END USER NKEY SEED------', ''],
    ].join('\n'),
  };
}

/** As a server with `handshake_first`, which Debian's has not: it says nothing before a TLS handshake. */
async function silentUntilTls({ port }: Nats, greeted: (connections: number) => void = () => {}): Promise<string> {
  const { certPath, keyPath } = certificates.good;
  const server = createTlsServer({ cert: readFileSync(certPath), key: readFileSync(keyPath) }, (near) => {
    server.getConnections((_, connections) => greeted(connections));
    const far = connectTcp(port, '127.0.0.1');
    for (const socket of [near, far]) socket.on('error', () => {});
    near.pipe(far);
    far.once('data', (info) => {
      near.write(info.toString('latin1').replace('INFO {', 'INFO {"tls_required":true,'));
      far.pipe(near);
    });
    closers.push(() => near.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  closers.push(() => server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `tls://127.0.0.1:${address.port}`;
}

describe('agents and controllers get in', () => {
  const user = nkeys.createUser();
  const byJwt = credentials();
  it.each<[string, () => readonly string[], (server: Nats) => string | Promise<string>, () => readonly string[]]>([
    ['over TLS', () => [tls(certificates.good)], secure, () => ['--nats-ca', certificates.ca.certPath]],
    ['over TLS before any greeting', () => [], silentUntilTls, () => ['--nats-ca', certificates.ca.certPath]],
    ['over mutual TLS', () => [mutual()], secure, clientFlags],
    [
      'by name and password',
      () => ['authorization { user: us, password: "right-enough:77" }'],
      (server) => as('us:right-enough%3A77', server),
      () => [],
    ],
    ['by a token', () => ['authorization { token: a-token-1 }'], (server) => as('a-token-1', server), () => []],
    [
      'by an nkey',
      () => [`authorization { users: [ { nkey: ${user.getPublicKey()} } ] }`],
      ({ url }) => url,
      () => ['--nats-creds', fileWith(`${textOf(user.getSeed())}\n`)],
    ],
    ['by a credentials file', () => byJwt.settings, ({ url }) => url, () => ['--nats-creds', fileWith(byJwt.creds)]],
  ])('%s', async (_, settings, urlOf, flagsOf) => {
    const server = await serverWith(...settings());
    const [url, flags] = [await urlOf(server), flagsOf()];
    await agentAt(url, flags);
    const before = target.received();
    const { code, stderr } = await run(url, [...flags, ...LOAD]);
    expect([stderr, target.received() - before]).toEqual(['', 20]);
    expect([0, 5]).toContain(code);
  });
});

it('a server that waits for a handshake is not waited for until it is given up', async () => {
  const connections: number[] = [];
  const url = await silentUntilTls(await serverWith(), (many) => void connections.push(many));
  const [greeted] = await greetedBy([url.slice('tls://'.length)], 60_000, true);
  expect(greeted?.handshakeFirst).toBe(true);
  // The one that only waited was still open when the other had its handshake.
  expect(connections).toEqual([2]);
});

/** A server of which no more is known than what it says first. */
async function saying(greet: (socket: Socket) => void): Promise<string> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => {});
    closers.push(() => socket.destroy());
    greet(socket);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  closers.push(() => new Promise((closed) => server.close(closed)));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `nats://127.0.0.1:${address.port}`;
}

/** A nats-server of long ago, as far as a client sees of it before it asks for more. */
const oldServer = (): Promise<string> =>
  saying((socket) => {
    const info = {
      server_id: 'OLD',
      version: '2.8.4',
      proto: 1,
      max_payload: 1_048_576,
      jetstream: true,
      headers: true,
    };
    socket.write(`INFO ${JSON.stringify({ ...info, host: '127.0.0.1', port: 0, go: 'go1', client_id: 1 })}\r\n`);
    socket.on('data', (data) => {
      if (data.includes('PING')) socket.write('PONG\r\n');
    });
  });

describe('who does not get in is told why, within ten seconds', () => {
  const trusting = (): string[] => ['--nats-ca', certificates.ca.certPath];
  type Case = [what: string, make: () => Promise<{ url: string; flags?: readonly string[] }>, code: number, RegExp];
  const told = async ([what, make, code, message]: Case): Promise<void> => {
    const { url, flags = [] } = await make();
    const began = performance.now();
    const [ended, agent] = await Promise.all([
      run(url, [...flags, ...LOAD]),
      // One that only a controller meets: an agent has no need of JetStream before its first load.
      message.source.includes('JetStream') ? null : rampartIn({}, ['agent', '--nats', url, ...flags]),
    ]);
    // 5 s of patience, and what two starts take on a busy machine.
    expect(performance.now() - began).toBeLessThan(30_000);
    expect([what, ended.code, ended.stderr]).toEqual([what, code, expect.stringMatching(message)]);
    expect(ended.stderr + (agent?.stderr ?? '')).not.toContain('quite-wrong');
    if (agent !== null) expect([what, agent.code, agent.stderr]).toEqual([what, code, expect.stringMatching(message)]);
  };

  it.each<Case>([
    [
      'nothing listens',
      async () => ({ url: `nats://127.0.0.1:${await freePort()}` }),
      6,
      /no NATS at .*: nothing listens/,
    ],
    ['another server', async () => ({ url: await saying((socket) => socket.write('220 mail\r\n')) }), 6, /is no NATS/],
    [
      'too old',
      async () => ({ url: await oldServer() }),
      2,
      /NATS 2\.8\.4 at .* is too old: agents need 2\.9 or later/,
    ],
    [
      'no JetStream',
      async () => {
        const server = await natsServer([]);
        closers.push(() => server.kill());
        return { url: server.url };
      },
      2,
      /has no JetStream for us.*\n.*nats-server -js/,
    ],
    [
      'wrong password',
      async () => ({
        url: as('us:quite-wrong-77', await serverWith('authorization { user: us, password: right-enough }')),
      }),
      2,
      /refuses these credentials/,
    ],
    [
      'no credentials',
      async () => ({ url: (await serverWith('authorization { token: a-token-1 }')).url }),
      2,
      /asks for credentials, and none are given/,
    ],
    [
      'an authority that is not trusted',
      async () => ({ url: secure(await serverWith(tls(certificates.good))) }),
      2,
      /no secure connection .*unable to verify.*\n.*--nats-ca/,
    ],
    [
      'an expired certificate of the server',
      async () => ({ url: secure(await serverWith(tls(certificates.expired))), flags: trusting() }),
      2,
      /no secure connection .*has expired\n.*of the server has expired/,
    ],
    [
      'one for somewhere else',
      async () => ({ url: secure(await serverWith(tls(certificates.elsewhere))), flags: trusting() }),
      2,
      /no secure connection .*elsewhere\.test/,
    ],
    [
      'an expired certificate of ours',
      async () => {
        const { certPath, keyPath } = certificates.expired;
        const flags = [...trusting(), '--nats-cert', certPath, '--nats-key', keyPath];
        return { url: secure(await serverWith(mutual())), flags };
      },
      2,
      /the certificate of --nats-cert has expired/,
    ],
    ['no TLS there', async () => ({ url: secure(await serverWith()), flags: trusting() }), 2, /speaks no TLS/],
    [
      'expired credentials',
      async () => {
        const { settings, creds } = credentials(Math.floor(Date.now() / 1e3) - 60);
        return { url: (await serverWith(...settings)).url, flags: ['--nats-creds', fileWith(creds)] };
      },
      2,
      /the credentials of --nats-creds have expired \(20/,
    ],
    [
      'credentials that are none',
      async () => ({ url: (await serverWith()).url, flags: ['--nats-creds', fileWith('-----BEGIN NONSENSE-----\n')] }),
      2,
      /--nats-creds: the file holds no credentials/,
    ],
  ])('%s', (...one) => told(one));

  /** Of these nothing is heard, so that they are waited for: all at once. */
  const silent: Case[] = [
    ['silence', async () => ({ url: await saying(() => {}) }), 6, /says nothing that NATS would, within 5 s/],
    [
      'silence, where TLS is meant',
      async () => ({ url: (await saying(() => {})).replace('nats:', 'tls:'), flags: trusting() }),
      6,
      /what listens there says nothing, and begins no TLS/,
    ],
    [
      'no certificate where one is asked for',
      async () => ({ url: secure(await serverWith(mutual())), flags: trusting() }),
      2,
      /asks for a client certificate, and none is given/,
    ],
    [
      'a certificate of nobody',
      async () => {
        const { certPath, keyPath } = certificates.selfSigned;
        const flags = [...trusting(), '--nats-cert', certPath, '--nats-key', keyPath];
        return { url: secure(await serverWith(mutual())), flags };
      },
      2,
      /does not take the certificate of --nats-cert/,
    ],
  ];
  it(silent.map(([what]) => what).join('; '), async () => void (await Promise.all(silent.map(told))));

  it('a plan that is larger than NATS takes', async () => {
    const server = await serverWith('max_payload: 4096');
    await agentAt(server.url);
    const { code, stderr } = await run(server.url, ['-b', JSON.stringify({ text: 'x'.repeat(8_000) }), ...LOAD]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/the plan is \d+ bytes, and NATS takes 4096 at once/)]);
  });

  it('knows versions', () => {
    expect(['2.8.4', '1.4.1', '2.9.10', '2.12.7', '3.0.0-beta', 'v2.10.1', ''].map(isTooOld)).toEqual([
      ...[true, true, false, false, false, false, false],
    ]);
  });
});

describe('an agent', () => {
  const refusals = async (url: string, flags: readonly string[]): Promise<string> => {
    const before = target.received();
    const { code, stdout } = await run(url, flags);
    expect([code, target.received() - before]).toEqual([6, 0]);
    return stdout;
  };

  it('sends no more than its own ceiling: a plan beyond it is refused before anything is sent', async () => {
    const server = await serverWith();
    await agentAt(server.url, ['--max-rate', '50/s']);
    expect(await refusals(server.url, ['--rate', '60/s', '-d', '1s'])).toContain(
      'its part is 60/s, and its --max-rate is 50/s',
    );
  });

  it('ends a load of virtual users that sends more', async () => {
    const server = await serverWith();
    const agent = await agentAt(server.url, ['--max-rate', '50/s']);
    const { code, stdout } = await run(server.url, ['--vus', '1', '-d', '60s']);
    expect(code).toBe(5);
    expect(stdout).toContain('and its --max-rate is 50/s');
    expect(agent.said()).toContain('its load is ended');
  });

  it('sends to no private address for a controller of another network, unless it is told that it may', async () => {
    const server = await serverWith();
    const far = { machine: randomUUID(), networks: ['203.0.113.0/24'] };
    const open = async (name: string, allow: readonly string[]): Promise<void> => {
      closers.push(await agentHere(server.url, name, { allowed: new AllowedTargets(allow), place: far }));
    };
    await open('far', []);
    expect(await refusals(server.url, LOAD)).toMatch(
      /127\.0\.0\.1 is a private address, and the controller is in another/,
    );
    for (const close of closers.splice(1).reverse()) await close();
    await open('far-but-allowed', ['http://127.0.0.1:*']);
    const before = target.received();
    await run(server.url, LOAD);
    expect(target.received() - before).toBe(20);
  });
});
