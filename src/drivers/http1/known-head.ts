import type { Head } from './head.ts';

/** A longer head is read anew each time. */
const LIMIT = 1024;
/** After so many heads in a row that were new, only every so many-th is learnt: this target never repeats one. */
const PATIENCE = 16;
const EVERY = 64;

/**
 * The last whole head and what it said. A target repeats its heads to the byte as long as its Date stands still, and
 * comparing 150 bytes, four at a time, takes a tenth of the time of reading them. A head that is not the same to the byte
 * is read, so nothing becomes less strict.
 */
export class KnownHead {
  /** Of the known head, in bytes; 0: none is known. */
  length = 0;
  #head: Head | null = null;
  readonly #bytes = Buffer.alloc(LIMIT);
  readonly #mine = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, LIMIT);
  #misses = 0;
  /** What the other side's bytes are in: nearly always the one buffer that all sockets read into. */
  #buffer: Buffer | null = null;
  #theirs: DataView = this.#mine;

  /** The known head, where the bytes from `start` begin with it; else null. */
  match(bytes: Buffer, start: number, end: number): Head | null {
    const { length } = this;
    if (length === 0 || end - start < length) return null;
    if (bytes !== this.#buffer) {
      this.#buffer = bytes;
      this.#theirs = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    const mine = this.#mine;
    const theirs = this.#theirs;
    let at = 0;
    for (; at + 4 <= length; at += 4)
      if (mine.getInt32(at, true) !== theirs.getInt32(start + at, true)) return this.#miss();
    for (; at < length; at++) if (mine.getUint8(at) !== theirs.getUint8(start + at)) return this.#miss();
    this.#misses = 0;
    return this.#head;
  }

  /** Keeps a head for the next answer, if that may pay. */
  learn(head: Head, bytes: Buffer, start: number, end: number): void {
    if (end - start > LIMIT || (this.#misses >= PATIENCE && this.#misses % EVERY !== 0)) return;
    bytes.copy(this.#bytes, 0, start, end);
    this.length = end - start;
    this.#head = head;
  }

  #miss(): null {
    this.#misses++;
    return null;
  }
}
