/** A connection to NATS. */
import { X509Certificate } from 'node:crypto';
import {
  type Authenticator,
  connect,
  credsAuthenticator,
  type NatsConnection,
  nkeyAuthenticator,
} from '@nats-io/transport-node';
import { RampartError } from '../core/errors.ts';
import type { NatsAccess } from '../core/fleet.ts';
import { parseAddress } from './address.ts';
import { connectError } from './connect-error.ts';
import { greetedBy } from './greeting.ts';

/** ms. */
export const PATIENCE = 5_000;
const RECONNECT = 250;
/** Consumers with names came with it. */
const OLDEST = [2, 9] as const;

/** @throws {RampartError} nats-unreachable, nats-refused, nats-unfit, bad-file or bad-flag. */
export async function openNats(access: NatsAccess, name: string): Promise<NatsConnection> {
  const { servers, user, pass, token, secure } = parseAddress(access.url);
  const { ca, cert, key, creds } = access;
  const authenticator = creds === null ? null : authenticatorOf(creds);
  if (cert !== null) checkValid(cert);
  const tls = {
    ...(ca === null ? {} : { ca }),
    ...(cert === null ? {} : { cert }),
    ...(key === null ? {} : { key }),
  };
  const wantsTls = secure || Object.keys(tls).length > 0;
  const given = { tls: wantsTls, certificate: cert !== null, credentials: (creds ?? user ?? token) !== null };
  const greeted = await greetedBy(servers, PATIENCE, wantsTls);
  for (const { server, version } of greeted) checkVersion(version, server);
  const handshakeFirst = greeted.some((one) => one.handshakeFirst);
  const first = greeted.map(({ server }) => server);
  try {
    return await connect({
      // One that greets first; the others are for later.
      ...{ servers: [...first, ...servers.filter((server) => !first.includes(server))], noRandomize: true },
      ...{ name, timeout: PATIENCE, noAsyncTraces: true },
      ...{ maxReconnectAttempts: -1, reconnectTimeWait: RECONNECT, reconnectJitter: 50, reconnectJitterTLS: 50 },
      ...{ pingInterval: 2_000, maxPingOut: 3, ignoreAuthErrorAbort: true },
      ...(user === null ? {} : { user, pass: pass ?? '' }),
      ...(token === null ? {} : { token }),
      ...(authenticator === null ? {} : { authenticator }),
      ...(wantsTls ? { tls: { ...tls, ...(handshakeFirst ? { handshakeFirst } : {}) } } : {}),
    });
  } catch (error) {
    throw connectError(error as Error, servers, given, PATIENCE);
  }
}

/** @throws {RampartError} nats-unfit */
function checkVersion(version: string, server: string): void {
  if (isTooOld(version))
    throw new RampartError(
      'nats-unfit',
      `NATS ${version} at ${server} is too old: agents need ${OLDEST.join('.')} or later`,
      'Install a newer nats-server; 2.12.7 or later where others can reach it.',
    );
}

/** A version that is none may be any. */
export function isTooOld(version: string): boolean {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version)?.map(Number) ?? [];
  if (major === undefined || minor === undefined) return false;
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}

/** Of a credentials file, or of the seed of an nkey. @throws {RampartError} bad-file or nats-refused */
function authenticatorOf(text: string): Authenticator {
  const bytes = new TextEncoder().encode(text);
  const end = expiryOf(text);
  // A server says of them what it says of any that it does not know.
  if (end !== null && end < new Date())
    throw new RampartError(
      'nats-refused',
      `the credentials of --nats-creds have expired (${end.toISOString()})`,
      'Make new ones.',
    );
  try {
    const authenticator = text.includes('-----BEGIN ')
      ? credsAuthenticator(bytes)
      : nkeyAuthenticator(new TextEncoder().encode(text.trim()));
    // It reads its text when it is asked to sign something.
    authenticator('tried');
    return authenticator;
  } catch (error) {
    throw new RampartError(
      'bad-file',
      `--nats-creds: the file holds no credentials: ${(error as Error).message}`,
      'It has a user’s JWT and nkey, as nsc writes it, or the seed of an nkey alone.',
      { cause: error },
    );
  }
}

/** When the JWT of a credentials file ends; null: never, or there is none. */
function expiryOf(text: string): Date | null {
  const [, claims = ''] = /^ey[\w-]+\.([\w-]+)\.[\w-]+$/m.exec(text) ?? [];
  try {
    const { exp } = JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')) as { readonly exp?: unknown };
    return typeof exp === 'number' && exp > 0 ? new Date(exp * 1e3) : null;
  } catch {
    return null;
  }
}

/** A server says nothing about a client's certificate that it does not take. @throws {RampartError} nats-refused */
function checkValid(cert: string): void {
  const { validFrom, validTo } = new X509Certificate(cert);
  const now = new Date();
  const problem =
    now > new Date(validTo)
      ? `has expired (${validTo})`
      : now < new Date(validFrom)
        ? `is not valid before ${validFrom}`
        : null;
  if (problem !== null)
    throw new RampartError('nats-refused', `the certificate of --nats-cert ${problem}`, 'Make a new one.');
}
