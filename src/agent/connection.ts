/** A connection to NATS, and what can go wrong with it, in words. */
import { JetStreamApiError, type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { connect, credsAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import { RampartError } from '../core/errors.ts';
import type { NatsAccess } from '../core/fleet.ts';
import { PLANS, SNAPSHOTS } from './protocol.ts';

/** ms. */
const PATIENCE = 5_000;
const RECONNECT = 250;
/** Of the stored messages, in nanoseconds. */
const KEPT = 24 * 3_600 * 1e9;
const DEDUPLICATED = 10 * 60 * 1e9;

/** @throws {RampartError} nats-unreachable, nats-refused or bad-flag. */
export async function openNats(access: NatsAccess, name: string): Promise<NatsConnection> {
  const { servers, user, pass, token, secure } = parseAddress(access.url);
  const { ca, cert, key, creds } = access;
  const tls = {
    ...(ca === null ? {} : { ca }),
    ...(cert === null ? {} : { cert }),
    ...(key === null ? {} : { key }),
  };
  const wantsTls = secure || Object.keys(tls).length > 0;
  try {
    return await connect({
      ...{ servers, name, timeout: PATIENCE, noAsyncTraces: true },
      ...{ maxReconnectAttempts: -1, reconnectTimeWait: RECONNECT, reconnectJitter: 50, reconnectJitterTLS: 50 },
      ...{ pingInterval: 2_000, maxPingOut: 3, ignoreAuthErrorAbort: true },
      ...(user === null ? {} : { user, pass: pass ?? '' }),
      ...(token === null ? {} : { token }),
      ...(creds === null ? {} : { authenticator: credsAuthenticator(new TextEncoder().encode(creds)) }),
      ...(wantsTls ? { tls } : {}),
    });
  } catch (error) {
    throw connectError(error as Error, shown(servers), wantsTls && cert === null);
  }
}

interface Address {
  readonly servers: string[];
  readonly user: string | null;
  readonly pass: string | null;
  readonly token: string | null;
  readonly secure: boolean;
}

/** @throws {RampartError} bad-flag */
export function parseAddress(text: string): Address {
  const wrong = (problem: string): never => {
    throw new RampartError('bad-flag', `--nats ${problem}`, 'Write it as nats://host:4222 or tls://host:4222.');
  };
  const urls = text.split(',').map((part) => {
    const written = /^[a-z]+:\/\//i.test(part.trim()) ? part.trim() : `nats://${part.trim()}`;
    const url = URL.canParse(written) ? new URL(written) : wrong('is no address');
    if (url.protocol !== 'nats:' && url.protocol !== 'tls:') wrong(`is of no known kind: ${url.protocol}//`);
    if (url.hostname === '') wrong('names no host');
    return url;
  });
  const [first] = urls as [URL, ...URL[]];
  const user = decodeURIComponent(first.username);
  const pass = decodeURIComponent(first.password);
  return {
    servers: urls.map(({ hostname, port }) => `${hostname}:${port === '' ? '4222' : port}`),
    user: user !== '' && pass !== '' ? user : null,
    pass: pass === '' ? null : pass,
    token: user !== '' && pass === '' ? user : null,
    secure: urls.some(({ protocol }) => protocol === 'tls:'),
  };
}

const shown = (servers: readonly string[]): string => servers.join(', ');

function connectError(error: Error, servers: string, withoutCertificate: boolean): RampartError {
  const { name, message } = error;
  const cause = error.cause instanceof Error ? error.cause : error;
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  const words = `${message} ${cause.message} ${code}`;
  const options = { cause: error };
  if (
    name === 'AuthorizationError' ||
    name === 'UserAuthenticationExpiredError' ||
    /authorization|authentication/i.test(words)
  )
    return new RampartError(
      'nats-refused',
      `NATS at ${servers} refuses these credentials${/expired/i.test(words) ? ': they have expired' : ''}`,
      'Give others with --nats-creds, or as nats://user:password@host:4222.',
      options,
    );
  if (/CERT|certificate|SELF_SIGNED|UNABLE_TO|altnames|EPROTO|ssl|tls/i.test(words))
    return new RampartError(
      'nats-refused',
      `no secure connection to NATS at ${servers}: ${cause.message}`,
      /expired/i.test(words)
        ? 'Its certificate, or yours, has expired: make a new one.'
        : 'Trust its authority with --nats-ca, and give your own certificate with --nats-cert and --nats-key where it asks for one.',
      options,
    );
  if (name === 'TimeoutError' && withoutCertificate)
    return new RampartError(
      'nats-refused',
      `NATS at ${servers} answered nothing within ${PATIENCE / 1e3} s over TLS`,
      'A server that asks for a client certificate does so: give one with --nats-cert and --nats-key.',
      options,
    );
  const reason = code === 'ECONNREFUSED' ? 'nothing listens there' : cause.message;
  return new RampartError(
    'nats-unreachable',
    `no NATS at ${servers}: ${reason}`,
    'Is nats-server running, and is this its address? On one machine, rampart fleet up starts one with agents.',
    options,
  );
}

/** The streams that runs need; made where they are missing. @throws {RampartError} nats-unfit */
export async function openStreams(nats: NatsConnection): Promise<JetStreamManager> {
  const unfit = (problem: string, hint: string, cause: unknown): RampartError =>
    new RampartError('nats-unfit', problem, hint, { cause });
  let manager: JetStreamManager;
  try {
    manager = await jetstreamManager(nats, { timeout: PATIENCE });
  } catch (error) {
    const server = `NATS ${nats.info?.version ?? ''} at ${nats.getServer()}`;
    throw unfit(
      `${server} has no JetStream for us: ${(error as Error).message}`,
      'Start it with jetstream enabled (nats-server -js), for the account of these credentials.',
      error,
    );
  }
  for (const { name, subject } of [PLANS, SNAPSHOTS]) {
    // Of a cluster, three servers have a copy each.
    const num_replicas = nats.info?.cluster === undefined ? 1 : 3;
    const config = { name, subjects: [subject], max_age: KEPT, duplicate_window: DEDUPLICATED, num_replicas };
    try {
      await manager.streams.info(name);
    } catch (missing) {
      try {
        await manager.streams.add(config);
      } catch (error) {
        if (error instanceof JetStreamApiError && /already in use/.test(error.message)) continue;
        throw unfit(`the stream ${name} cannot be made: ${(error as Error).message}`, '', error ?? missing);
      }
    }
  }
  return manager;
}
