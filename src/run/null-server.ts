/** The entry of a thread with a server that does nothing: what the generator measures against it is itself. */
import { type AddressInfo, createServer } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import type { Micros } from '../core/units.ts';
import { SystemClock } from '../load/clock.ts';
import type { NullServer } from './protocol.ts';

/**
 * The entry of a thread that serves nothing: the same response to every request, without looking at it. What a generator
 * measures against it is the generator. Requests of a connection must all be as long as its first, and come one by one.
 */
const { responseBytes, delay } = workerData as NullServer;
const port = parentPort;
if (port === null) throw new Error('this file is the entry of a worker thread');

const head = (length: number): string =>
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
const bodyBytes = Math.max(2, responseBytes - head(responseBytes).length);
const response = Buffer.from(head(bodyBytes) + '0'.repeat(bodyBytes));
const clock = new SystemClock();

/** The delay differs by up to this share, so that connections do not fall into step: then their responses would come in bursts,
 * and the last of a burst waits for what the generator does with the others. */
const SPREAD = 0.1;
/** Multiples of it fill the unit interval evenly. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;
let delayed = 0;
const nextDelay = (): Micros => (delay * (1 + SPREAD * (2 * ((delayed++ * GOLDEN) % 1) - 1))) as Micros;

const server = createServer({ noDelay: true }, (socket) => {
  /** Bytes of a request; 0: not known yet. */
  let length = 0;
  let seen = 0;
  let text = '';
  const reply = (): void => {
    socket.write(response);
  };
  socket.on('error', () => {});
  socket.on('data', (piece) => {
    seen += piece.length;
    if (length === 0) {
      text += piece.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return;
      length = end + 4 + Number(/^content-length:\s*(\d+)/im.exec(text.slice(0, end))?.[1] ?? 0);
    }
    for (; seen >= length; seen -= length) {
      if (delay === 0) reply();
      else clock.after(nextDelay(), reply);
    }
  });
});
server.listen(0, '127.0.0.1', 4096, () => port.postMessage((server.address() as AddressInfo).port));
