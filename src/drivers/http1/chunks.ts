/**
 * What is between the pieces of a chunked body: sizes, extensions, line ends and trailers, byte by byte. The bodies
 * themselves go past it. Grammar: RFC 9112, 7.1.
 */
import { TOKEN } from './head.ts';

const SIZE = 0;
const SIZE_LF = 1;
const DATA_CR = 2;
const DATA_LF = 3;
const EXTENSION_NAME = 4;
const EXTENSION_VALUE = 5;
const EXTENSION_QUOTED = 6;
const EXTENSION_ESCAPED = 7;
const EXTENSION_QUOTED_END = 8;
const TRAILER_START = 9;
const TRAILER_NAME = 10;
const TRAILER_VALUE = 11;
const TRAILER_LF = 12;
const LAST_LF = 13;

export const CR = 13;
export const LF = 10;
const SPACE = 32;
const TAB = 9;
const COLON = 58;
const SEMICOLON = 59;
const EQUALS = 61;
const QUOTE = 34;
const BACKSLASH = 92;
const DELETE = 127;

const HEX = new Int8Array(256).fill(-1);
for (let i = 0; i < 16; i++) {
  HEX['0123456789abcdef'.charCodeAt(i)] = i;
  HEX['0123456789ABCDEF'.charCodeAt(i)] = i;
}

/** What comes behind a byte: more framing, `size` bytes of body, nothing more, or what cannot be. */
export const STEP = { framing: 0, body: 1, last: 2, broken: 3 } as const;
type Step = (typeof STEP)[keyof typeof STEP];

export class Chunks {
  /** Of the chunk whose size was read last, bytes. */
  size = 0;
  /** What is wrong, after `broken`. */
  error = '';
  readonly #trailerLimit: number;
  #state = SIZE;
  #digits = 0;
  #trailerBytes = 0;

  /** @param trailerLimit longer trailers are broken: a target cannot make the generator read for ever. */
  constructor(trailerLimit: number) {
    this.#trailerLimit = trailerLimit;
  }

  /** A chunked body begins. */
  begin(): void {
    this.#expectSize();
    this.#trailerBytes = 0;
  }

  /** The bytes of a chunk have gone past. */
  past(): void {
    this.#state = DATA_CR;
  }

  /** One byte of framing or trailer. */
  feed(byte: number): Step {
    switch (this.#state) {
      case SIZE: {
        const digit = HEX[byte] as number;
        if (digit >= 0) {
          // 12 hexadecimal digits stay exact in a double.
          if (++this.#digits > 12) return this.#fail('chunk size too large');
          this.size = this.size * 16 + digit;
          return STEP.framing;
        }
        if (this.#digits === 0) return this.#fail('chunk size is no hexadecimal number');
        if (byte === CR) this.#state = SIZE_LF;
        else if (byte === SEMICOLON) {
          this.#state = EXTENSION_NAME;
          this.#digits = 0;
        } else return this.#fail('chunk size is no hexadecimal number');
        return STEP.framing;
      }
      case SIZE_LF:
        if (byte !== LF) return this.#fail('chunk size line does not end in a line feed');
        if (this.size > 0) return STEP.body;
        this.#state = TRAILER_START;
        return STEP.framing;
      case DATA_CR:
        if (byte !== CR) return this.#fail('chunk is longer than its size');
        this.#state = DATA_LF;
        return STEP.framing;
      case DATA_LF:
        if (byte !== LF) return this.#fail('chunk is longer than its size');
        this.#expectSize();
        return STEP.framing;
      default:
        return this.#state < TRAILER_START ? this.#extensionByte(byte) : this.#trailerByte(byte);
    }
  }

  #expectSize(): void {
    this.#state = SIZE;
    this.size = 0;
    this.#digits = 0;
  }

  #fail(error: string): Step {
    this.error = error;
    return STEP.broken;
  }

  /** Extensions (`;name=value` or `;name="value"`) are read and dropped. `#digits` counts the characters of a name. */
  #extensionByte(byte: number): Step {
    const state = this.#state;
    if (state === EXTENSION_ESCAPED) {
      if ((byte < SPACE && byte !== TAB) || byte === DELETE) return this.#badExtension();
      this.#state = EXTENSION_QUOTED;
    } else if (state === EXTENSION_QUOTED) {
      if (byte === QUOTE) this.#state = EXTENSION_QUOTED_END;
      else if (byte === BACKSLASH) this.#state = EXTENSION_ESCAPED;
      else if (byte < SPACE && byte !== TAB) return this.#badExtension();
    } else if (byte === CR && !(state === EXTENSION_NAME && this.#digits === 0)) this.#state = SIZE_LF;
    else if (byte === SEMICOLON && !(state === EXTENSION_NAME && this.#digits === 0)) {
      this.#state = EXTENSION_NAME;
      this.#digits = 0;
    } else if (byte === EQUALS && state === EXTENSION_NAME && this.#digits > 0) this.#state = EXTENSION_VALUE;
    else if (byte === QUOTE && state === EXTENSION_VALUE) this.#state = EXTENSION_QUOTED;
    else if (TOKEN[byte] === 1 && state !== EXTENSION_QUOTED_END) this.#digits++;
    else return this.#badExtension();
    return STEP.framing;
  }

  #badExtension(): Step {
    return this.#fail('malformed chunk extension');
  }

  /** Trailers are checked like headers, and dropped; an empty line ends the response. */
  #trailerByte(byte: number): Step {
    if (++this.#trailerBytes > this.#trailerLimit) return this.#fail(`headers longer than ${this.#trailerLimit} bytes`);
    switch (this.#state) {
      case TRAILER_START:
        if (byte === CR) this.#state = LAST_LF;
        else if (TOKEN[byte] === 1) this.#state = TRAILER_NAME;
        else return this.#fail('malformed trailer');
        return STEP.framing;
      case TRAILER_NAME:
        if (byte === COLON) this.#state = TRAILER_VALUE;
        else if (TOKEN[byte] !== 1) return this.#fail('malformed trailer');
        return STEP.framing;
      case TRAILER_VALUE:
        if (byte === CR) this.#state = TRAILER_LF;
        else if ((byte < SPACE && byte !== TAB) || byte === DELETE)
          return this.#fail('forbidden character in a trailer');
        return STEP.framing;
      default:
        if (byte !== LF) return this.#fail('trailer does not end in a line feed');
        if (this.#state === LAST_LF) return STEP.last;
        this.#state = TRAILER_START;
        return STEP.framing;
    }
  }
}
