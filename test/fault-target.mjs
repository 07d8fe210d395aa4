/**
 * A target that goes wrong, in a process of its own: `node fault-target.mjs <fault> <port> <file>`. It appends a byte to the file for every request
 * that arrived, so that the count outlives it; the fault begins a little more than a second after the first. Prints its port.
 */
import { openSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';

const [fault = 'none', port = '0', file = ''] = process.argv.slice(2);
/** ms. */
const GOOD = 1_200;
const LATENCY = 5;
/** Of so many requests one is hit, where they are hit singly. */
const EVERY = 5;
const LARGE = 2 * 2 ** 30;
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n';
const piece = Buffer.alloc(1 << 20, 120);

const counter = openSync(file, 'a');
let first = 0;
let number = 0;

/** @type {Record<string, (socket: import('node:net').Socket) => void>} */
const ANSWERS = {
  none: (socket) => void socket.write(`${OK}ok`),
  resets: (socket) => void socket.resetAndDestroy(),
  'half responses': (socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'),
  'one byte a second': (socket) => {
    const bytes = `${OK}ok`;
    let at = 0;
    const timer = setInterval(() => {
      if (socket.destroyed || at >= bytes.length) clearInterval(timer);
      else socket.write(bytes[at++] ?? '');
    }, 1_000);
  },
  never: () => {},
  garbage: (socket) => void socket.write('\x00\x01garbage\r\n\r\n{"not": "HTTP"}'),
  '2 GB bodies': (socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${LARGE}\r\n\r\n`);
    let left = LARGE;
    const more = () => {
      while (left > 0 && !socket.destroyed) {
        const next = left < piece.length ? piece.subarray(0, left) : piece;
        left -= next.length;
        if (!socket.write(next)) return;
      }
    };
    socket.on('drain', more);
    more();
  },
};

const server = createServer((socket) => {
  let text = '';
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1');
    for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
      text = text.slice(end + 4);
      writeSync(counter, '.');
      first ||= performance.now();
      const hit = performance.now() - first > GOOD && number++ % EVERY === 0;
      const answer = (hit ? ANSWERS[fault] : undefined) ?? ANSWERS['none'];
      setTimeout(() => socket.destroyed || answer?.(socket), LATENCY);
    }
  });
});
server.listen(Number(port), '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'string' ? address : address?.port}\n`);
});
