import { connect } from 'node:net';
import { SystemClock } from '../../src/load/clock.ts';

/** Streams as the product reads them, into one buffer, without looking at what comes but for counting; prints how many events. */
export function readStreams(address: string, users: number, seconds: number): void {
  const { hostname, port, pathname } = new URL(address);
  const request = `POST ${pathname} HTTP/1.1\r\nhost: ${hostname}\r\ncontent-length: 15\r\n\r\n{"stream":true}`;
  const shared = Buffer.alloc(64 * 1024);
  const end = Buffer.from('0\r\n\r\n');
  let events = 0;
  const sockets = Array.from({ length: users }, () => {
    const socket = connect({
      port: Number(port),
      host: hostname,
      noDelay: true,
      onread: {
        buffer: shared,
        callback: (length) => {
          events++;
          if (shared.compare(end, 0, end.length, Math.max(0, length - end.length), length) === 0) {
            events--;
            socket.write(request);
          }
          return true;
        },
      },
    });
    socket.on('connect', () => socket.write(request));
    return socket;
  });
  setTimeout(() => {
    for (const socket of sockets) socket.destroy();
    process.stdout.write(String(events));
  }, seconds * 1e3);
}

/** What such a client would measure of the first event too much, µs, ascending: as `ClientErrors.ttft`, without anything of the product. Prints JSON. */
export function measureBareErrors(address: string, users: number, length: number): void {
  const { hostname, port, pathname } = new URL(address);
  const request = `POST ${pathname} HTTP/1.1\r\nhost: ${hostname}\r\ncontent-length: 15\r\n\r\n{"stream":true}`;
  const shared = Buffer.alloc(64 * 1024);
  const end = Buffer.from('0\r\n\r\n');
  const clock = new SystemClock();
  const warmAt = clock.now() + 4e6;
  const errors: number[] = [];
  const open = (): void => {
    let dueAt = 0;
    let first = true;
    const send = (): void => {
      dueAt = clock.now();
      first = true;
      socket.write(request);
    };
    const socket = connect({
      port: Number(port),
      host: hostname,
      noDelay: true,
      onread: {
        buffer: shared,
        callback: (read) => {
          const now = clock.now();
          const stamps = first ? /"t":([\d.]+),"r":([\d.]+)/.exec(shared.toString('latin1', 0, read)) : null;
          if (stamps !== null) {
            first = false;
            if (dueAt > warmAt) errors.push(now - dueAt - (Number(stamps[1]) - Number(stamps[2])));
          }
          if (shared.compare(end, 0, end.length, Math.max(0, read - end.length), read) === 0) send();
          return true;
        },
      },
    });
    socket.on('connect', send);
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
