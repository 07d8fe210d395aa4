/** Recognises a response head that is the same as the last one, so that it need not be read again. */
import type { Head } from './head.ts';

/** A longer head is read anew each time. */
const LIMIT = 1024;
/** After so many heads in a row that were new, only every so many-th is learnt: this target never repeats one. */
const PATIENCE = 16;
const EVERY = 64;

/**
 * The last whole head and what it said. A target repeats its heads to the byte as long as its Date stands still, and
 * comparing 150 bytes, eight at a time, takes a tenth of the time of reading them. A head that is not the same to the byte
 * is read, so nothing becomes less strict.
 */
export class KnownHead {
  /** Of the known head, in bytes; 0: none is known. */
  length = 0;
  #head: Head | null = null;
  readonly #bytes = Buffer.allocUnsafeSlow(LIMIT);
  readonly #mine = wordsOf(this.#bytes) as Float64Array;
  #misses = 0;
  /** What the other side's bytes are in: nearly always the one buffer that all sockets read into. */
  #buffer: Buffer | null = null;
  #theirs: Float64Array | null = null;

  /** The known head, where the bytes from `start` begin with it; else null. */
  match(bytes: Buffer, start: number, end: number): Head | null {
    const { length } = this;
    if (length === 0 || end - start < length) return null;
    if (bytes !== this.#buffer) {
      this.#buffer = bytes;
      this.#theirs = wordsOf(bytes);
    }
    const theirs = this.#theirs;
    if (theirs === null || (start & 7) !== 0) {
      if (this.#bytes.compare(bytes, start, start + length, 0, length) !== 0) return this.#miss();
    } else {
      const mine = this.#mine;
      const words = length >> 3;
      const first = start >> 3;
      for (let word = 0; word < words; word++) if (mine[word] !== theirs[first + word]) return this.#miss();
      for (let at = words << 3; at < length; at++) if (this.#bytes[at] !== bytes[start + at]) return this.#miss();
    }
    this.#misses = 0;
    return this.#head;
  }

  /** Keeps a head for the next response, if that may pay. */
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

/**
 * Eight bytes each, as doubles: the only typed array whose elements are compared that wide without an allocation. Doubles of
 * the same bits are equal unless they are NaN, which text never is; of other bits they differ unless they are both 0, which
 * takes bytes that no head may have. Null where the bytes do not lie at a multiple of eight.
 */
function wordsOf({ buffer, byteOffset, byteLength }: Buffer): Float64Array | null {
  return byteOffset % 8 === 0 ? new Float64Array(buffer, byteOffset, byteLength >> 3) : null;
}
