/** Splits streams of JSON lines into events. */
import { type EventSink, Growing, type Splitter } from './event-splitter.ts';

const LF = 10;
const CR = 13;
const EMPTY = Buffer.alloc(0);

/** Splits JSON lines (`application/x-ndjson`): a line that is not empty is an event. */
export class LineSplitter implements Splitter {
  readonly #sink: EventSink;
  readonly #line = new Growing();

  constructor(sink: EventSink) {
    this.#sink = sink;
  }

  begin(): void {
    this.#line.clear();
  }

  feed(bytes: Buffer, start: number, end: number): boolean {
    let lineAt = start;
    for (let at = start; at < end; at++) {
      if (bytes[at] !== LF) continue;
      if (this.#line.length === 0) this.#read(bytes, lineAt, at);
      else if (!this.#endKept(bytes, lineAt, at)) return false;
      lineAt = at + 1;
    }
    return lineAt === end || this.#line.add(bytes, lineAt, end);
  }

  end(): void {
    this.#endKept(EMPTY, 0, 0);
  }

  #endKept(bytes: Buffer, start: number, end: number): boolean {
    if (!this.#line.add(bytes, start, end)) return false;
    this.#read(this.#line.bytes, 0, this.#line.length);
    this.#line.clear();
    return true;
  }

  #read(bytes: Buffer, start: number, end: number): void {
    const last = end > start && bytes[end - 1] === CR ? end - 1 : end;
    if (last > start) this.#sink.event(bytes, start, last);
  }
}
