/** Reads CSV of any size in pieces: the parser is a library's, the bounds and the errors with their line are ours. */
import { Buffer } from 'node:buffer';
import papa from 'papaparse';
import { decodeUtf8, firstBadLine } from './file.ts';

/** More is read at once. */
const BATCH = 256 * 1024;
/** A record that goes on for longer has a quote that is not closed. */
const LONGEST_RECORD = 64 * 1024 * 1024;

const LF = 10;
const CR = 13;
const SPACE = 32;
const QUOTE = 34;

/** What a reader of CSV hears. `refuse` never returns. */
export interface CsvListener {
  /** @param line of the record's start, from 1. */
  record(fields: readonly string[], line: number): void;
  refuse(line: number, problem: string): never;
}

/** Reads CSV of any size, some whole records at a time. Empty lines are left out. */
export function readCsv(pieces: Iterable<Uint8Array>, tabs: boolean, listener: CsvListener): void {
  let delimiter: string | null = null;
  let records: RecordReader | null = null;
  let kept: Uint8Array[] = [];
  let size = 0;
  let line = 1;
  for (const piece of withWholeHeader(pieces)) {
    delimiter ??= tabs ? '\t' : delimiterOf(piece);
    records ??= new RecordReader(delimiter.charCodeAt(0));
    const { bytes, end } = records.read(piece);
    size += bytes.length;
    if (end < 0 || size < BATCH) {
      kept.push(bytes);
      if (size > LONGEST_RECORD) listener.refuse(line, ' begins a record of more than 64 MiB: is a quote not closed?');
      continue;
    }
    line = parseBatch(Buffer.concat([...kept, bytes.subarray(0, end)]), delimiter, line, listener);
    kept = [bytes.subarray(end)];
    size = bytes.length - end;
  }
  if (delimiter !== null) parseBatch(Buffer.concat(kept), delimiter, line, listener);
}

/** The first piece has the header's line end in it, if there is one. */
function* withWholeHeader(pieces: Iterable<Uint8Array>): Iterable<Uint8Array> {
  let begun: Buffer | null = Buffer.alloc(0);
  for (const piece of pieces) {
    if (begun === null) yield piece;
    else {
      begun = Buffer.concat([begun, piece]);
      if (!piece.includes(LF) && !piece.includes(CR) && begun.length < LONGEST_RECORD) continue;
      yield begun;
      begun = null;
    }
  }
  if (begun !== null && begun.length > 0) yield begun;
}

function parseBatch(batch: Uint8Array, delimiter: string, firstLine: number, { record, refuse }: CsvListener): number {
  const decoded = decodeUtf8(batch) ?? refuse(firstLine - 1 + firstBadLine(batch), ' is not UTF-8 text');
  const text = firstLine === 1 ? decoded.replace(/^\ufeff/, '') : decoded;
  let line = firstLine;
  let cursor = 0;
  const countTo = (end: number): void => {
    for (; cursor < end; cursor++) if (text.charCodeAt(cursor) === LF) line++;
  };
  papa.parse(text, {
    delimiter,
    newline: '\n',
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

/**
 * Finds where records end, at a line end that stands in no quotes, and makes all of these the same: files that were written on
 * one system and continued on another have both kinds. What stands in quotes stays as it is.
 */
class RecordReader {
  readonly #delimiter: number;
  /** At the start of a field, within a bare one, within quotes, behind a quote within quotes. */
  #state: 'start' | 'bare' | 'quoted' | 'closing' = 'start';
  /** The last byte was a carriage return that has ended a line: a line feed behind it ends no other. */
  #returned = false;

  constructor(delimiter: number) {
    this.#delimiter = delimiter;
  }

  /** A copy of the piece with its line ends, and behind the last record that ends in it, or -1. */
  read(piece: Uint8Array): { readonly bytes: Uint8Array; readonly end: number } {
    const delimiter = this.#delimiter;
    const bytes = Buffer.allocUnsafe(piece.length);
    let state = this.#state;
    let returned = this.#returned;
    let length = 0;
    let end = -1;
    for (let at = 0; at < piece.length; at++) {
      const byte = piece[at] as number;
      if (state === 'quoted') {
        if (byte === QUOTE) state = 'closing';
      } else if (byte === LF || byte === CR) {
        const second = returned && byte === LF;
        returned = byte === CR;
        if (second) continue;
        state = 'start';
        bytes[length++] = LF;
        end = length;
        continue;
      } else if (byte === delimiter) state = 'start';
      else if (byte === QUOTE) state = state === 'bare' ? 'bare' : 'quoted';
      else if (state === 'start') state = 'bare';
      else if (state === 'closing' && byte !== SPACE) state = 'quoted';
      returned = false;
      bytes[length++] = byte;
    }
    this.#state = state;
    this.#returned = returned;
    return { bytes: bytes.subarray(0, length), end };
  }
}

/** Comma, semicolon or tab: the one that the header has most of. */
function delimiterOf(beginning: Uint8Array): string {
  // All that matters here is ASCII; a character may be cut in two at the end.
  const text = Buffer.from(beginning.buffer, beginning.byteOffset, beginning.byteLength).toString('latin1');
  const [header = ''] = /^[^\r\n]*/.exec(text.replace(/^[\s\xef\xbb\xbf]+/, '')) ?? [];
  const bare = header.replaceAll(/"[^"]*"/g, '');
  const occurrences = (delimiter: string): number => bare.split(delimiter).length;
  return [';', '\t'].reduce((best, other) => (occurrences(other) > occurrences(best) ? other : best), ',');
}
