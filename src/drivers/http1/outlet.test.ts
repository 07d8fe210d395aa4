import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { constants } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { readBeforeWriteErrors } from '../write-errors.ts';
import { Outlet } from './outlet.ts';

/** Against real sockets. More than any kernel buffers: a write of it stays unfinished until the other side reads. */
const LARGE = 32 * 1024 * 1024;

let server: Server | null = null;
let near: Socket | null = null;
let far: Socket | null = null;

afterEach(() => {
  near?.destroy();
  far?.destroy();
  server?.close();
});

/** A connected pair; the far side does not read yet. */
async function pair(): Promise<{ near: Socket; far: Socket }> {
  const listening = createServer({ pauseOnConnect: true });
  server = listening;
  listening.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const accepted = once(listening, 'connection') as Promise<[Socket]>;
  near = connect((listening.address() as AddressInfo).port, '127.0.0.1');
  await once(near, 'connect');
  [far] = await accepted;
  return { near, far };
}

/** Everything the far side gets until there are so many bytes. */
async function received(socket: Socket, length: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let have = 0;
  socket.resume();
  for await (const piece of socket) {
    pieces.push(piece as Buffer);
    have += (piece as Buffer).length;
    if (have >= length) break;
  }
  return Buffer.concat(pieces);
}

const text = (n: number): Buffer => Buffer.from(`request ${n}\n`);

describe.each([
  ['below the stream', undefined],
  ['by the stream, where Node is another one', null],
])('writing %s', (_, binding) => {
  it('sends all, in order', async () => {
    const sockets = await pair();
    const outlet = new Outlet(sockets.near, true, binding);
    const parts = Array.from({ length: 500 }, (_each, n) => text(n));
    for (const part of parts) outlet.write(part);
    const whole = Buffer.concat(parts);
    expect((await received(sockets.far, whole.length)).equals(whole)).toBe(true);
    expect(sockets.near.bytesWritten).toBe(whole.length);
  });

  it('keeps the order where the kernel takes only a part, and goes on afterwards', async () => {
    const sockets = await pair();
    const outlet = new Outlet(sockets.near, true, binding);
    const large = Buffer.alloc(LARGE, 'abcdefg');
    const whole = Buffer.concat([large, text(1), large, text(2)]);
    outlet.write(large);
    outlet.write(text(1));
    outlet.write(large);
    outlet.write(text(2));
    expect(sockets.near.bytesWritten).toBeGreaterThan(0);
    expect((await received(sockets.far, whole.length)).equals(whole)).toBe(true);
    outlet.write(text(3));
    await new Promise(setImmediate);
    expect(sockets.near.destroyed).toBe(false);
  });

  it('tells of an error as the socket does', async () => {
    const sockets = await pair();
    const outlet = new Outlet(sockets.near, true, binding);
    const closed = new Promise((resolve) => sockets.near.once('close', resolve));
    const errors: string[] = [];
    sockets.near.on('error', (error: NodeJS.ErrnoException) => errors.push(error.code ?? ''));
    outlet.write(Buffer.alloc(LARGE));
    sockets.far.resetAndDestroy();
    await closed;
    outlet.write(text(1));
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/^(ECONNRESET|EPIPE)$/);
  });

  it('lets what has come be read before an error of writing', async () => {
    const sockets = await pair();
    readBeforeWriteErrors(sockets.near);
    const requests: { oncomplete?: (status: number) => void }[] = [];
    const { _handle: handle } = sockets.near as Socket & {
      _handle: { writeBuffer(request: object, bytes: Buffer): number | object };
    };
    const { writeBuffer } = handle;
    // Node 24 gives none, and is given one back where the kernel has not taken all.
    handle.writeBuffer = (request, bytes) => {
      const written = writeBuffer.call(handle, request, bytes);
      requests.push(typeof written === 'object' ? written : request);
      return written;
    };
    const outlet = new Outlet(sockets.near, true, binding);
    const events: string[] = [];
    sockets.near.on('data', (piece) => events.push(String(piece)));
    sockets.near.on('error', (error: NodeJS.ErrnoException) => events.push(error.syscall ?? ''));
    const closed = new Promise((resolve) => sockets.near.once('close', resolve));
    outlet.write(Buffer.alloc(LARGE));
    expect(outlet.busy).toBe(true);
    // The response is in the kernel, the loop has not looked yet, and the error is told first.
    sockets.far.write('response');
    const until = performance.now() + 20;
    while (performance.now() < until);
    requests[0]?.oncomplete?.(-constants.errno.EPIPE);
    await closed;
    expect(events).toEqual(['response', 'write']);
  });

  it('is silent where the socket is destroyed with bytes still to go', async () => {
    const sockets = await pair();
    const outlet = new Outlet(sockets.near, true, binding);
    const errors: Error[] = [];
    sockets.near.on('error', (error) => errors.push(error));
    outlet.write(Buffer.alloc(LARGE));
    const closed = once(sockets.near, 'close');
    sockets.near.destroy();
    await closed;
    await new Promise(setImmediate);
    expect(errors).toEqual([]);
  });
});

it('goes below the stream here: this Node is known', async () => {
  const sockets = await pair();
  let streamed = 0;
  const { write } = sockets.near;
  sockets.near.write = ((...args: Parameters<typeof write>) => {
    streamed++;
    return write.apply(sockets.near, args);
  }) as typeof write;
  new Outlet(sockets.near, true).write(text(1));
  expect(streamed).toBe(0);
  new Outlet(sockets.near, false).write(text(2));
  expect(streamed).toBe(1);
  expect((await received(sockets.far, 20)).toString()).toBe('request 1\nrequest 2\n');
});
