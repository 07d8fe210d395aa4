/**
 * A small server that answers as a server of models does which no test can start. Which those are is in `inference-servers.ts`,
 * `language-model-servers.ts` and `web-framework-servers.ts`: addresses, statuses, documents and words of errors are theirs, and
 * what a real one refuses is refused.
 */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Answered {
  readonly status: number;
  /** JSON where it is no text. */
  readonly body?: unknown;
  readonly type?: string;
}

export type Answer = (asked: Asked) => Answered;

/** Where one listens, and what it was asked: `POST /predict`. */
export interface ModelServer {
  readonly origin: string;
  readonly asked: readonly string[];
  /** Of the last request. */
  readonly body: () => Buffer;
  close(): void;
}

export async function modelServer(answer: Answer): Promise<ModelServer> {
  const asked: string[] = [];
  let last = Buffer.alloc(0);
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      asked.push(`${method} ${url}`);
      last = Buffer.concat(pieces);
      const { status, body = '', type } = answer({ method, path: url, headers, body: last });
      const text = typeof body === 'string';
      response.writeHead(status, { 'content-type': type ?? (text ? 'text/plain' : 'application/json') });
      response.end(text ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, asked, body: () => last, close: () => void server.close().closeAllConnections() };
}

export type Json = Record<string, unknown>;

export const ok = (body: unknown): Answered => ({ status: 200, body });
export const refused = (error: unknown, status = 400): Answered => ({
  status,
  body: typeof error === 'string' ? { error } : error,
});
export const NOT_FOUND: Answered = { status: 404 };

export function jsonIn(body: Buffer): Json | null {
  try {
    return JSON.parse(body.toString()) as Json;
  } catch {
    return null;
  }
}
