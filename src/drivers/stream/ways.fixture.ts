/**
 * The ways that a stream may take to the client, for tests: real servers and proxies on real sockets, and the driver that
 * the product takes for each.
 */
import { mkdtempSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer as createHttp2, createSecureServer } from 'node:http2';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import type { HttpProxy, Plan } from '../../core/plan.ts';
import { type Certificates, makeCertificates } from '../certificates.fixture.ts';

export interface Way {
  readonly name: string;
  readonly secure: boolean;
  readonly http2: boolean;
  readonly unixSocket: boolean;
  /** Through a proxy: with TLS or HTTP/2 in a tunnel, else it is asked for the response. */
  readonly proxied: boolean;
}

const PLAIN: Way = { name: 'HTTP/1.1', secure: false, http2: false, unixSocket: false, proxied: false };

export const WAYS: readonly Way[] = [
  PLAIN,
  { ...PLAIN, name: 'a Unix socket', unixSocket: true },
  { ...PLAIN, name: 'TLS', secure: true },
  { ...PLAIN, name: 'HTTP/2', http2: true },
  { ...PLAIN, name: 'HTTP/2 with TLS', http2: true, secure: true },
  { ...PLAIN, name: 'a proxy', proxied: true },
  { ...PLAIN, name: 'TLS in a tunnel', proxied: true, secure: true },
  { ...PLAIN, name: 'HTTP/2 in a tunnel', proxied: true, http2: true, secure: true },
];

/** What a server of a test does with a request. */
export type Respond = (response: ServerResponse, request: IncomingMessage) => void;

/** A server that is reached on a way. */
export interface Reached {
  /** What the plan says of it. */
  readonly plan: Pick<Plan, 'target' | 'tls' | 'http2' | 'proxy'>;
  /** Closes all its connections at once, in the middle of whatever is on them. */
  cut(): void;
  close(): void;
}

export async function reachedBy(way: Way, respond: Respond): Promise<Reached> {
  const { server, close, cut } = await listening(serverOf(way, respond), way.unixSocket);
  const address = server.address() as AddressInfo | string;
  const proxy = way.proxied ? await startProxy() : null;
  const protocol = way.secure ? 'https:' : 'http:';
  const tls = { verify: true, ca: way.secure ? certificates().ca.cert : null, cert: null, key: null };
  const target =
    typeof address === 'string'
      ? { url: `http+unix://${address}:/predict`, protocol, host: 'localhost', port: 80, socketPath: address }
      : { url: `${protocol}//127.0.0.1:${address.port}/predict`, protocol, host: '127.0.0.1', port: address.port };
  return {
    plan: { target: target as Plan['target'], tls, http2: way.http2, proxy: proxy?.proxy ?? null },
    cut,
    close: () => {
      proxy?.close();
      close();
    },
  };
}

let made: Certificates | null = null;
const certificates = (): Certificates => (made ??= makeCertificates());

function serverOf({ secure, http2 }: Way, respond: Respond): Server {
  const { cert, key } = secure ? certificates().good : { cert: '', key: '' };
  const listener = (incoming: IncomingMessage, response: ServerResponse): void => respond(response, incoming);
  // Those of HTTP/2 have all that these tests use of the others.
  if (http2)
    return (secure ? createSecureServer({ cert, key }, listener as never) : createHttp2(listener as never)) as never;
  return secure ? createHttps({ cert, key }, listener) : createServer(listener);
}

async function listening(
  server: Server,
  onSocket = false,
): Promise<{ readonly server: Server; cut(): void; close(): void }> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  const path = onSocket ? join(mkdtempSync(join(tmpdir(), 'rampart-way-')), 'model.sock') : null;
  await new Promise<void>((resolve) => {
    if (path === null) server.listen(0, '127.0.0.1', resolve);
    else server.listen(path, resolve);
  });
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    server,
    cut,
    close: () => {
      server.close();
      cut();
    },
  };
}

/** A proxy that asks for whatever it is asked for, and makes tunnels. */
async function startProxy(): Promise<{ readonly proxy: HttpProxy; close(): void }> {
  const { server, close } = await listening(createServer(forward));
  server.on('connect', (incoming: IncomingMessage, socket: Socket) => {
    const [host, port] = (incoming.url ?? '').split(':');
    const beyond = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(beyond).pipe(socket);
    });
    for (const side of [socket, beyond]) side.on('error', () => [socket, beyond].map((each) => each.destroy()));
    // What the target has sent may still be on its way to the client, but not the other way round.
    socket.once('close', () => beyond.destroy());
  });
  const { port } = server.address() as AddressInfo;
  return { proxy: { url: `http://127.0.0.1:${port}`, host: '127.0.0.1', port, authorization: null }, close };
}

function forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method = 'GET', headers } = incoming;
  const { hostname, port, pathname } = new URL(incoming.url ?? '');
  const beyond = request({ host: hostname, port, path: pathname, method, headers, agent: false }, (response) => {
    outgoing.writeHead(response.statusCode ?? 502, response.headers);
    pipeline(response, outgoing, () => {});
  });
  beyond.on('error', () => outgoing.destroy());
  outgoing.once('close', () => beyond.destroy());
  incoming.pipe(beyond);
}
