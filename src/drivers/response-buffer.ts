/** Keeps the head and body of a response while it comes, for whoever checks it. */
import { decodeBody } from './decoding.ts';
import { trimmed } from './http1/head.ts';

/** A body beyond it is not kept, bytes. */
export const BODY_LIMIT = 1024 * 1024;

/** Storage larger than this is given back after the response, bytes: ten thousand connections may have one each. */
const KEPT = 64 * 1024;

/**
 * The head and the body of one response, for checks. What comes in one read is looked at where it lies; only what is spread
 * over several is copied, by `settle`, before the reader uses its buffer again.
 */
export class ResponseBuffer {
  /** The body is in it from `start` to `end`. */
  bytes: Buffer = EMPTY;
  start = 0;
  end = 0;
  /** The body is larger than `BODY_LIMIT`. */
  tooLarge = false;
  #head: Buffer = EMPTY;
  #headStart = 0;
  #headEnd = 0;
  #headSettled = false;
  #store: Buffer = EMPTY;
  #decoded = false;
  /** Why a compressed body could not be read. */
  #broken: string | null = null;
  /** Names and values in turn, where there is no head in bytes. */
  #fields: readonly string[] | null = null;

  reset(): void {
    this.bytes = EMPTY;
    this.start = 0;
    this.end = 0;
    this.tooLarge = false;
    this.#decoded = false;
    this.#broken = null;
    this.#head = EMPTY;
    this.#headEnd = 0;
    this.#headSettled = false;
    this.#fields = null;
    if (this.#store.length > KEPT) this.#store = EMPTY;
  }

  /** Status line and headers, up to the end of their empty line. */
  head(bytes: Buffer, start: number, end: number): void {
    this.#head = bytes;
    this.#headStart = start;
    this.#headEnd = end;
    this.#headSettled = false;
  }

  /** The headers as a library has read them: names and values in turn. In place of `head`. */
  fields(fields: readonly string[]): void {
    this.#fields = fields;
  }

  /** A piece of the body. */
  body(bytes: Buffer, start: number, end: number): void {
    if (this.end === this.start && !this.tooLarge && end - start <= BODY_LIMIT) {
      this.bytes = bytes;
      this.start = start;
      this.end = end;
    } else if (this.bytes === bytes && this.end === start && bytes !== this.#store) this.end = end;
    else this.#append(bytes, start, end);
  }

  /** To be called before bytes that were handed in become invalid. */
  settle(): void {
    if (this.#headEnd > 0 && !this.#headSettled) {
      this.#headSettled = true;
      this.#head = Buffer.from(this.#head.subarray(this.#headStart, this.#headEnd));
      this.#headStart = 0;
      this.#headEnd = this.#head.length;
    }
    if (this.end > this.start && this.bytes !== this.#store) this.#take();
  }

  /** All headers, in their order. */
  headers(): [name: string, value: string][] {
    const fields = this.#fields;
    if (fields !== null)
      return fields.flatMap((name, at) => (at % 2 === 0 ? [[name, trimmed(fields[at + 1] ?? '')]] : []));
    // Behind the status line, before the empty one.
    return this.#lines()
      .slice(1)
      .flatMap((line) => {
        const colon = line.indexOf(':');
        return colon < 0 ? [] : [[line.slice(0, colon), trimmed(line.slice(colon + 1))]];
      });
  }

  /** The value of a header, or null. Of several lines of one name the first; `name` in lower case. */
  header(name: string): string | null {
    const fields = this.#fields;
    if (fields !== null) {
      for (let at = 0; at < fields.length; at += 2)
        if (fields[at]?.toLowerCase() === name) return trimmed(fields[at + 1] ?? '');
      return null;
    }
    for (const line of this.#lines()) {
      const colon = line.indexOf(':');
      if (colon === name.length && line.slice(0, colon).toLowerCase() === name) return trimmed(line.slice(colon + 1));
    }
    return null;
  }

  /** The body, read as UTF-8. */
  text(): string {
    return this.bytes.toString('utf8', this.start, this.end);
  }

  /** Why no check of the body can hold; null: one can. */
  unreadable(): string | null {
    return this.tooLarge ? 'the body is larger than 1 MiB' : this.#broken;
  }

  /**
   * Replaces a compressed body by what it holds. Not asked for before a check has failed: one that holds has read it.
   *
   * @returns whether it was compressed; where it could not be read, `unreadable` says why.
   */
  decode(): boolean {
    if (this.#decoded || this.tooLarge || this.end === this.start) return false;
    const coding = this.header('content-encoding')?.toLowerCase() ?? 'identity';
    if (coding === 'identity' || coding === '') return false;
    this.#decoded = true;
    const decoded = decodeBody(this.bytes.subarray(this.start, this.end), coding, BODY_LIMIT);
    if (decoded === 'too large') this.tooLarge = true;
    else if (typeof decoded === 'string') this.#broken = decoded;
    else {
      this.bytes = decoded;
      this.start = 0;
      this.end = decoded.length;
    }
    return true;
  }

  #lines(): string[] {
    return this.#head.toString('latin1', this.#headStart, this.#headEnd).split('\r\n');
  }

  /** Moves what lies in the reader's buffer into the store. */
  #take(): void {
    const { bytes, start, end } = this;
    this.bytes = this.#store;
    this.start = 0;
    this.end = 0;
    this.#write(bytes, start, end);
  }

  #append(bytes: Buffer, start: number, end: number): void {
    if (this.tooLarge) return;
    if (this.bytes !== this.#store) this.#take();
    this.#write(bytes, start, end);
  }

  #write(bytes: Buffer, start: number, end: number): void {
    const size = this.end + (end - start);
    if (size > BODY_LIMIT) {
      this.tooLarge = true;
      this.end = 0;
      return;
    }
    if (size > this.#store.length) {
      const grown = Buffer.allocUnsafeSlow(Math.min(BODY_LIMIT, Math.max(1024, 2 * size)));
      this.#store.copy(grown, 0, 0, this.end);
      this.#store = grown;
    }
    bytes.copy(this.#store, this.end, start, end);
    this.bytes = this.#store;
    this.end = size;
  }
}

const EMPTY = Buffer.alloc(0);
