/**
 * An incremental HTTP/1.x response parser that keeps nothing it does not need: the framing is what decides when an answer
 * is complete. It is as strict as llhttp, since a client that forgives hides a broken target; `parser.fuzz.test.ts`
 * compares the two and lists where they differ on purpose. Bodies are counted, not kept: they need no limit.
 * Grammar: RFC 9112.
 */

import type { AnswerBuffer } from '../answer.ts';

/** What `feed` and `end` say. */
export const PROGRESS = { more: 0, done: 1, broken: 2 } as const;
export type Progress = (typeof PROGRESS)[keyof typeof PROGRESS];

const HEAD = 0;
const BODY = 1;
const UNTIL_CLOSE = 2;
const CHUNK_SIZE = 3;
const CHUNK_SIZE_LF = 4;
const CHUNK_DATA = 5;
const CHUNK_DATA_CR = 6;
const CHUNK_DATA_LF = 7;
const EXTENSION_NAME = 8;
const EXTENSION_VALUE = 9;
const EXTENSION_QUOTED = 10;
const EXTENSION_ESCAPED = 11;
const EXTENSION_QUOTED_END = 12;
const TRAILER_START = 13;
const TRAILER_NAME = 14;
const TRAILER_VALUE = 15;
const TRAILER_LF = 16;
const LAST_LF = 17;
const CLOSED = 18;
const COMPLETE = 19;

const CR = 13;
const LF = 10;
const SPACE = 32;
const TAB = 9;
const COLON = 58;
const SEMICOLON = 59;
const EQUALS = 61;
const QUOTE = 34;
const BACKSLASH = 92;
const DELETE = 127;

/** A longer status line and header block is broken: a target cannot make the generator keep unbounded memory. */
export const HEAD_LIMIT = 64 * 1024;

/** RFC 9110 tchar. */
const TOKEN = new Uint8Array(256);
for (const char of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
  TOKEN[char.charCodeAt(0)] = 1;

/** Lower-cased letters for comparing header names; every other byte is itself. */
const LOWER = new Uint8Array(256);
for (let i = 0; i < 256; i++) LOWER[i] = i >= 65 && i <= 90 ? i + 32 : i;

const HEX = new Int8Array(256).fill(-1);
for (let i = 0; i < 16; i++) {
  HEX['0123456789abcdef'.charCodeAt(i)] = i;
  HEX['0123456789ABCDEF'.charCodeAt(i)] = i;
}

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));
const CONTENT_LENGTH = bytesOf('content-length');
const TRANSFER_ENCODING = bytesOf('transfer-encoding');
const CONNECTION = bytesOf('connection');
const KEEP_ALIVE = bytesOf('keep-alive');

export class ResponseParser {
  /** Valid once `feed` has seen the end of the head of a final (not 1xx) answer. */
  status = 0;
  /** May the connection be used again after this answer? */
  reusable = false;
  /** The target's `Keep-Alive: timeout=n` in seconds, or -1. */
  keepAliveTimeout = -1;
  /** Bytes of body seen, without chunk framing. */
  bodyBytes = 0;
  /** Where in the last fed buffer the answer ended; bytes behind it are not part of it. */
  consumed = 0;
  /** Keeps head and body, where somebody wants to look at them. */
  answer: AnswerBuffer | null = null;
  /** What is wrong, after `broken`. */
  error = '';

  #state = HEAD;
  #bodiless = false;
  #remaining = 0;
  #digits = 0;
  #headBytes = 0;
  /** A head that came in pieces; null while it comes whole. */
  #pieces: Buffer | null = null;
  #length = -1;
  #chunked = false;
  #encoded = false;
  #close = false;
  #persist = false;
  #minor = 1;

  /** @param bodiless the request was a HEAD: its answer has no body whatever its headers say. */
  reset(bodiless: boolean): void {
    this.#state = HEAD;
    this.#bodiless = bodiless;
    this.#pieces = null;
    this.#headBytes = 0;
    this.bodyBytes = 0;
    this.status = 0;
    this.reusable = false;
    this.keepAliveTimeout = -1;
    this.error = '';
    this.answer?.reset();
  }

