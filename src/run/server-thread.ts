/** Starts a server in a thread of its own and waits for its port. */
import { Worker } from 'node:worker_threads';

/** A server in a thread of its own. */
export interface ServerThread {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * @param entry a built file that serves, and tells its port: `run/null-server`, or the reference server's `law/law-thread`.
 * @param data what it serves.
 */
export function startServerThread(entry: URL, data: object): Promise<ServerThread> {
  const worker = new Worker(entry, { workerData: data });
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
