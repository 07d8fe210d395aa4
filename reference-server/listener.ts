/** The port of a server: opened with room for a load test, and closed without losing a request. */
import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

interface ListenOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** How long a close waits for requests in flight, milliseconds. */
  readonly drainMs: number;
  /** Gets a line where a close had to cut requests off. */
  readonly log: (line: string) => void;
}

/** A server that accepts requests. */
export interface Listener {
  readonly url: string;
  readonly port: number;
  /**
   * Stops accepting, answers what is in flight, and resolves when every connection is gone. Calling it again changes nothing.
   *
   * @param lingerMs how long idle connections are kept, so that a request that is on its way is answered before its
   *   connection ends. Default 0.
   */
  close(lingerMs?: number): Promise<void>;
}

/** The server cannot have its port; the message names it, the code is the system's: 'EADDRINUSE' if something else has it. */
export class ListenError extends Error {
  readonly code: string | undefined;

  constructor(message: string, code: string | undefined) {
    super(message);
    this.code = code;
  }
}

/** How many connections may wait to be accepted: a load test opens hundreds at once. */
const BACKLOG = 4096;

/**
 * Opens the server's port, and knows how to close it without losing a request.
 *
 * @throws ListenError (as a rejection)
 */
export async function listen(server: Server, { host, port, drainMs, log }: ListenOptions): Promise<Listener> {
  // A client must be the one to drop an idle connection: where the server does, a request may already be on its way.
  server.keepAliveTimeout = 75_000;
  server.headersTimeout = 80_000;

  const sockets = new Set<Socket>();
  const inFlight = new Set<ServerResponse>();
  let closing: Promise<void> | undefined;
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.prependListener('request', (_req, res) => {
    if (closing) res.setHeader('Connection', 'close');
    inFlight.add(res);
    res.once('close', () => inFlight.delete(res));
  });

  const listening = once(server, 'listening');
  server.listen({ port, host, backlog: BACKLOG });
  try {
    await listening;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'it is already in use' : message;
    throw new ListenError(`cannot listen on port ${port} of ${host}: ${why}`, code);
  }
  const actualPort = (server.address() as AddressInfo).port;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${actualPort}`;

  async function drain(lingerMs: number): Promise<void> {
    for (const res of inFlight) if (!res.headersSent) res.setHeader('Connection', 'close');
    const closed = once(server, 'close');
    if (lingerMs > 0) {
      // The HTTP server's own close would end idle connections too.
      NetServer.prototype.close.call(server);
      const lingered = new AbortController();
      await Promise.race([closed, delay(lingerMs, undefined, { signal: lingered.signal }).catch(() => {})]);
      lingered.abort();
    } else server.close();
    server.closeIdleConnections();
    // Node does not call a connection idle that has never carried a byte, but nothing on it is waiting for an answer.
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
    const deadline = setTimeout(() => {
      log(`${inFlight.size} still in flight after ${drainMs} ms: cut off`);
      server.closeAllConnections();
    }, drainMs);
    await closed;
    clearTimeout(deadline);
  }

  return {
    url,
    port: actualPort,
    close(lingerMs = 0) {
      closing ??= drain(lingerMs);
      return closing;
    },
  };
}
