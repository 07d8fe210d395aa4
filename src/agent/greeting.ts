/** What a NATS server says first, before any TLS: whether one is there, and which. */
import { connect } from 'node:net';
import { RampartError } from '../core/errors.ts';

type Greeting =
  | { readonly server: string; readonly is: 'nats'; readonly version: string }
  | { readonly server: string; readonly is: 'none'; readonly reason: string; readonly hint: string };

const IS_IT =
  'Is nats-server running, and is this its address? On one machine, rampart fleet up starts one with agents.';
const OTHER = 'Is this the address and port of nats-server? Port 8222 is its monitoring.';
/** Long enough for a whole greeting. */
const MOST = 64 * 1024;

/**
 * The servers that greet as NATS does, of those that were named. The client would wait for others in silence, and hold their
 * sockets open.
 *
 * @param patience ms. @throws {RampartError} nats-unreachable where there is none.
 */
export async function greetedBy(
  servers: readonly string[],
  patience: number,
): Promise<readonly { readonly server: string; readonly version: string }[]> {
  const all = servers.map((server) => greetingOf(server, patience));
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

function greetingOf(server: string, patience: number): Promise<Greeting> {
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(server) ?? [];
  return new Promise((resolve) => {
    let connected = false;
    let said = '';
    const within = `within ${patience / 1e3} s`;
    const socket = connect({ host: host.replaceAll(/[[\]]/g, ''), port: Number(port), timeout: patience });
    const none = (reason: string, hint: string): void => {
      socket.destroy();
      resolve({ server, is: 'none', reason, hint });
    };
    socket.once('connect', () => {
      connected = true;
    });
    socket.on('data', (data) => {
      said += data.toString('latin1');
      if (!said.startsWith('INFO '.slice(0, said.length)) || said.length > MOST)
        return none('what listens there is no NATS', OTHER);
      if (!said.includes('\r\n')) return;
      socket.destroy();
      resolve({ server, is: 'nats', version: /"version":"([^"]*)"/.exec(said)?.[1] ?? '' });
    });
    socket.once('timeout', () => {
      if (connected) none(`what listens there says nothing that NATS would, ${within}`, OTHER);
      else none(`nothing answers ${within}`, IS_IT);
    });
    socket.once('error', (error: NodeJS.ErrnoException) =>
      none(error.code === 'ECONNREFUSED' ? 'nothing listens there' : error.message, IS_IT),
    );
    socket.once('end', () => none('what listens there is no NATS', OTHER));
  });
}
