/** Reads the status line and headers of a response, byte by byte. */
import type { StreamFormat } from '../../core/plan.ts';
import { codingOf, streamFormatOf } from '../stream/format.ts';

/** RFC 9110 tchar. */
export const TOKEN = new Uint8Array(256);
for (const char of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
  TOKEN[char.charCodeAt(0)] = 1;

const CR = 13;
const LF = 10;
const SPACE = 32;
const TAB = 9;
const COLON = 58;
const SEMICOLON = 59;
const LETTER_A = 97;
const LETTER_E = 101;
const LETTER_T = 116;
const DELETE = 127;

/** Lower-cased letters for comparing header names; every other byte is itself. */
const LOWER = new Uint8Array(256);
for (let i = 0; i < 256; i++) LOWER[i] = i >= 65 && i <= 90 ? i + 32 : i;

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));
const CONTENT_LENGTH = bytesOf('content-length');
const TRANSFER_ENCODING = bytesOf('transfer-encoding');
const CONNECTION = bytesOf('connection');
const KEEP_ALIVE = bytesOf('keep-alive');
const CONTENT_TYPE = bytesOf('content-type');
const CONTENT_ENCODING = bytesOf('content-encoding');
const LOCATION = bytesOf('location');
const ALLOW = bytesOf('allow');
const CLOSE = bytesOf('close');

/**
 * The status line and headers of a response: what its framing follows from. Read once, never changed after.
 * Grammar: RFC 9112, 4 and 5.
 */
export class Head {
  status = 0;
  /** Of HTTP/1.x. */
  minor = 1;
  /** Content-Length, or -1. */
  length = -1;
  /** It has a Transfer-Encoding; `chunked`: the last one is. */
  encoded = false;
  chunked = false;
  /** Connection: close, and keep-alive. */
  close = false;
  persist = false;
  /** The target's `Keep-Alive: timeout=n` in seconds, or -1. */
  keepAliveTimeout = -1;
  /** What to ask instead: of a redirect its Location, of a 405 its Allow; empty: it does not say. */
  pointer = '';
  /** How its body is streamed, by its content type; null: it is not. */
  format: StreamFormat | null = null;
  /** How its body is compressed, in lower case; empty: it is not. */
  coding = '';
  /** What is wrong with it; empty: nothing. */
  error = '';

  /** @param end behind the empty line. */
  constructor(bytes: Buffer, start: number, end: number) {
    let at = this.#statusLine(bytes, start);
    while (at > 0 && bytes[at] !== CR) at = this.#header(bytes, at);
    if (at > 0 && at !== end - 2) this.#fail('bare line feed in the headers');
  }

  #fail(error: string): -1 {
    this.error = error;
    return -1;
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
      return this.#fail('the response does not begin with HTTP/1.');
    this.minor = (bytes[start + 7] as number) - 48;
    if (this.minor !== 0 && this.minor !== 1) return this.#fail('unknown HTTP version');
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
      if (same(bytes, start, CONNECTION)) this.#connection(bytes, valueStart, valueEnd);
      else if (same(bytes, start, KEEP_ALIVE)) this.#keepAlive(bytes.toString('latin1', valueStart, valueEnd));
    } else if (nameLength === 12 && mayBeStreamed(bytes, valueStart, valueEnd) && same(bytes, start, CONTENT_TYPE))
      this.format = streamFormatOf(bytes.toString('latin1', valueStart, valueEnd));
    else if (nameLength === 16 && same(bytes, start, CONTENT_ENCODING))
      this.coding = codingOf(bytes.toString('latin1', valueStart, valueEnd));
    else if (nameLength === 17 && same(bytes, start, TRANSFER_ENCODING)) {
      const codings = bytes.toString('latin1', valueStart, valueEnd).toLowerCase().split(',');
      this.encoded = true;
      for (const coding of codings) if (trimmed(coding) !== '') this.chunked = trimmed(coding) === 'chunked';
    } else if (nameLength === 8 && this.status >= 300 && this.status < 400 && same(bytes, start, LOCATION))
      this.pointer = bytes.toString('latin1', valueStart, valueEnd);
    else if (nameLength === 5 && this.status === 405 && same(bytes, start, ALLOW))
      this.pointer = bytes.toString('latin1', valueStart, valueEnd);
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
    if (this.length >= 0) {
      this.#fail('two Content-Length headers');
      return false;
    }
    this.length = length;
    return true;
  }

  #connection(bytes: Buffer, start: number, end: number): void {
    // The two usual values, without making strings of them.
    if (end - start === 10 && same(bytes, start, KEEP_ALIVE)) this.persist = true;
    else if (end - start === 5 && same(bytes, start, CLOSE)) this.close = true;
    else
      for (const option of bytes.toString('latin1', start, end).toLowerCase().split(',')) {
        const word = trimmed(option);
        if (word === 'close') this.close = true;
        else if (word === 'keep-alive') this.persist = true;
      }
  }

  #keepAlive(value: string): void {
    const match = /(?:^|[\s,;])timeout=(\d{1,9})/i.exec(value);
    if (match !== null) this.keepAliveTimeout = Number(match[1]);
  }
}

/** Of spaces and tabs only (RFC 9110, 5.5): a no-break space belongs to the value. */
export const trimmed = (value: string): string => value.replace(/^[ \t]+|[ \t]+$/g, '');

/** Looks at a few bytes of a content type: nearly all name no stream, and are not made a string of. */
function mayBeStreamed(bytes: Buffer, start: number, end: number): boolean {
  const length = end - start;
  const first = LOWER[bytes[start] as number];
  if (first === LETTER_T) return length >= 17 && LOWER[bytes[start + 5] as number] === LETTER_E;
  return first === LETTER_A && length >= 17 && bytes[start + 16] !== SEMICOLON;
}

function same(bytes: Buffer, start: number, name: Uint8Array): boolean {
  for (let i = 0; i < name.length; i++) if (LOWER[bytes[start + i] as number] !== name[i]) return false;
  return true;
}
