import { Buffer } from 'node:buffer';
import papa from 'papaparse';
import { decodeUtf8 } from './file.ts';

/** More is read at once. */
const BATCH = 256 * 1024;
/** A record that goes on for longer has a quote that is not closed. */
const LONGEST_RECORD = 64 * 1024 * 1024;

const LF = 10;
const CR = 13;
const SPACE = 32;
const QUOTE = 34;

interface Format {
  readonly delimiter: string;
  readonly newline: string;
}

/** What a reader of CSV hears. `refuse` never returns. */
export interface CsvListener {
  /** @param line of the record's start, from 1. */
  record(fields: readonly string[], line: number): void;
  refuse(line: number, problem: string): never;
}

/** Reads CSV of any size, some whole records at a time. Empty lines are left out. */
export function readCsv(pieces: Iterable<Uint8Array>, tabs: boolean, listener: CsvListener): void {
  let format: Format | null = null;
  let cutter: RecordCutter | null = null;
  let kept: Uint8Array[] = [];
  let size = 0;
  let line = 1;
  for (const piece of withWholeHeader(pieces)) {
    format ??= formatOf(piece, tabs);
    cutter ??= new RecordCutter(format.delimiter.charCodeAt(0));
    const cut = cutter.cut(piece);
    size += piece.length;
    if (cut < 0 || size < BATCH) {
      // A copy: the next piece may come in the same memory.
      kept.push(Buffer.from(piece));
      if (size > LONGEST_RECORD) listener.refuse(line, ' begins a record of more than 64 MiB: is a quote not closed?');
      continue;
    }
    line = parseBatch(Buffer.concat([...kept, piece.subarray(0, cut)]), format, line, listener);
    kept = [Buffer.from(piece.subarray(cut))];
    size = piece.length - cut;
  }
  if (format !== null) parseBatch(Buffer.concat(kept), format, line, listener);
}

/** The first piece has the header's line end in it, if there is one. */
function* withWholeHeader(pieces: Iterable<Uint8Array>): Iterable<Uint8Array> {
  let begun: Buffer | null = Buffer.alloc(0);
  for (const piece of pieces) {
    if (begun === null) yield piece;
    else {
      begun = Buffer.concat([begun, piece]);
      if (!piece.includes(LF) && begun.length < LONGEST_RECORD) continue;
      yield begun;
      begun = null;
    }
  }
  if (begun !== null && begun.length > 0) yield begun;
}

function parseBatch(
  batch: Uint8Array,
  { delimiter, newline }: Format,
  firstLine: number,
  { record, refuse }: CsvListener,
): number {
  const decoded = decodeUtf8(batch) ?? refuse(firstBadLine(batch, firstLine), ' is not UTF-8 text');
  const text = firstLine === 1 ? decoded.replace(/^\ufeff/, '') : decoded;
  let line = firstLine;
  let cursor = 0;
  const countTo = (end: number): void => {
    for (; cursor < end; cursor++) if (text.charCodeAt(cursor) === LF) line++;
  };
  papa.parse(text, {
    delimiter,
    newline,
    step({ data, errors, meta }) {
      const at = line;
      countTo(meta.cursor);
      const [error] = errors;
      if (error !== undefined) refuse(at, ` is not CSV: ${error.message.toLowerCase()}`);
      if (data.length !== 1 || data[0]?.trim() !== '') record(data, at);
    },
  });
  countTo(text.length);
  return line;
}

/** Where records end, in pieces of a file: at a line feed that stands in no quotes. */
class RecordCutter {
  readonly #delimiter: number;
  /** At the start of a field, within a bare one, within quotes, behind a quote within quotes. */
  #state: 'start' | 'bare' | 'quoted' | 'closing' = 'start';

  constructor(delimiter: number) {
    this.#delimiter = delimiter;
  }

  /** Behind the last record that ends in the piece, or -1. */
  cut(piece: Uint8Array): number {
    const delimiter = this.#delimiter;
    let state = this.#state;
    let end = -1;
    for (let at = 0; at < piece.length; at++) {
      const byte = piece[at];
      if (state === 'quoted') {
        if (byte === QUOTE) state = 'closing';
      } else if (byte === LF) {
        state = 'start';
        end = at + 1;
      } else if (byte === delimiter) state = 'start';
      else if (byte === QUOTE) state = state === 'bare' ? 'bare' : 'quoted';
      else if (state === 'start') state = 'bare';
      else if (state === 'closing' && byte !== SPACE && byte !== CR) state = 'quoted';
    }
    this.#state = state;
    return end;
  }
}

/** Delimiter (comma, semicolon or tab: the one that the header has most of) and line end, by the beginning of the file. */
function formatOf(beginning: Uint8Array, tabs: boolean): Format {
  // All that matters here is ASCII; a character may be cut in two at the end.
  const text = Buffer.from(beginning.buffer, beginning.byteOffset, beginning.byteLength).toString('latin1');
  const [header = '', newline = '\n'] = /^[^\r\n]*(\r\n|\n|\r)?/.exec(text.replace(/^[\s\xef\xbb\xbf]+/, '')) ?? [];
  const bare = header.replaceAll(/"[^"]*"/g, '');
  const occurrences = (delimiter: string): number => bare.split(delimiter).length;
  const most = [';', '\t'].reduce((best, other) => (occurrences(other) > occurrences(best) ? other : best), ',');
  return { delimiter: tabs ? '\t' : most, newline };
}

function firstBadLine(batch: Uint8Array, firstLine: number): number {
  let line = firstLine;
  for (let start = 0; start < batch.length; line++) {
    const newline = batch.indexOf(LF, start);
    const end = newline < 0 ? batch.length : newline;
    if (decodeUtf8(batch.subarray(start, end)) === null) return line;
    start = end + 1;
  }
  return firstLine;
}
