/**
 * Opens a connection without sending anything: to know before a run whether the target is there, and what a connection
 * costs.
 */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { RampartError } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import type { Clock } from '../core/ports.ts';
import { plansTo } from '../core/targets.ts';
import type { Micros } from '../core/units.ts';
import { describeFailure, isCertificateFailure, isPlainText, OTHER_PROTOCOL, securityHint } from './failure.ts';
import { bracketed, pinnedLookup, wayTo } from './lookup.ts';
import { securityOf } from './security.ts';

/** How long a target may take to accept a first connection, ms. */
const PATIENCE = 10_000;

type Way = Pick<Plan, 'target' | 'tls' | 'proxy' | 'http2'>;

/**
 * Opens one connection to each target (or the proxy before it), with its TLS handshake, and closes it again, without a
 * request: a run against nothing, or against somebody who cannot prove to be the target, ends before it starts.
 *
 * @param signal ends it, and is thrown. @param patience ms.
 * @throws {RampartError} unreachable, with the address, the cause and what to do.
 */
export async function reach(
  plan: Way & Pick<Plan, 'targets'>,
  signal?: AbortSignal,
  patience = PATIENCE,
): Promise<void> {
  for (const way of plansTo(plan)) await reachOne(way, signal, patience);
}

function reachOne(way: Way, signal: AbortSignal | undefined, patience: number): Promise<void> {
  signal?.throwIfAborted();
  const address = addressOf(way);
  return new Promise((resolve, reject) => {
    const { socket, ready } = open(way);
    let cause: Error | undefined;
    const give = (): void => {
      socket.destroy();
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', give);
    socket.once('close', () => signal?.removeEventListener('abort', give));
    const fail = (message: string, hint: string): void => {
      socket.destroy();
      reject(new RampartError('unreachable', message, hint, { cause }));
    };
    let taken = false;
    socket.once('connect', () => {
      taken = true;
    });
    socket.setTimeout(patience, () => {
      const time = `within ${patience / 1000} s`;
      if (taken && ready === 'secureConnect')
        fail(
          `${address} takes connections, but its TLS handshake did not end ${time}`,
          'Is it http:// rather than https://?',
        );
      else
        fail(
          `nothing answers at ${address}: no connection ${time}`,
          'Is the server running, and is this its address and port?',
        );
    });
    const other = (reason: string): void => fail(`${address}: ${reason}`, way.http2 ? WITHOUT : WITH);
    const reached = (): void => {
      socket.destroy();
      resolve();
    };
    const secure = way.target.protocol === 'https:' && way.proxy === null;
    socket.once(ready, () => {
      if (secure && !way.http2) accepted(socket, reached);
      else if (!way.http2 || way.proxy !== null) reached();
      else if (socket instanceof TLSSocket) socket.alpnProtocol === 'h2' ? reached() : other(OTHER_PROTOCOL);
      else greet(socket, (speaks) => (speaks ? reached() : other('the target does not speak HTTP/2 without TLS')));
    });
    socket.on('error', (error) => {
      cause = error;
      const reason = describeFailure(error);
      const message = `nothing answers at ${address}: ${reason}`;
      const hint = secure ? securityHint(error, way.tls.cert !== null) : null;
      if (hint !== null)
        fail(isCertificateFailure(error) ? `no trust in ${address}: ${reason}` : `${address}: ${reason}`, hint);
      else if (reason === OTHER_PROTOCOL) other(reason);
      else if (isPlainText(error)) fail(`${address}: ${reason}`, 'Is it http:// rather than https://?');
      else if (way.target.socketPath !== undefined) fail(message, 'Does the socket exist, and may you use it?');
      else fail(message, 'Is the server running, and is this its address and port?');
    });
  });
}

const WITHOUT = 'It speaks HTTP/1.1: try without --http2.';
const WITH = 'Does it speak HTTP/2 only? Try --http2.';

/** How long a target may take to look at the client's certificate, ms. */
const LOOKING = 250;

/**
 * Waits for what a target says of the client's certificate. In TLS 1.3 the handshake is over for the client before the
 * target has seen whether there is one: it then sends tickets for later sessions, or an alert, which is an error here.
 */
function accepted(socket: Socket, done: () => void): void {
  if (!(socket instanceof TLSSocket) || socket.getProtocol() !== 'TLSv1.3') {
    done();
    return;
  }
  const timer = setTimeout(done, LOOKING);
  socket.once('session', done);
  socket.once('end', done);
  socket.once('close', () => clearTimeout(timer));
  socket.resume();
}

/** How long it may take to show what it speaks, ms. */
const SHOWING = 2_000;

/** What a target speaks that does not respond to plain HTTP/1.1; null: it cannot be told, or that was not what it was asked in. */
export async function spokenInstead(way: Way): Promise<'TLS' | 'HTTP/2' | null> {
  const { target, proxy, http2 } = way;
  if (target.protocol !== 'http:' || proxy !== null || http2) return null;
  if (target.socketPath === undefined && (await shows(openSecurely(way), shakesHands))) return 'TLS';
  return (await shows(open(way).socket, greet)) ? 'HTTP/2' : null;
}

function openSecurely({ target }: Way): TLSSocket {
  const { host, port, addresses } = wayTo(target);
  const lookup = addresses === null ? {} : { lookup: pinnedLookup(addresses) };
  // Nothing is sent: whose certificate it is, is no matter.
  return connectTls({ host, port, ...lookup, rejectUnauthorized: false });
}

const shakesHands = (socket: Socket, done: (speaks: boolean) => void): void => {
  socket.once('secureConnect', () => done(true));
  socket.once('close', () => done(false));
};

function shows(socket: Socket, looking: typeof shakesHands): Promise<boolean> {
  return new Promise((resolve) => {
    socket.setTimeout(SHOWING, () => socket.destroy());
    socket.on('error', () => {});
    looking(socket, (speaks) => {
      socket.destroy();
      resolve(speaks);
    });
  });
}

/** How a client begins in HTTP/2, with settings of which none differs from the defaults (RFC 9113, 3.4). */
const PREFACE = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1'),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
]);
/** Where the settings frame, with which an HTTP/2 server begins, has its type and its stream. */
const SETTINGS = { at: 3, type: 4, streamAt: 5 };
const FRAME_HEAD = 9;

