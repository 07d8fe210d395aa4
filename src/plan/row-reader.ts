/** Reads rows out of files of JSON, JSON Lines or CSV, each checked by itself; what is wrong is refused with its line. */
import { Buffer } from 'node:buffer';
import { RampartError } from '../core/errors.ts';
import { readCsv } from './csv.ts';
import { decodeUtf8, type Refuse } from './file.ts';
import { checkJson } from './json.ts';
import { type Element, elementsOf } from './json-elements.ts';
import { quote } from './syntax.ts';

const LINE_FEED = 10;
/** A longer line is no row. */
const LONGEST_LINE = 64 * 1024 * 1024;

/** Says what is wrong in a line of a file. */
export const refuserIn =
  (file: string, label: string): Refuse =>
  (line, problem, hint = '') => {
    throw new RampartError('bad-file', `${label}: ${quote(file)}, line ${line}${problem}`, hint);
  };

/** A row as it is written in JSON. */
export interface JsonRow {
  readonly json: string;
  readonly line: number;
}

/** The values of a list (`.json`), or one a line. Empty lines are left out. */
export function* jsonRows(file: string, pieces: Iterable<Uint8Array>, refuse: Refuse): Generator<JsonRow> {
  const values = /\.json$/i.test(file) ? elementsOf(pieces, refuse) : numbered(linesOf(pieces, refuse));
  for (const { bytes, line } of values) {
    const text = decodeUtf8(bytes) ?? refuse(line, ' is not UTF-8 text');
    const json = (line === 1 ? text.replace(/^\ufeff/, '') : text).trim();
    if (json === '') continue;
    checkRow(json, line, refuse);
    yield { json, line };
  }
}

function* numbered(lines: Iterable<Uint8Array>): Iterable<Element> {
  let line = 0;
  for (const bytes of lines) yield { bytes, line: ++line };
}

function checkRow(json: string, line: number, refuse: Refuse): void {
  try {
    JSON.parse(json);
  } catch {
    const fault = checkJson(json);
    refuse(line, fault === null ? ' is not JSON' : `, column ${fault.column} is not JSON: ${fault.problem}`);
  }
}

/** Lines without their line feed; each is valid until the next. */
export function* linesOf(pieces: Iterable<Uint8Array>, refuse: Refuse): Iterable<Uint8Array> {
  let line = 1;
  let begun: Uint8Array[] = [];
  let size = 0;
  const measure = (length: number): void => {
    if (length > LONGEST_LINE)
      refuse(
        line,
        ' is longer than 64 MiB',
        'JSON Lines have a value a line: a list is written as `jq -c ".[]"` does.',
      );
  };
  for (const piece of pieces) {
    let start = 0;
    for (let feed = piece.indexOf(LINE_FEED); feed >= 0; feed = piece.indexOf(LINE_FEED, start)) {
      const rest = piece.subarray(start, feed);
      // A line may end within the piece that makes it too long.
      measure(size + rest.length);
      yield size === 0 ? rest : Buffer.concat([...begun, rest]);
      begun = [];
      size = 0;
      line++;
      start = feed + 1;
    }
    if (start === piece.length) continue;
    begun.push(Buffer.from(piece.subarray(start)));
    size += piece.length - start;
    measure(size);
  }
  if (size > 0) yield Buffer.concat(begun);
}

/** Who hears of the rows of a table: of its header first. */
export interface TableListener {
  header?(columns: readonly string[], line: number): void;
  /** As many fields as columns. */
  row(fields: readonly string[], columns: readonly string[], line: number): void;
}

/** Reads CSV, or what tabs separate (`.tsv`), whose first line names its columns. */
export function csvRows(file: string, pieces: Iterable<Uint8Array>, refuse: Refuse, listener: TableListener): void {
  let columns: readonly string[] | null = null;
  readCsv(pieces, /\.tsv$/i.test(file), {
    refuse,
    record(fields, line) {
      if (columns === null) {
        columns = columnsOf(fields, line, refuse);
        listener.header?.(columns, line);
        return;
      }
      if (fields.length !== columns.length)
        refuse(line, ` has ${fields.length} ${fields.length === 1 ? 'field' : 'fields'}, the header ${columns.length}`);
      listener.row(fields, columns, line);
    },
  });
}

/** The names in a header. */
function columnsOf(header: readonly string[], line: number, refuse: Refuse): readonly string[] {
  const columns = header.map((name) => name.trim());
  const twice = columns.find((name, place) => columns.indexOf(name) !== place);
  if (twice !== undefined) refuse(line, ` names the column ${quote(twice)} twice`);
  return columns;
}
