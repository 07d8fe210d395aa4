/** The values of a JSON list, one after the other, from a file of any size: what is held is one of them. */
import type { Refuse } from './file.ts';

const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const OPEN = [91, 123];
const CLOSE = [93, 125];
const LIST = 91;
const LIST_END = 93;
const LINE_FEED = 10;
/** A longer value is no row. */
const LONGEST = 64 * 1024 * 1024;

export interface Element {
  /** Valid until the next. */
  readonly bytes: Uint8Array;
  /** Where it begins, from 1. */
  readonly line: number;
}

const isSpace = (byte: number): boolean => byte === 32 || byte === LINE_FEED || byte === 13 || byte === 9;

/** @param refuse is told of what is no list. Whether a value is JSON its reader sees. */
export function* elementsOf(pieces: Iterable<Uint8Array>, refuse: Refuse): Iterable<Element> {
  const scan = new Scan(refuse);
  for (const piece of pieces) yield* scan.take(piece);
  scan.end();
}

class Scan {
  readonly #refuse: Refuse;
  #line = 1;
  #state: 'before' | 'value' | 'after' = 'before';
  #begun: Uint8Array[] = [];
  #size = 0;
  #beganAt = 1;
  /** Nothing but space has come of the value yet. */
  #blank = true;
  #depth = 0;
  #quoted = false;
  #escaped = false;
  #elements = 0;

  constructor(refuse: Refuse) {
    this.#refuse = refuse;
  }

  *take(piece: Uint8Array): Iterable<Element> {
    let start = 0;
    for (let at = 0; at < piece.length; at++) {
      const byte = piece[at] as number;
      if (byte === LINE_FEED) this.#line++;
      if (this.#quoted) this.#inText(byte);
      else if (this.#state === 'before') {
        // A byte order mark may come first.
        if (isSpace(byte) || byte === 0xef || byte === 0xbb || byte === 0xbf) continue;
        if (byte !== LIST)
          this.#refuse(this.#line, ' is no JSON list', 'A .json file with rows is one list of them: [{…}, {…}].');
        this.#state = 'value';
        start = at + 1;
      } else if (this.#state === 'after') {
        if (!isSpace(byte)) this.#refuse(this.#line, ' has something behind the list');
      } else if (this.#blank && isSpace(byte)) continue;
      else if (byte === QUOTE) {
        this.#begin();
        this.#quoted = true;
      } else if (OPEN.includes(byte)) {
        this.#begin();
        this.#depth++;
      } else if (this.#depth > 0 && CLOSE.includes(byte)) this.#depth--;
      else if (this.#depth === 0 && (byte === COMMA || byte === LIST_END)) {
        const element = this.#element(piece.subarray(start, at), byte === LIST_END);
        if (element !== null) yield element;
        start = at + 1;
        if (byte === LIST_END) this.#state = 'after';
      } else this.#begin();
    }
    if (this.#state === 'value') this.#keep(piece.subarray(start));
  }

  end(): void {
    if (this.#state !== 'after')
      this.#refuse(this.#line, this.#state === 'before' ? ' is empty' : ': the list does not end');
  }

  #begin(): void {
    if (!this.#blank) return;
    this.#blank = false;
    this.#beganAt = this.#line;
  }

  #inText(byte: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) this.#quoted = false;
  }

  #keep(rest: Uint8Array): void {
    if (rest.length === 0) return;
    this.#begun.push(Buffer.from(rest));
    this.#size += rest.length;
    if (this.#size > LONGEST) this.#refuse(this.#beganAt, ' begins a value that is longer than 64 MiB');
  }

  #element(rest: Uint8Array, last: boolean): Element | null {
    const bytes = this.#size === 0 ? rest : Buffer.concat([...this.#begun, rest]);
    this.#begun = [];
    this.#size = 0;
    if (this.#blank) {
      if (!last || this.#elements > 0) this.#refuse(this.#line, ' has a comma and no value');
      return null;
    }
    this.#blank = true;
    this.#elements++;
    return { bytes, line: this.#beganAt };
  }
}
