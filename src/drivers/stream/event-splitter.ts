/**
 * Splits a body of server-sent events (WHATWG HTML, 9.2.6) into events, in the bytes as they come: nothing is decoded, and
 * what lies whole in one read is not copied. `event-splitter.fuzz.test.ts` compares it with eventsource-parser.
 */

/** A longer event is refused, bytes: a target cannot make the generator keep unbounded memory. */
export const EVENT_LIMIT = 4 * 1024 * 1024;
export const EVENT_TOO_LONG = 'an event of the stream is longer than 4 MiB';
/** Storage larger than this is given back after the body, bytes. */
const KEPT = 64 * 1024;
const FIRST_LENGTH = 1024;

const LF = 10;
const CR = 13;
const SPACE = 32;
const COLON = 58;
const BOM = [0xef, 0xbb, 0xbf] as const;
const DATA = Buffer.from('data');
const EVENT = Buffer.from('event');

/** Who gets the pieces. What is handed in is valid within the call. */
export interface EventSink {
  event(bytes: Buffer, start: number, end: number): void;
}

/** What all splitters do. */
export interface Splitter {
  /** A body begins. */
  begin(): void;
  /** @returns false: an event is longer than `EVENT_LIMIT`, and nothing more is read. */
  feed(bytes: Buffer, start: number, end: number): boolean;
  /** The body has ended: what came last counts, though no line end followed it. */
  end(): void;
}

/** Bytes that grow, up to a limit. */
export class Growing {
  bytes: Buffer = EMPTY;
  length = 0;

  /** @returns false: there would be more than `EVENT_LIMIT`. */
  add(bytes: Buffer, start: number, end: number): boolean {
    const size = this.length + end - start;
    if (size > EVENT_LIMIT) return false;
    if (size > this.bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(FIRST_LENGTH, 2 * size));
      this.bytes.copy(grown, 0, 0, this.length);
      this.bytes = grown;
    }
    bytes.copy(this.bytes, this.length, start, end);
    this.length = size;
    return true;
  }

  clear(): void {
    this.length = 0;
    if (this.bytes.length > KEPT) this.bytes = EMPTY;
  }
}

export class EventSplitter implements Splitter {
  readonly #sink: EventSink;
  /** Bytes of a byte order mark that have come; -1: the body's beginning is past. */
  #mark = 0;
  /** The last line ended in CR: an LF that follows belongs to it. */
  #afterCr = false;
  /** The beginning of a line that came in an earlier read. */
  readonly #line = new Growing();
  /** Data lines of the event that is being read. */
  #lines = 0;
  /** Where its data lies: in the reader's buffer as long as there is one line, which came in this read; else in `#data`. */
  #bytes: Buffer = EMPTY;
  #start = 0;
  #end = 0;
  readonly #data = new Growing();
  readonly #name = new Growing();
  #ok = true;

  constructor(sink: EventSink) {
    this.#sink = sink;
  }

  begin(): void {
    this.#mark = 0;
    this.#afterCr = false;
    this.#line.clear();
    this.#ok = true;
    this.#forget();
  }

  /** The event's name (`event:`), empty where it has none. Valid within `EventSink.event`. */
  get name(): string {
    return this.#name.bytes.toString('utf8', 0, this.#name.length);
  }

  get named(): boolean {
    return this.#name.length > 0;
  }

