import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { startLawServer } from '../reference-server/law/server.ts';

/** A server on loopback that a test measures, and that keeps its own count. */
export interface TestTarget {
  readonly url: string;
  readonly port: number;
  /** Requests that arrived in full. */
  readonly received: () => number;
  close(): Promise<void>;
}

async function listen(server: Server, received: () => number): Promise<TestTarget> {
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 4096, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/predict`,
    port,
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

/** An HTTP server that hands each request, its body read, to `answer`. */
export function httpTarget(answer: (...args: Parameters<RequestListener>) => void): Promise<TestTarget> {
  let received = 0;
  const server = createHttpServer((request, response) => {
    request.resume().once('end', () => {
      received++;
      answer(request, response);
    });
  });
  server.keepAliveTimeout = 60_000;
  return listen(server, () => received);
}

/** Answers with the body of the request, and keeps all that came: method, path, `x-id`, body. */
export async function echoTarget(server: Server): Promise<TestTarget & { readonly got: string[] }> {
  const got: string[] = [];
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const body = Buffer.concat(pieces);
      got.push(`${request.method} ${request.url} ${String(request.headers['x-id'])} ${body.toString()}`);
      response.end(body);
    });
  });
  return { ...(await listen(server, () => got.length)), got };
}

/** The same over HTTP/1.1, for the test under way: it is closed at its end. */
export async function ownEchoTarget(): ReturnType<typeof echoTarget> {
  const target = await echoTarget(createHttpServer({ keepAliveTimeout: 60_000 }));
  onTestFinished(target.close);
  return target;
}

/** Answers every request after exactly this long, however many there are. */
export function fixedTarget(milliseconds: number): Promise<TestTarget> {
  return lawTarget(`fixed:${milliseconds}ms`);
}

/** Answers at once, but freezes for `stall` ms in every `period` ms, as a stop-the-world pause would. */
export function stallingTarget(stall: number, period: number): Promise<TestTarget> {
  return lawTarget('fixed:0ms', [`stall:${stall}ms/${period}ms`]);
}

/** @param slots how many requests are served at a time. */
export async function lawTarget(
  law: string,
  faults: string[] = [],
  slots = Number.POSITIVE_INFINITY,
): Promise<TestTarget> {
  const server = await startLawServer({ law, faults, slots, drainMs: 0, log: () => {} });
  return {
    url: `${server.url}/predict`,
    port: server.port,
    received: () => server.totals.received,
    close: server.close,
  };
}

/**
 * Serves so many connections at a time, as a pool of workers does that keep theirs: all others are accepted by the kernel,
 * and wait until one of those closes.
 */
export function pooledTarget(workers: number, milliseconds: number): Promise<TestTarget> {
  let received = 0;
  let free = workers;
  const waiting: Socket[] = [];
  const serve = (socket: Socket): void => {
    free--;
    socket.on('data', () => {
      received++;
      setTimeout(() => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'), milliseconds);
    });
    socket.once('close', () => {
      free++;
      const next = waiting.shift();
      if (next !== undefined) serve(next);
    });
  };
  const server = createServer((socket) => {
    if (free > 0) serve(socket);
    else waiting.push(socket);
  });
  return listen(server, () => received);
}

/** A server that speaks whatever `speak` writes to each connection once a request's head has arrived. */
export function rawTarget(speak: (socket: Socket) => void): Promise<TestTarget> {
  let received = 0;
  const server = createServer((socket) => {
    let head = '';
    socket.setEncoding('latin1');
    socket.on('data', (piece: string) => {
      head += piece;
      if (!head.includes('\r\n\r\n')) return;
      head = '';
      received++;
      speak(socket);
    });
  });
  return listen(server, () => received);
}
