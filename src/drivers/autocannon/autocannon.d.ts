/** The part of autocannon 9 that the engine uses: it has no types of its own. */
declare module 'autocannon' {
  import type { EventEmitter } from 'node:events';

  /** One connection. Its events: headers, body (a piece), response (status, bytes, ms), connError, timeout, request. */
  export interface Client extends EventEmitter {
    /** ms. */
    timeout: number;
    reqsMade: number;
    /** It ends itself instead of sending when it has made so many. */
    responseMax: number | undefined;
    readonly pipelinedRequests: { clear(): void };
    getRequestBuffer(): Buffer;
    destroy(): void;
  }

  export interface Options {
    readonly url: string;
    readonly connections: number;
    /** s. */
    readonly duration: number;
    /** s, at least 1. */
    readonly timeout: number;
    readonly method: string;
    readonly headers: Readonly<Record<string, string | string[]>>;
    readonly body?: Buffer;
    readonly setupClient: (client: Client) => void;
  }

  export interface Instance extends EventEmitter {
    stop(): void;
  }

  const autocannon: (options: Options, done: (error: Error | null) => void) => Instance;
  export default autocannon;
}
