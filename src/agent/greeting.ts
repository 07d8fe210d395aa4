/** What a NATS server says first, before any TLS: whether one is there, and which. */
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { RampartError } from '../core/errors.ts';

type Greeting =
  | ({ readonly is: 'nats' } & Greeted)
  | { readonly is: 'none'; readonly reason: string; readonly hint: string; readonly silent: boolean };

/** A server that greets. */
export interface Greeted {
  readonly server: string;
  /** Empty: it does not say. */
  readonly version: string;
  /** It says nothing before a TLS handshake (`handshake_first`). */
  readonly handshakeFirst: boolean;
}

const IS_IT =
  'Is nats-server running, and is this its address? On one machine, rampart fleet up starts one with agents.';
const OTHER = 'Is this the address and port of nats-server? Port 8222 is its monitoring.';
/** Long enough for a whole greeting. */
const MOST = 64 * 1024;

/**
 * The servers that greet as NATS does, of those that were named. The client would wait for others in silence, and hold their
 * sockets open.
 *
 * @param patience ms. @param secure whether one that says nothing may be waiting for a TLS handshake (`handshake_first`).
 * @throws {RampartError} nats-unreachable where there is none.
 */
export async function greetedBy(
  servers: readonly string[],
  patience: number,
  secure: boolean,
): Promise<readonly Greeted[]> {
  const all = servers.map(async (server) => {
    const greeting = await greetingOf(server, patience, false);
    return secure && greeting.is === 'none' && greeting.silent ? greetingOf(server, patience, true) : greeting;
  });
  const isNats = (one: Greeting) => one.is === 'nats';
  // One that is there is not kept waiting for one that is not.
  const first = await Promise.any(
    all.map(async (one) => {
      const greeting = await one;
      if (!isNats(greeting)) throw greeting;
      return greeting;
    }),
  ).catch(() => null);
  const known = first === null ? await Promise.all(all) : [first];
  const there = known.flatMap((one) => (one.is === 'nats' ? [one] : []));
  if (there.length > 0) return there;
  const [why] = known.flatMap((one) => (one.is === 'none' ? [one] : []));
  throw new RampartError(
    'nats-unreachable',
    `no NATS at ${servers.join(', ')}: ${why?.reason ?? 'none is named'}`,
    why?.hint ?? IS_IT,
  );
}

/** @param handshakeFirst whether TLS is begun before anything is said; whom it is with is for the client to find out. */
function greetingOf(server: string, patience: number, handshakeFirst: boolean): Promise<Greeting> {
  const [, name = '', port = ''] = /^(.*):(\d+)$/.exec(server) ?? [];
  const host = name.replaceAll(/[[\]]/g, '');
  return new Promise((resolve) => {
    let connected = false;
    let said = '';
    const within = `within ${patience / 1e3} s`;
    const at = { host, port: Number(port), timeout: patience };
    const socket = handshakeFirst ? connectTls({ ...at, rejectUnauthorized: false }) : connect(at);
    const is = (greeting: Greeting): void => {
      socket.destroy();
      resolve(greeting);
    };
    const none = (reason: string, hint: string, silent = false): void => is({ is: 'none', reason, hint, silent });
    socket.once(handshakeFirst ? 'secureConnect' : 'connect', () => {
      connected = true;
    });
    socket.on('data', (data) => {
      said += data.toString('latin1');
      if (!said.startsWith('INFO '.slice(0, said.length)) || said.length > MOST)
        return none('what listens there is no NATS', OTHER);
      if (!said.includes('\r\n')) return;
      is({ is: 'nats', server, version: /"version":"([^"]*)"/.exec(said)?.[1] ?? '', handshakeFirst });
    });
    socket.once('timeout', () => {
      if (connected) none(`what listens there says nothing that NATS would, ${within}`, OTHER, said === '');
      else if (handshakeFirst) none('what listens there says nothing, and begins no TLS', OTHER);
      else none(`nothing answers ${within}`, IS_IT);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      // It may ask for a certificate that only the client shows.
      if (handshakeFirst) is({ is: 'nats', server, version: '', handshakeFirst });
      else none(error.code === 'ECONNREFUSED' ? 'nothing listens there' : error.message, IS_IT);
    });
    socket.once('end', () => none('what listens there is no NATS', OTHER));
  });
}
