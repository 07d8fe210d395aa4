/** The head of a response: where it ends, and how it is put together where it comes in pieces. */
import { CR, LF } from './chunks.ts';

/** A longer status line and header block is broken: a target cannot make the generator keep unbounded memory. */
export const HEAD_LIMIT = 64 * 1024;
export const HEAD_TOO_LONG = `headers longer than ${HEAD_LIMIT} bytes`;

/** A head that did not come whole. */
export class HeadPieces {
  /** What has come of it is the first `length` of these. */
  bytes: Buffer;
  length = 0;
  /** What is wrong, after `broken`. */
  error = '';

  /** @param first length of the first piece. */
  constructor(first: number) {
    this.bytes = Buffer.allocUnsafe(Math.min(HEAD_LIMIT, Math.max(1024, 2 * first)));
  }

  /** The position in `bytes` behind the end of the head; 0: it has not come yet; -1: it is broken. */
  add(source: Buffer, start: number, end: number): number {
    const before = this.length;
    const length = before + (end - start);
    if (length > this.bytes.length) {
      if (length > HEAD_LIMIT + 64 * 1024) return this.#fail(HEAD_TOO_LONG);
      const grown = Buffer.allocUnsafe(2 * length);
      this.bytes.copy(grown, 0, 0, before);
      this.bytes = grown;
    }
    const { bytes } = this;
    source.copy(bytes, before, start, end);
    this.length = length;
    if (!plausible(bytes, length)) return this.#fail('the response does not begin with HTTP/1.');
    if (length > HEAD_LIMIT && findHeadEnd(bytes, 0, HEAD_LIMIT) < 0) return this.#fail(HEAD_TOO_LONG);
    // At most three bytes of the terminator can be in what came before.
    const close = findHeadEnd(bytes, Math.max(0, before - 3), length);
    if (close > 0) return close;
    // A bare line feed would end no line: it is refused now, not at the timeout.
    for (let i = before; i < length; i++)
      if (bytes[i] === LF && bytes[i - 1] !== CR) return this.#fail('bare line feed in the headers');
    return 0;
  }

  #fail(error: string): -1 {
    this.error = error;
    return -1;
  }
}

/** Position behind the first empty line, or -1. */
export function findHeadEnd(bytes: Buffer, start: number, end: number): number {
  // Of four bytes in a row one is looked at: those of the empty line and of the line end before it are all CR or LF.
  for (let at = start + 3; at < end; at += 4) {
    if (bytes[at] !== LF && bytes[at] !== CR) continue;
    for (let last = at; last < Math.min(end, at + 4); last++)
      if (bytes[last] === LF && bytes[last - 1] === CR && bytes[last - 2] === LF && bytes[last - 3] === CR)
        return last + 1;
  }
  return -1;
}

/** A piece of a head that can no longer become one is refused at once, not at the timeout. */
function plausible(bytes: Buffer, length: number): boolean {
  const start = 'HTTP/1.';
  for (let i = 0; i < Math.min(length, start.length); i++) if (bytes[i] !== start.charCodeAt(i)) return false;
  return true;
}
