/** What a NATS server says first, before any TLS: whether one is there, and which. */
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { RampartError } from '../core/errors.ts';

type Greeting =
  | ({ readonly is: 'nats' } & Greeted)
  | { readonly is: 'none'; readonly reason: string; readonly hint: string };

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

/** A server with TLS that waits for a handshake says nothing before: after so long it is tried whether it does, ms. */
const SILENCE = 250;

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
  const all = servers.map((server) => (secure ? eitherWay(server, patience) : askedPlainly(server, patience).greeting));
  // One that is there is not kept waiting for one that is not.
  const first = await firstOf(all);
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

/** The first that is one of NATS; null: none is. */
const firstOf = (all: readonly Promise<Greeting>[]): Promise<Greeting | null> =>
  Promise.any(
    all.map(async (one) => {
      const greeting = await one;
      if (greeting.is !== 'nats') throw greeting;
      return greeting;
    }),
  ).catch(() => null);

/** Of a server with TLS: whether it greets before the handshake is not known before it has, or has not. */
async function eitherWay(server: string, patience: number): Promise<Greeting> {
  const plain = askedPlainly(server, patience);
  const isSilent = await plain.isSilent;
  if (!isSilent) return plain.greeting;
  const behindTls = askedBehindTls(server, patience);
  const both = [plain.greeting, behindTls.greeting];
  const first = await firstOf(both);
  plain.end();
  behindTls.end();
  return first ?? behindTls.greeting;
}

/** Somebody who is asked who it is. */
interface Asked {
  readonly greeting: Promise<Greeting>;
  /** Whether it is connected and has said nothing for a while. */
  readonly isSilent: Promise<boolean>;
  /** Nobody waits for it any more. */
  end(): void;
}

const askedPlainly = (server: string, patience: number): Asked => asked(server, patience, false, (at) => connect(at));

/** Whom it is with is for the client to find out. */
const askedBehindTls = (server: string, patience: number): Asked =>
  asked(server, patience, true, (at) => connectTls({ ...at, rejectUnauthorized: false }));

type At = { readonly host: string; readonly port: number; readonly timeout: number };

function asked(server: string, patience: number, handshakeFirst: boolean, open: (at: At) => Socket): Asked {
  const [, name = '', port = ''] = /^(.*):(\d+)$/.exec(server) ?? [];
  const host = name.replaceAll(/[[\]]/g, '');
  const within = `within ${patience / 1e3} s`;
  const socket = open({ host, port: Number(port), timeout: patience });
  let connected = false;
  let said = '';
  let waited = false;
  let hush = (_: boolean): void => {};
  const isSilent = new Promise<boolean>((resolve) => {
    hush = resolve;
  });
  const greeting = new Promise<Greeting>((resolve) => {
    const is = (one: Greeting): void => {
      hush(false);
      socket.destroy();
      resolve(one);
    };
    const none = (reason: string, hint: string): void => is({ is: 'none', reason, hint });
    socket.once(handshakeFirst ? 'secureConnect' : 'connect', () => {
      connected = true;
      socket.setTimeout(SILENCE);
    });
    socket.on('data', (data) => {
      said += data.toString('latin1');
      if (!said.startsWith('INFO '.slice(0, said.length)) || said.length > MOST)
        return none('what listens there is no NATS', OTHER);
      if (!said.includes('\r\n')) return;
      is({ is: 'nats', server, version: /"version":"([^"]*)"/.exec(said)?.[1] ?? '', handshakeFirst });
    });
    socket.on('timeout', () => {
      if (connected && !waited) {
        waited = true;
        hush(true);
        socket.setTimeout(patience);
      } else if (connected) none(`what listens there says nothing that NATS would, ${within}`, OTHER);
      else if (handshakeFirst) none(`what listens there says nothing, and begins no TLS, ${within}`, OTHER);
      else none(`nothing answers ${within}`, IS_IT);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      // It may ask for a certificate that only the client shows; an alert is of one that speaks TLS.
      if (handshakeFirst && (connected || /ALERT/.test(error.code ?? '')))
        is({ is: 'nats', server, version: '', handshakeFirst });
      else none(error.code === 'ECONNREFUSED' ? 'nothing listens there' : error.message, IS_IT);
    });
    socket.once('end', () => none('what listens there is no NATS', OTHER));
    socket.once('close', () => none('it was left alone', IS_IT));
  });
  return { greeting, isSilent, end: () => void socket.destroy() };
}