  /** Reads bytes `start` (included) to `end` (not). After `done` or `broken`, call `reset` before the next answer. */
  feed(bytes: Buffer, start: number, end: number): Progress {
    let at = start;
    while (at < end || this.#state === COMPLETE) {
      switch (this.#state) {
        case HEAD: {
          at = this.#head(bytes, at, end);
          if (at < 0) return PROGRESS.broken;
          break;
        }
        case BODY: {
          const take = Math.min(this.#remaining, end - at);
          this.#remaining -= take;
          this.bodyBytes += take;
          this.answer?.body(bytes, at, at + take);
          at += take;
          if (this.#remaining === 0) this.#state = COMPLETE;
          break;
        }
        case UNTIL_CLOSE:
          this.bodyBytes += end - at;
          this.answer?.body(bytes, at, end);
          at = end;
          break;
        case CHUNK_DATA: {
          const take = Math.min(this.#remaining, end - at);
          this.#remaining -= take;
          this.bodyBytes += take;
          this.answer?.body(bytes, at, at + take);
          at += take;
          if (this.#remaining === 0) this.#state = CHUNK_DATA_CR;
          break;
        }
        case COMPLETE:
          this.consumed = at;
          return PROGRESS.done;
        default:
          if (!this.#chunkByte(bytes[at] as number)) return PROGRESS.broken;
          at++;
      }
    }
    this.consumed = at;
    return PROGRESS.more;
  }

  /** The target closed its side. `done` where that is how the body ends; `more` where the answer is cut off. */
  end(): Progress {
    return this.#state === UNTIL_CLOSE ? PROGRESS.done : PROGRESS.more;
  }

  /** Has any byte of the answer arrived? */
  get begun(): boolean {
    return this.#state !== HEAD || this.#headBytes > 0;
  }

  #fail(error: string): -1 {
    this.error = error;
    return -1;
  }

  /** Finds the end of the head, parses it when whole. Returns the position behind what it read, or -1 when broken. */
  #head(bytes: Buffer, start: number, end: number): number {
    if (this.#pieces === null) {
      const close = findHeadEnd(bytes, start, end);
      if (close > 0) return close - start > HEAD_LIMIT ? this.#tooLong() : this.#parseHead(bytes, start, close);
      this.#pieces = Buffer.allocUnsafe(Math.min(HEAD_LIMIT, Math.max(1024, 2 * (end - start))));
      const at = this.#keep(bytes, start, end);
      return at < 0 ? at : this.#unfinished(this.#pieces, 0, at);
    }
    // At most three bytes of the terminator can be in what came before.
    const before = this.#headBytes;
    const at = this.#keep(bytes, start, end);
    if (at < 0) return at;
    const whole = this.#pieces;
    const close = findHeadEnd(whole, Math.max(0, before - 3), this.#headBytes);
    if (close < 0) return this.#unfinished(whole, before, at);
    if (this.#parseHead(whole, 0, close) < 0) return -1;
    return start + (close - before);
  }

  #keep(bytes: Buffer, start: number, end: number): number {
    const size = this.#headBytes + (end - start);
    if (this.#pieces !== null && size > this.#pieces.length) {
      if (size > HEAD_LIMIT + 64 * 1024) return this.#tooLong();
      const grown = Buffer.allocUnsafe(2 * size);
      this.#pieces.copy(grown, 0, 0, this.#headBytes);
      this.#pieces = grown;
    }
    bytes.copy(this.#pieces as Buffer, this.#headBytes, start, end);
    this.#headBytes = size;
    if (!plausible(this.#pieces as Buffer, size)) return this.#fail('the answer does not begin with HTTP/1.');
    return size > HEAD_LIMIT && findHeadEnd(this.#pieces as Buffer, 0, HEAD_LIMIT) < 0 ? this.#tooLong() : end;
  }

  /** A bare line feed would end no line: it is refused now, not at the timeout. */
  #unfinished(head: Buffer, start: number, at: number): number {
    for (let i = start; i < this.#headBytes; i++)
      if (head[i] === LF && head[i - 1] !== CR) return this.#fail('bare line feed in the headers');
    return at;
  }

  #tooLong(): -1 {
    return this.#fail(`headers longer than ${HEAD_LIMIT} bytes`);
  }

  /** Parses a whole head, `end` being behind its empty line. Sets the state for what follows. */
  #parseHead(bytes: Buffer, start: number, end: number): number {
    this.#length = -1;
    this.#chunked = false;
    this.#encoded = false;
    this.#close = false;
    this.#persist = false;
    this.keepAliveTimeout = -1;
    let at = this.#statusLine(bytes, start);
    while (at > 0 && bytes[at] !== CR) at = this.#header(bytes, at);
    if (at < 0) return -1;
    if (at !== end - 2) return this.#fail('bare line feed in the headers');
    this.#pieces = null;
    this.#headBytes = 0;
    this.answer?.head(bytes, start, end);
    return this.#frame(end);
  }

  /** `HTTP/1.1 200 OK` — returns where the next line starts. */
  #statusLine(bytes: Buffer, start: number): number {
    if (
      bytes[start] !== 72 ||
      bytes[start + 1] !== 84 ||
      bytes[start + 2] !== 84 ||
      bytes[start + 3] !== 80 ||
      bytes[start + 4] !== 47 ||
      bytes[start + 5] !== 49 ||
      bytes[start + 6] !== 46 ||
      bytes[start + 8] !== SPACE
    )
      return this.#fail('the answer does not begin with HTTP/1.');
    this.#minor = (bytes[start + 7] as number) - 48;
    if (this.#minor !== 0 && this.#minor !== 1) return this.#fail('unknown HTTP version');
    const a = (bytes[start + 9] as number) - 48;
    const b = (bytes[start + 10] as number) - 48;
    const c = (bytes[start + 11] as number) - 48;
    if (a < 0 || a > 9 || b < 0 || b > 9 || c < 0 || c > 9)
      return this.#fail('the status is no number of three digits');
    this.status = a * 100 + b * 10 + c;
    if (this.status < 100) return this.#fail('the status is below 100');
    let at = start + 12;
    if (bytes[at] !== SPACE && bytes[at] !== CR) return this.#fail('the status is no number of three digits');
    while (bytes[at] !== CR) {
      if (bytes[at] === LF) return this.#fail('bare line feed in the status line');
      at++;
    }
    return bytes[at + 1] === LF ? at + 2 : this.#fail('carriage return without line feed in the status line');
  }

  /** One header line; returns where the next one starts. */
  #header(bytes: Buffer, start: number): number {
    let at = start;
    while (TOKEN[bytes[at] as number] === 1) at++;
    if (bytes[at] !== COLON || at === start) return this.#fail('malformed header line');
    const nameLength = at - start;
    at++;
    while (bytes[at] === SPACE || bytes[at] === TAB) at++;
    const valueStart = at;
    let byte = bytes[at] as number;
    while ((byte >= SPACE && byte !== DELETE) || byte === TAB) byte = bytes[++at] as number;
    if (byte !== CR || bytes[at + 1] !== LF) return this.#fail('forbidden character in a header value');
    let valueEnd = at;
    while (valueEnd > valueStart && (bytes[valueEnd - 1] === SPACE || bytes[valueEnd - 1] === TAB)) valueEnd--;

    if (nameLength === 14 && same(bytes, start, CONTENT_LENGTH)) {
      if (!this.#contentLength(bytes, valueStart, valueEnd)) return -1;
    } else if (nameLength === 10) {
      if (same(bytes, start, CONNECTION)) this.#connection(bytes.toString('latin1', valueStart, valueEnd));
      else if (same(bytes, start, KEEP_ALIVE)) this.#keepAlive(bytes.toString('latin1', valueStart, valueEnd));
    } else if (nameLength === 17 && same(bytes, start, TRANSFER_ENCODING)) {
      const codings = bytes.toString('latin1', valueStart, valueEnd).toLowerCase().split(',');
      this.#encoded = true;
      for (const coding of codings) if (coding.trim() !== '') this.#chunked = coding.trim() === 'chunked';
    }
    return at + 2;
  }

  #contentLength(bytes: Buffer, start: number, end: number): boolean {
    let length = 0;
    if (start === end || end - start > 15) {
      this.#fail('Content-Length is no number');
      return false;
    }
    for (let at = start; at < end; at++) {
      const digit = (bytes[at] as number) - 48;
      if (digit < 0 || digit > 9) {
        this.#fail('Content-Length is no number');
        return false;
      }
      length = length * 10 + digit;
    }
    if (this.#length >= 0) {
      this.#fail('two Content-Length headers');
      return false;
    }
    this.#length = length;
    return true;
  }

  #connection(value: string): void {
    for (const option of value.toLowerCase().split(',')) {
      const word = option.trim();
      if (word === 'close') this.#close = true;
      else if (word === 'keep-alive') this.#persist = true;
    }
  }

  #keepAlive(value: string): void {
    const match = /(?:^|[\s,;])timeout=(\d{1,9})/i.exec(value);
    if (match !== null) this.keepAliveTimeout = Number(match[1]);
  }

  /** Decides how the body is delimited (RFC 9112, 6.3). */
  #frame(at: number): number {
    if (this.#encoded && this.#length >= 0) return this.#fail('both Content-Length and Transfer-Encoding');
    if (this.status < 200) {
      if (this.status === 101) return this.#fail('the target switched protocols, which nobody asked for');
      if (this.#close || (this.#minor === 0 && !this.#persist)) this.#state = CLOSED;
      return at;
    }
    this.reusable = !this.#close && (this.#minor === 1 || this.#persist);
    if (this.#bodiless || this.status === 204 || this.status === 304) this.#state = COMPLETE;
    else if (this.#chunked) {
      this.#state = CHUNK_SIZE;
      this.#remaining = 0;
      this.#digits = 0;
    } else if (!this.#encoded && this.#length >= 0) {
      this.#remaining = this.#length;
      this.#state = this.#length === 0 ? COMPLETE : BODY;
    } else {
      this.#state = UNTIL_CLOSE;
      this.reusable = false;
    }
    return at;
  }

  /** One byte of chunk framing or trailer. Returns false when broken. */
  #chunkByte(byte: number): boolean {
    switch (this.#state) {
      case CHUNK_SIZE: {
        const digit = HEX[byte] as number;
        if (digit >= 0) {
          // 12 hexadecimal digits stay exact in a double.
          if (++this.#digits > 12) return this.#fail('chunk size too large') > 0;
          this.#remaining = this.#remaining * 16 + digit;
          return true;
        }
        if (this.#digits === 0) return this.#fail('chunk size is no hexadecimal number') > 0;
        if (byte === CR) this.#state = CHUNK_SIZE_LF;
        else if (byte === SEMICOLON) {
          this.#state = EXTENSION_NAME;
          this.#digits = 0;
        } else return this.#fail('chunk size is no hexadecimal number') > 0;
        return true;
      }
      case CHUNK_SIZE_LF:
        if (byte !== LF) return this.#fail('chunk size line does not end in a line feed') > 0;
        if (this.#remaining > 0) this.#state = CHUNK_DATA;
        else {
          this.#state = TRAILER_START;
          this.#headBytes = 0;
        }
        return true;
      case CHUNK_DATA_CR:
        if (byte !== CR) return this.#fail('chunk is longer than its size') > 0;
        this.#state = CHUNK_DATA_LF;
        return true;
      case CHUNK_DATA_LF:
        if (byte !== LF) return this.#fail('chunk is longer than its size') > 0;
        this.#state = CHUNK_SIZE;
        this.#remaining = 0;
        this.#digits = 0;
        return true;
      case CLOSED:
        return this.#fail('bytes behind an interim answer that closes the connection') > 0;
      default:
        return this.#state < TRAILER_START ? this.#extensionByte(byte) : this.#trailerByte(byte);
    }
  }

  /** Extensions (`;name=value` or `;name="value"`) are read and dropped. `#digits` counts the characters of a name. */
  #extensionByte(byte: number): boolean {
    const state = this.#state;
    if (state === EXTENSION_ESCAPED) {
      if ((byte < SPACE && byte !== TAB) || byte === DELETE) return this.#badExtension();
      this.#state = EXTENSION_QUOTED;
    } else if (state === EXTENSION_QUOTED) {
      if (byte === QUOTE) this.#state = EXTENSION_QUOTED_END;
      else if (byte === BACKSLASH) this.#state = EXTENSION_ESCAPED;
      else if (byte < SPACE && byte !== TAB) return this.#badExtension();
    } else if (byte === CR && !(state === EXTENSION_NAME && this.#digits === 0)) this.#state = CHUNK_SIZE_LF;
    else if (byte === SEMICOLON && !(state === EXTENSION_NAME && this.#digits === 0)) {
      this.#state = EXTENSION_NAME;
      this.#digits = 0;
    } else if (byte === EQUALS && state === EXTENSION_NAME && this.#digits > 0) this.#state = EXTENSION_VALUE;
    else if (byte === QUOTE && state === EXTENSION_VALUE) this.#state = EXTENSION_QUOTED;
    else if (TOKEN[byte] === 1 && state !== EXTENSION_QUOTED_END) this.#digits++;
    else return this.#badExtension();
    return true;
  }

  #badExtension(): boolean {
    return this.#fail('malformed chunk extension') > 0;
  }

  /** Trailers are checked like headers, and dropped; an empty line ends the answer. */
  #trailerByte(byte: number): boolean {
    if (++this.#headBytes > HEAD_LIMIT) return this.#tooLong() > 0;
    switch (this.#state) {
      case TRAILER_START:
        if (byte === CR) this.#state = LAST_LF;
        else if (TOKEN[byte] === 1) this.#state = TRAILER_NAME;
        else return this.#fail('malformed trailer') > 0;
        return true;
      case TRAILER_NAME:
        if (byte === COLON) this.#state = TRAILER_VALUE;
        else if (TOKEN[byte] !== 1) return this.#fail('malformed trailer') > 0;
        return true;
      case TRAILER_VALUE:
        if (byte === CR) this.#state = TRAILER_LF;
        else if ((byte < SPACE && byte !== TAB) || byte === DELETE)
          return this.#fail('forbidden character in a trailer') > 0;
        return true;
      default:
        if (byte !== LF) return this.#fail('trailer does not end in a line feed') > 0;
        this.#state = this.#state === LAST_LF ? COMPLETE : TRAILER_START;
        return true;
    }
  }
}

function same(bytes: Buffer, start: number, name: Uint8Array): boolean {
  for (let i = 0; i < name.length; i++) if (LOWER[bytes[start + i] as number] !== name[i]) return false;
  return true;
}

/** Position behind the first empty line, or -1. */
function findHeadEnd(bytes: Buffer, start: number, end: number): number {
  for (let at = start + 3; at < end; at++) {
    const byte = bytes[at];
    // Every fourth byte would do, but heads are short and this is simple.
    if (byte === LF && bytes[at - 1] === CR && bytes[at - 2] === LF && bytes[at - 3] === CR) return at + 1;
  }
  return -1;
}

/** A piece of a head that can no longer become one is refused at once, not at the timeout. */
function plausible(bytes: Buffer, length: number): boolean {
  const start = 'HTTP/1.';
  for (let i = 0; i < Math.min(length, start.length); i++) if (bytes[i] !== start.charCodeAt(i)) return false;
  return true;
}
