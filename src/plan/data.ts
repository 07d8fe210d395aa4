import papa from 'papaparse';
import { RampartError } from '../core/errors.ts';
import type { DataSource } from '../core/plan.ts';
import type { RowTable } from '../core/rows.ts';
import { type Cell, writeText, writeUntyped } from '../core/template.ts';
import type { Files } from '../core/world.ts';
import { decodeUtf8, readInput } from './file.ts';
import { checkJson } from './json.ts';
import { didYouMean } from './suggest.ts';
import { quote } from './syntax.ts';

/** Rows are held in memory, once for all threads. */
const LIMIT_MIB = 500;

/** What is wanted of the rows of a file. */
export interface RowsWanted {
  readonly file: string;
  /** What to call the setting. */
  readonly label: string;
  readonly format: DataSource['format'];
  readonly cells: readonly Cell[];
  /** Not part of the row as a whole. */
  readonly leftOut: string | null;
}

/** By the ending of the name: `.csv` (and `.tsv`), or `.jsonl` (and `.ndjson`). @throws RampartError */
export function formatOf(file: string, label: string): DataSource['format'] {
  if (/\.[ct]sv$/i.test(file)) return 'csv';
  if (/\.(?:jsonl|ndjson)$/i.test(file)) return 'jsonl';
  throw new RampartError('bad-flag', `${label}: ${quote(file)} is neither a .jsonl nor a .csv file`);
}

/**
 * Reads all rows and makes of each the texts that requests and checks use.
 *
 * @throws RampartError 'bad-file' with the line of the first row that does not do.
 */
export function loadRows(wanted: RowsWanted, files: Pick<Files, 'readBytes'>): RowTable {
  const { file, label, format } = wanted;
  const content = readInput(files, file, label, '', LIMIT_MIB);
  const table = new TableWriter(content.byteLength);
  const refuse: Refuse = (line, problem, hint = '') => {
    throw new RampartError('bad-file', `${label}: ${quote(file)}, line ${line}${problem}`, hint);
  };
  if (format === 'jsonl') readJsonLines(content, wanted, table, refuse);
  else readCsv(content, wanted, table, refuse);
  const { cells } = wanted;
  const whole = table.finish(cells.length);
  if (whole === null) throw new RampartError('bad-file', `${label}: ${quote(file)} makes more than 4 GiB of requests`);
  if (whole.rows === 0) throw new RampartError('bad-file', `${label}: ${quote(file)} has no rows`);
  return whole;
}

type Refuse = (line: number, problem: string, hint?: string) => never;

function readJsonLines(content: Uint8Array, { cells, leftOut }: RowsWanted, table: TableWriter, refuse: Refuse): void {
  let line = 0;
  for (let start = 0; start < content.length; line++) {
    const newline = content.indexOf(10, start);
    const end = newline < 0 ? content.length : newline;
    const text = decodeUtf8(content.subarray(start, end)) ?? refuse(line + 1, ' is not UTF-8 text');
    start = end + 1;
    const json = (line === 0 ? text.replace(/^\ufeff/, '') : text).trim();
    if (json === '') continue;
    const row = parseRow(json, line + 1, refuse);
    for (const { field, style } of cells) {
      const value = field === null ? withoutField(row, leftOut) : fieldOf(row, field, line + 1, refuse);
      // The row as it stands, where that is what is wanted: a number of twenty digits stays one.
      const whole = field === null && value === row;
      const written =
        typeof value === 'string' ? writeText(value, style) : writeJson(whole ? json : JSON.stringify(value), style);
      table.add(style === 'header' ? headerText(written, field, line + 1, refuse) : written, style === 'header');
    }
    table.endRow();
  }
}

/** JSON text in a style: within quotes it is a text like any other. */
const writeJson = (json: string, style: Cell['style']): string => (style === 'json' ? json : writeText(json, style));

