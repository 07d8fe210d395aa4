/** Ports of this machine: a free one, and whether somebody listens. */
import { connect, createServer } from 'node:net';

/**
 * Ports below those that a system gives to whoever asks for any (Linux: from 32768 on; others later): between its being found and its
 * being used nobody gets one by chance, and no connection to one that is closed meets itself. Each worker of a test run has its own
 * thousand.
 */
const FIRST = 20_000;
const OF_A_WORKER = 1_000;
const WORKERS = 12;

/** Where this process looks next: not where the one before it, whose servers may still be ending, has looked. */
let next = process.pid * 31;

/** A port nobody uses now, another one each time. */
export async function freePort(): Promise<number> {
  const worker = Number(process.env['VITEST_POOL_ID'] ?? 0) % WORKERS;
  for (;;) {
    const port = FIRST + worker * OF_A_WORKER + (next++ % OF_A_WORKER);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** Whether somebody listens there. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
