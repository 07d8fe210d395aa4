import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createApp } from './app.ts';
import { CATALOGUE } from './models/catalogue.ts';

/** The name of a model that can be served. */
export type ModelName = keyof typeof CATALOGUE;

/** All of them. */
export const MODELS = Object.keys(CATALOGUE) as readonly ModelName[];

interface ServerOptions {
  model: ModelName;
  /** Default 127.0.0.1: this machine only. */
  host?: string;
  /** Default 8989; 0 takes a free one. */
  port?: number;
  /** Gets a line for each thing that should not happen, never one per request. Default: standard error. */
  log?: (line: string) => void;
  /** How long a close waits for requests in flight, milliseconds. Default 5000. */
  drainMs?: number;
}

/** A server that accepts requests. */
interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** Stops accepting, answers what is in flight, and resolves when every connection is gone. Calling it again changes nothing. */
  close(): Promise<void>;
}

/**
 * Serves a model over HTTP.
 *
 * @throws Error (as a rejection) that names the port, with the system's `code`, when it cannot listen: 'EADDRINUSE' if
 *   something else has the port.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { model, host = '127.0.0.1', port = 8989, log = console.error, drainMs = 5000 } = options;

  const server = createServer(createApp(CATALOGUE[model](), log));
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
  server.listen(port, host);
  try {
    await listening;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'it is already in use' : message;
    throw Object.assign(new Error(`cannot listen on port ${port} of ${host}: ${why}`), { code });
  }
  const actualPort = (server.address() as AddressInfo).port;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${actualPort}`;

  async function drain(): Promise<void> {
    for (const res of inFlight) if (!res.headersSent) res.setHeader('Connection', 'close');
    const closed = once(server, 'close');
    server.close();
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
    close() {
      closing ??= drain();
      return closing;
    },
  };
}
