/** The thread of a law server: nothing else takes its event loop. */
import { parentPort, workerData } from 'node:worker_threads';
import { startLawServer } from './server.ts';

/** What the thread serves. */
export interface LawThread {
  readonly law: string;
  readonly slots: number;
  readonly seed: number;
}

/** The entry of a thread that serves an exact queue on a free port, which it tells. */
const port = parentPort;
if (port === null) throw new Error('this file is the entry of a worker thread');
const { law, slots, seed } = workerData as LawThread;
const server = await startLawServer({ law, slots, seed });
port.postMessage(Number(new URL(server.url).port));
