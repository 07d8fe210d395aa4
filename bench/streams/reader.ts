import { connect } from 'node:net';

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