function parseRow(json: string, line: number, refuse: Refuse): unknown {
  try {
    return JSON.parse(json);
  } catch {
    const fault = checkJson(json);
    return refuse(line, fault === null ? ' is not JSON' : `, column ${fault.column} is not JSON: ${fault.problem}`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldOf(row: unknown, name: string, line: number, refuse: Refuse): unknown {
  if (!isObject(row)) return refuse(line, ` is no JSON object, so it has no field ${quote(name)}`);
  if (Object.hasOwn(row, name)) return row[name];
  return refuse(line, ` has no field ${quote(name)}`, didYouMean(name, Object.keys(row)));
}

function withoutField(row: unknown, name: string | null): unknown {
  if (name === null || !isObject(row) || !Object.hasOwn(row, name)) return row;
  return Object.fromEntries(Object.entries(row).filter(([key]) => key !== name));
}

function headerText(text: string, field: string | null, line: number, refuse: Refuse): string {
  const fits = [...text].every(
    (character) => (character >= ' ' || character === '\t') && character <= '\xff' && character !== '\x7f',
  );
  const what = field === null ? 'the row' : `the field ${quote(field)}`;
  return fits ? text : refuse(line, `: ${what} has a line break or a character that no header can carry`);
}

function readCsv(content: Uint8Array, { cells, file }: RowsWanted, table: TableWriter, refuse: Refuse): void {
  const decoded = decodeUtf8(content) ?? refuse(firstBadLine(content), ' is not UTF-8 text');
  const text = decoded.replace(/^\ufeff/, '');
  let columns: readonly string[] | null = null;
  let places: readonly number[] = [];
  let line = 1;
  let cursor = 0;
  papa.parse(text, {
    delimiter: /\.tsv$/i.test(file) ? '\t' : delimiterOf(text),
    step({ data, errors, meta }) {
      const at = line;
      for (; cursor < meta.cursor; cursor++) if (text.charCodeAt(cursor) === 10) line++;
      const [error] = errors;
      if (error !== undefined) refuse(at, ` is not CSV: ${error.message.toLowerCase()}`);
      if (data.length === 1 && data[0]?.trim() === '') return;
      if (columns === null) {
        columns = data.map((name) => name.trim());
        places = placesOf(columns, cells, at, refuse);
        return;
      }
      if (data.length !== columns.length)
        refuse(at, ` has ${data.length} ${data.length === 1 ? 'field' : 'fields'}, the header ${columns.length}`);
      cells.forEach(({ field, style }, number) => {
        const written = writeUntyped(data[places[number] ?? 0] ?? '', style);
        table.add(style === 'header' ? headerText(written, field, at, refuse) : written, style === 'header');
      });
      table.endRow();
    },
  });
}

/** In which column each cell's field is. */
function placesOf(columns: readonly string[], cells: readonly Cell[], line: number, refuse: Refuse): number[] {
  const twice = columns.find((name, place) => columns.indexOf(name) !== place);
  if (twice !== undefined) refuse(line, ` names the column ${quote(twice)} twice`);
  return cells.map(({ field }) => {
    if (field === null)
      return refuse(line, ': {{row}} is a whole JSON row; of a CSV file write {{row.NAME}} for each column');
    const place = columns.indexOf(field);
    if (place >= 0) return place;
    const known = columns.map((name) => quote(name)).join(', ');
    return refuse(line, ` has no column ${quote(field)}, only ${known}`, didYouMean(field, columns));
  });
}

/** Comma, semicolon or tab: the one that the header has most of. */
function delimiterOf(text: string): string {
  const header = (/^[^\r\n]*/.exec(text.trimStart())?.[0] ?? '').replaceAll(/"[^"]*"/g, '');
  const occurrences = (delimiter: string): number => header.split(delimiter).length;
  return [';', '\t'].reduce((best, other) => (occurrences(other) > occurrences(best) ? other : best), ',');
}

function firstBadLine(content: Uint8Array): number {
  let line = 1;
  for (let start = 0; start < content.length; line++) {
    const newline = content.indexOf(10, start);
    const end = newline < 0 ? content.length : newline;
    if (decodeUtf8(content.subarray(start, end)) === null) return line;
    start = end + 1;
  }
  return line;
}

/** What 32 bits can number. */
const MOST_BYTES = 0xffff_ffff;

/** Lays texts out one after the other in memory that threads share. */
class TableWriter {
  #bytes: Buffer;
  #used = 0;
  #rows = 0;
  #tooMuch = false;
  readonly #ends: number[] = [];

  /** @param size how much it will about be, bytes; memory that is not written to costs nothing. */
  constructor(size: number) {
    this.#bytes = sharedBuffer(size + 1024);
  }

  add(text: string, latin1: boolean): void {
    const most = this.#used + (latin1 ? text.length : 3 * text.length);
    this.#tooMuch ||= most > MOST_BYTES;
    if (this.#tooMuch) return;
    if (most > this.#bytes.length) {
      const grown = sharedBuffer(Math.min(MOST_BYTES, Math.ceil(1.5 * most)));
      this.#bytes.copy(grown, 0, 0, this.#used);
      this.#bytes = grown;
    }
    this.#used += this.#bytes.write(text, this.#used, latin1 ? 'latin1' : 'utf8');
    this.#ends.push(this.#used);
  }

  endRow(): void {
    this.#rows++;
  }

  /** Null where it is too much to be numbered in 32 bits. */
  finish(cells: number): RowTable | null {
    if (this.#tooMuch) return null;
    const ends = new Uint32Array(new SharedArrayBuffer(4 * this.#ends.length));
    ends.set(this.#ends);
    return { rows: this.#rows, cells, bytes: new Uint8Array(this.#bytes.buffer, 0, this.#used), ends };
  }
}

const sharedBuffer = (size: number): Buffer => Buffer.from(new SharedArrayBuffer(size));
