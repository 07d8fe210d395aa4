/**
 * Who cannot write may still read: a target that refuses a large body responds, and closes without reading the rest. Node
 * destroys a socket that cannot write at once, with what had come.
 */
import type { Socket } from 'node:net';

/** Waits until the event loop has looked for input once more. */
export function readFirst(then: () => void): void {
  setImmediate(() => setImmediate(then));
}

type Written = (error?: Error | null) => void;
/** What a stream asks its maker to write with. */
interface Writing {
  _write(chunk: unknown, encoding: BufferEncoding, written: Written): void;
  _writev(chunks: unknown, written: Written): void;
}

/** Has a socket read what has come before it hears of an error of writing, which ends both sides of it. */
export function readBeforeWriteErrors(socket: Socket): void {
  const writing = socket as unknown as Writing;
  const { _write: one, _writev: many } = writing;
  const later =
    (written: Written): Written =>
    (error) =>
      error == null ? written() : readFirst(() => written(error));
  writing._write = (chunk, encoding, written) => one.call(socket, chunk, encoding, later(written));
  writing._writev = (chunks, written) => many.call(socket, chunks, later(written));
}