  feed(bytes: Buffer, start: number, end: number): boolean {
    let at = start;
    if (this.#mark >= 0) at = this.#begun(bytes, at, end);
    if (this.#afterCr && at < end) {
      this.#afterCr = false;
      if (bytes[at] === LF) at++;
    }
    // Where the next of each is, from `at` on; `end`: nowhere.
    let lf = -1;
    let cr = -1;
    while (at < end) {
      if (bytes[at] === LF) lf = at;
      else if (lf < at) lf = placeOf(LF, bytes, at, end);
      if (cr < at) cr = placeOf(CR, bytes, at, end);
      const lineEnd = Math.min(lf, cr);
      if (lineEnd === end) {
        this.#keep(this.#line, bytes, at, end);
        break;
      }
      this.#endLine(bytes, at, lineEnd);
      at = lineEnd + 1;
      if (lineEnd === cr) {
        if (at === end) this.#afterCr = true;
        else if (bytes[at] === LF) at++;
      }
    }
    this.#settle();
    return this.#ok;
  }

  end(): void {
    if (this.#mark > 0) this.#keep(this.#line, MARK, 0, this.#mark);
    if (this.#line.length > 0) this.#endLine(EMPTY, 0, 0);
    this.#dispatch();
  }

  /** At the beginning of a body a byte order mark is left out; it may come in pieces. */
  #begun(bytes: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end && this.#mark < BOM.length) {
      if (bytes[at] !== BOM[this.#mark]) {
        this.#keep(this.#line, MARK, 0, this.#mark);
        this.#mark = -1;
        return at;
      }
      this.#mark++;
      at++;
    }
    if (this.#mark === BOM.length) this.#mark = -1;
    return at;
  }

  #keep(store: Growing, bytes: Buffer, start: number, end: number): void {
    if (this.#ok && !store.add(bytes, start, end)) this.#ok = false;
  }

  #endLine(bytes: Buffer, start: number, end: number): void {
    if (this.#line.length === 0) {
      this.#read(bytes, start, end);
      return;
    }
    this.#keep(this.#line, bytes, start, end);
    this.#read(this.#line.bytes, 0, this.#line.length);
    // Its bytes are used again for the next line.
    this.#settle();
    this.#line.length = 0;
  }

  /** A whole line, without its end. */
  #read(bytes: Buffer, start: number, end: number): void {
    if (start === end) {
      this.#dispatch();
      return;
    }
    const first = bytes[start];
    if (first === DATA[0] && isField(bytes, start, end, DATA))
      this.#addData(bytes, valueAt(bytes, start + 4, end), end);
    else if (first === EVENT[0] && isField(bytes, start, end, EVENT)) {
      this.#name.length = 0;
      this.#keep(this.#name, bytes, valueAt(bytes, start + 5, end), end);
    }
  }

  #addData(bytes: Buffer, start: number, end: number): void {
    if (this.#lines++ === 0) {
      this.#bytes = bytes;
      this.#start = start;
      this.#end = end;
      return;
    }
    this.#settle();
    this.#keep(this.#data, NEWLINE, 0, 1);
    this.#keep(this.#data, bytes, start, end);
    this.#end = this.#data.length;
    this.#bytes = this.#data.bytes;
  }

  /** Copies what lies in somebody else's buffer. */
  #settle(): void {
    if (this.#lines === 0 || this.#bytes === this.#data.bytes) return;
    this.#data.length = 0;
    this.#keep(this.#data, this.#bytes, this.#start, this.#end);
    this.#bytes = this.#data.bytes;
    this.#start = 0;
    this.#end = this.#data.length;
  }

  #dispatch(): void {
    if (this.#lines > 0 && this.#ok) this.#sink.event(this.#bytes, this.#start, this.#end);
    this.#forget();
  }

  #forget(): void {
    this.#lines = 0;
    this.#bytes = EMPTY;
    this.#data.clear();
    this.#name.length = 0;
  }
}

const EMPTY = Buffer.alloc(0);
const NEWLINE = Buffer.from('\n');
const MARK = Buffer.from(BOM);

/**
 * The first such byte from `from` on; `end`: there is none before it. Native code looks for it, several times as fast as a loop, but
 * would look on behind `end`, through what earlier reads left in the buffer: there it meets one that is set for the while.
 */
function placeOf(byte: number, bytes: Buffer, from: number, end: number): number {
  if (end === bytes.length) {
    const place = bytes.indexOf(byte, from);
    return place < 0 ? end : place;
  }
  const behind = bytes[end] as number;
  bytes[end] = byte;
  const place = bytes.indexOf(byte, from);
  bytes[end] = behind;
  return place;
}

/** The line has that field: its name is followed by a colon, or by nothing. */
function isField(bytes: Buffer, start: number, end: number, name: Buffer): boolean {
  const { length } = name;
  if (end - start < length) return false;
  for (let i = 1; i < length; i++) if (bytes[start + i] !== name[i]) return false;
  return end - start === length || bytes[start + length] === COLON;
}

/** Where a field's value begins, behind its name: behind the colon, and one space. */
function valueAt(bytes: Buffer, colon: number, end: number): number {
  const at = Math.min(end, colon + 1);
  return at < end && bytes[at] === SPACE ? at + 1 : at;
}
