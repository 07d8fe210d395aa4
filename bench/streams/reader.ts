/** Clients that read streams and look at hardly anything: what is left is the cost of reading. */
import { connect, type Socket } from 'node:net';
import { SystemClock } from '../../src/load/clock.ts';

/** How a client reads that looks at hardly anything: into one buffer. */
interface BareReader {
  /** The connection is there, or the last response has ended. */
  readonly next: (send: () => void) => void;
  /** @param read bytes of `buffer` that came. */
  readonly came: (buffer: Buffer, read: number, isEnd: boolean) => void;
}

const BUFFER = Buffer.alloc(64 * 1024);
const END = Buffer.from('0\r\n\r\n');

function openBare(address: string, { next, came }: BareReader): Socket {
  const { hostname, port, pathname } = new URL(address);
  const request = `POST ${pathname} HTTP/1.1\r\nhost: ${hostname}\r\ncontent-length: 15\r\n\r\n{"stream":true}`;
  const send = (): void => void socket.write(request);
  const socket = connect({
    port: Number(port),
    host: hostname,
    noDelay: true,
    onread: {
      buffer: BUFFER,
      callback: (read) => {
        const isEnd = BUFFER.compare(END, 0, END.length, Math.max(0, read - END.length), read) === 0;
        came(BUFFER, read, isEnd);
        if (isEnd) next(send);
        return true;
      },
    },
  });
  socket.on('connect', () => next(send));
  return socket;
}

/** Streams as the product reads them, without looking at what comes but for counting; prints how many events. */
export function readStreams(address: string, users: number, seconds: number): void {
  let events = 0;
  const sockets = Array.from({ length: users }, () =>
    openBare(address, {
      next: (send) => send(),
      came: (_, __, isEnd) => {
        if (!isEnd) events++;
      },
    }),
  );
  setTimeout(() => {
    for (const socket of sockets) socket.destroy();
    process.stdout.write(String(events));
  }, seconds * 1e3);
}

/** What such a client would measure of the first event too much, µs, ascending: as `ClientErrors.ttft`, without anything of the product. Prints JSON. */
export function measureBareErrors(address: string, users: number, length: number): void {
  const clock = new SystemClock();
  const warmAt = clock.now() + 4e6;
  const errors: number[] = [];
  const open = (): void => {
    let dueAt = 0;
    let first = true;
    openBare(address, {
      next: (send) => {
        dueAt = clock.now();
        first = true;
        send();
      },
      came: (buffer, read) => {
        const now = clock.now();
        const stamps = first ? /"t":([\d.]+),"r":([\d.]+)/.exec(buffer.toString('latin1', 0, read)) : null;
        if (stamps === null) return;
        first = false;
        if (dueAt > warmAt) errors.push(now - dueAt - (Number(stamps[1]) - Number(stamps[2])));
      },
    });
  };
  for (let user = 0; user < users; user++) setTimeout(open, (user * 1_000) / users);
  setTimeout(
    () => {
      process.stdout.write(JSON.stringify(errors.sort((a, b) => a - b)));
      process.exit(0);
    },
    4_000 + length * 1e3,
  );
}