/** Does the other end begin as HTTP/2 does? */
function greet(socket: Socket, done: (speaks: boolean) => void): void {
  let seen: Buffer = Buffer.alloc(0);
  socket.once('close', () => done(false));
  socket.on('data', (piece) => {
    seen = Buffer.concat([seen, piece]);
    if (seen.length < FRAME_HEAD) return;
    done(seen[SETTINGS.at] === SETTINGS.type && seen.readUInt32BE(SETTINGS.streamAt) === 0);
  });
  socket.write(PREFACE);
}

/**
 * Opens one connection, closes it, and says how long it took to be ready (µs), TLS included, or -1 where it was not; and how
 * long its TLS handshake took (µs), or -1 where there was none. Returns what ends it early.
 */
export function measureConnect(plan: Plan, clock: Clock, done: (took: Micros, handshake: Micros) => void): () => void {
  const startedAt = clock.now();
  let took = -1;
  let handshake = -1;
  let connectedAt = startedAt;
  const { socket, ready } = open(plan);
  const secure = ready === 'secureConnect';
  if (secure) socket.once('connect', () => (connectedAt = clock.now()));
  socket.once(ready, () => {
    const now = clock.now();
    took = now - startedAt;
    if (secure) handshake = now - connectedAt;
    socket.destroy();
  });
  socket.on('error', () => {});
  socket.once('close', () => done(took as Micros, handshake as Micros));
  return () => socket.destroy();
}

/** A connection that is being opened, and the event that says it is. Through a proxy: only as far as the proxy. */
function open(way: Way): { socket: Socket; ready: 'connect' | 'secureConnect' } {
  const { target, proxy, http2 } = way;
  if (proxy !== null) return { socket: connectTcp({ host: proxy.host, port: proxy.port }), ready: 'connect' };
  if (target.socketPath !== undefined) return { socket: connectTcp({ path: target.socketPath }), ready: 'connect' };
  const { host, port, addresses } = wayTo(target);
  const where = { host, port, ...(addresses === null ? {} : { lookup: pinnedLookup(addresses) }) };
  const security = securityOf(way);
  if (security === null) return { socket: connectTcp(where), ready: 'connect' };
  const ALPNProtocols = http2 ? ['h2'] : security.ALPNProtocols;
  return { socket: connectTls({ ...where, ...security, ALPNProtocols }), ready: 'secureConnect' };
}

function addressOf({ target, proxy }: Way): string {
  if (proxy === null && target.socketPath !== undefined) return target.socketPath;
  const { host, port } = proxy ?? target;
  const { via } = target;
  const elsewhere =
    via === undefined
      ? ''
      : ` (by way of ${(via.addresses ?? [via.host]).map(bracketed).join(', ')}, port ${via.port})`;
  return `${proxy === null ? '' : 'the proxy '}${bracketed(host)}:${port}${elsewhere}`;
}
