/** Opens sockets for lanes: to the target, or through a proxy. */
import type { Buffer } from 'node:buffer';
import { request } from 'node:http';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { HttpProxy, Plan, Target } from '../../core/plan.ts';
import type { Clock } from '../../core/ports.ts';
import type { Micros } from '../../core/units.ts';
import { OTHER_PROTOCOL } from '../failure.ts';
import { bracketed, type Lookup, wayTo } from '../lookup.ts';
import { securityOf } from '../security.ts';
import { readBeforeWriteErrors } from '../write-errors.ts';

/** Called once. No socket: the error says why. */
type Connected = (error: Error | null, socket: Socket | null, tlsTook: Micros) => void;

/** Opens a connection. */
export type Connect = (opened: Connected) => void;

const NO_TLS = -1 as Micros;

/**
 * How to open a connection for one plan: to the target, or to the proxy, through a tunnel where the plan needs the target
 * itself at the other end (TLS, HTTP/2). `opened` is called once, with a socket that is ready to carry requests.
 */
export function createConnector(plan: Plan, clock: Clock, addresses: Lookup): Connect {
  const { target, proxy, http2 } = plan;
  const security = securityOf(plan);
  /** The last one that the target gave; it shortens the next handshake. */
  let session: Buffer | null = null;
  const secure = (beneath: Socket, opened: Connected): void => {
    const startedAt = clock.now();
    const socket = connectTls({
      ...security,
      ...(session === null ? {} : { session }),
      socket: beneath,
      // What the certificate must be for: over a socket that is there already Node does not know.
      host: target.host,
      ALPNProtocols: [http2 ? 'h2' : 'http/1.1'],
    });
    readBeforeWriteErrors(socket);
    socket.on('session', (fresh: Buffer) => {
      session = fresh;
    });
    once(socket, 'secureConnect', opened, () => {
      if (http2 && socket.alpnProtocol !== 'h2') {
        socket.destroy();
        opened(new Error(OTHER_PROTOCOL), null, NO_TLS);
      } else opened(null, socket, (clock.now() - startedAt) as Micros);
    });
  };
  const ready = (socket: Socket, opened: Connected): void => {
    if (security !== null) secure(socket, opened);
    else opened(null, socket, NO_TLS);
  };
  const way = wayTo(target);
  addresses.pin(way);
  return (opened) => {
    if (proxy !== null && tunnels(plan)) {
      tunnel(proxy, target, addresses, (error, socket) => {
        if (socket === null) opened(error, null, NO_TLS);
        else ready(socket, opened);
      });
      return;
    }
    const { host, port } = proxy ?? way;
    const where = proxy === null && target.socketPath !== undefined ? { path: target.socketPath } : { host, port };
    const socket = connectTcp({ ...where, lookup: addresses.lookup, noDelay: true });
    readBeforeWriteErrors(socket);
    addresses.watch(socket, host);
    once(socket, 'connect', opened, () => ready(socket, opened));
  };
}

/** Whether the proxy is asked for a connection to the target (CONNECT) rather than for the response. */
export function tunnels({ target, proxy, http2 }: Pick<Plan, 'target' | 'proxy' | 'http2'>): boolean {
  return proxy !== null && (target.protocol === 'https:' || http2);
}

/** RFC 9110, 9.3.6. */
function tunnel(
  proxy: HttpProxy,
  target: Target,
  addresses: Lookup,
  opened: (error: Error | null, socket: Socket | null) => void,
): void {
  const authority = `${bracketed(target.host)}:${target.port}`;
  const asking = request({
    method: 'CONNECT',
    host: proxy.host,
    port: proxy.port,
    path: authority,
    lookup: addresses.lookup,
    agent: false,
    headers: {
      host: authority,
      ...(proxy.authorization === null ? {} : { 'proxy-authorization': proxy.authorization }),
    },
  });
  asking.once('socket', (socket) => addresses.watch(socket, proxy.host));
  asking.once('connect', (response, socket) => {
    if (response.statusCode === 200) opened(null, socket as Socket);
    else {
      socket.destroy();
      opened(new Error(`the proxy refused the tunnel: HTTP ${response.statusCode}`), null);
    }
  });
  asking.once('error', (error) => opened(error, null));
  asking.end();
}

/** Calls `then` at the event, or `opened` with the error that came before it. */
function once(socket: Socket, event: 'connect' | 'secureConnect', opened: Connected, then: () => void): void {
  const failed = (error: Error): void => opened(error, null, NO_TLS);
  // A TLS socket tells the errors of the one beneath it, but somebody has to listen there too.
  socket.on('error', () => {});
  socket.once('error', failed);
  socket.once(event, () => {
    socket.off('error', failed);
    then();
  });
}
