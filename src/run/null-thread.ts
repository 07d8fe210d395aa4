import { Worker } from 'node:worker_threads';
import type { NullServer } from './protocol.ts';

/** A null server in a thread of its own. */
export interface NullThread {
  readonly port: number;
  close(): Promise<void>;
}

/** @param entry the built `run/null-server`. */
export function startNullServer(entry: URL, server: NullServer): Promise<NullThread> {
  const worker = new Worker(entry, { workerData: server });
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (port: number) =>
      resolve({
        port,
        close: async () => {
          await worker.terminate();
        },
      }),
    );
  });
}
