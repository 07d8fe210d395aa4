/** Rows of several files that are joined side by side: row n of all has the fields of row n of each. */
import { Buffer } from 'node:buffer';
import { RampartError } from '../core/errors.ts';
import { fieldTexts, isObjectText } from '../core/json-text.ts';
import { writeUntyped } from '../core/template.ts';
import type { Files } from '../core/world.ts';
import { formatOf } from './data.ts';
import { type Refuse, readPieces } from './file.ts';
import { csvRows, jsonRows, refuserIn } from './row-reader.ts';
import { quote } from './syntax.ts';

/** So many bytes of rows are handed on at once. */
const BATCH = 64 * 1024;

/** A file of more rows is read again each time that it begins anew. */
const FEW = 10_000;

/** A row's fields, each as it is written in JSON. */
type Fields = ReadonlyMap<string, string>;

/** One of the files: its rows from the first on, as often as it is asked for them. */
interface Part {
  readonly file: string;
  readonly rows: () => Generator<Fields>;
}

/** What plan and report call such files. */
export const joinedName = (files: readonly string[]): string => files.join(' + ');

/**
 * The rows of all as JSON Lines, as many as the longest of the files has: the others begin anew.
 *
 * @throws RampartError 'bad-file' with file and line of what is no row of fields.
 */
export function* joinedPieces(
  names: readonly string[],
  files: Pick<Files, 'pieces'>,
  label: string,
): Iterable<Uint8Array> {
  const parts = names.map((file): Part => ({ file, rows: rowsOf(file, files, label) }));
  let lines: string[] = [];
  let size = 0;
  for (const row of joined(parts, label)) {
    const line = `{${[...row].map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}\n`;
    lines.push(line);
    size += line.length;
    if (size < BATCH) continue;
    yield Buffer.from(lines.join(''));
    lines = [];
    size = 0;
  }
  yield Buffer.from(lines.join(''));
}

function* joined(parts: readonly Part[], label: string): Iterable<Fields> {
  const open = parts.map(({ rows }) => rows());
  const ended = parts.map(() => false);
  try {
    for (let number = 1; ; number++) {
      const rows = parts.map(({ file, rows: again }, place): Fields => {
        const next = open[place]?.next();
        if (next?.done === false) return next.value;
        ended[place] = true;
        open[place] = again();
        const first = open[place].next();
        if (first.done === true) throw new RampartError('bad-file', `${label}: ${quote(file)} has no rows`);
        return first.value;
      });
      if (ended.every(Boolean)) return;
      yield together(parts, rows, number, label);
    }
  } finally {
    // Files that were begun anew are open.
    for (const rows of open) rows.return(undefined);
  }
}

function together(parts: readonly Part[], rows: readonly Fields[], number: number, label: string): Fields {
  const all = new Map<string, string>();
  rows.forEach((fields, place) => {
    for (const [name, text] of fields) {
      if (all.has(name)) {
        const other = parts.find((_, before) => rows[before]?.has(name) === true);
        throw new RampartError(
          'bad-file',
          `${label}: the field ${quote(name)} is in ${quote(other?.file ?? '')} and in ${quote(parts[place]?.file ?? '')}, row ${number}`,
          'Give one of them another name: a row that is joined has each field once.',
        );
      }
      all.set(name, text);
    }
  });
  return all;
}

function rowsOf(file: string, files: Pick<Files, 'pieces'>, label: string): Part['rows'] {
  const refuse = refuserIn(file, label);
  const format = formatOf(file, files, label);
  if (format === 'conversations')
    throw new RampartError(
      'bad-file',
      `${label}: ${quote(file)} holds conversations, which are not joined with other rows`,
      'Give it alone, or rows of fields in its place.',
    );
  const read = () => readPieces(files, file, label);
  if (format === 'csv') {
    const rows = rowsOfCsv(file, read(), refuse);
    return () => each(rows);
  }
  return keepingFew(() => rowsOfJson(file, read(), refuse));
}

function* each<One>(all: readonly One[]): Generator<One> {
  yield* all;
}

/** Reads once what has few rows: beside a long file it is begun anew again and again. */
function keepingFew(read: () => Generator<Fields>): Part['rows'] {
  let few: readonly Fields[] | null = null;
  return () => {
    if (few !== null) return each(few);
    return (function* () {
      const kept: Fields[] = [];
      for (const row of read()) {
        if (kept.length <= FEW) kept.push(row);
        yield row;
      }
      if (kept.length <= FEW) few = kept;
    })();
  };
}

/** Held in memory: the reader of CSV hands rows out as they come, and waits for nobody. */
function rowsOfCsv(file: string, pieces: Iterable<Uint8Array>, refuse: Refuse): readonly Fields[] {
  const rows: Fields[] = [];
  csvRows(file, pieces, refuse, {
    row(fields, columns) {
      rows.push(new Map(columns.map((name, place) => [name, writeUntyped(fields[place] ?? '', 'json')])));
    },
  });
  return rows;
}

function* rowsOfJson(file: string, pieces: Iterable<Uint8Array>, refuse: Refuse): Generator<Fields> {
  for (const { json, line } of jsonRows(file, pieces, refuse)) {
    if (!isObjectText(json)) refuse(line, ' is no JSON object, so it has no fields to be joined');
    yield fieldTexts(json);
  }
}
