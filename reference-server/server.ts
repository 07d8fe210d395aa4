import { createServer } from 'node:http';
import { createApp } from './app.ts';
import { type Listener, listen } from './listener.ts';
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

/**
 * Serves a model over HTTP.
 *
 * @throws Error (as a rejection) if it cannot listen, see `listen`.
 */
export async function startServer(options: ServerOptions): Promise<Listener> {
  const { model, host = '127.0.0.1', port = 8989, log = console.error, drainMs = 5000 } = options;
  return listen(createServer(createApp(CATALOGUE[model](), log)), { host, port, drainMs, log });
}
