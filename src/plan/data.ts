/** Rows of `--data`: reads a file of JSON, JSON Lines or CSV into the texts that requests and checks are made of. */
import { RampartError } from '../core/errors.ts';
import { fieldTexts, isObjectText, textAt, withoutPathText } from '../core/json-text.ts';
import type { DataSource } from '../core/plan.ts';
import { TableWriter } from '../core/row-table.ts';
import type { RowTable } from '../core/rows.ts';
import { type Cell, writeText, writeUntyped } from '../core/template.ts';
import type { Files } from '../core/world.ts';
import { conversationRow, isConversationsFile, wordsIn } from './conversations.ts';
import { type Refuse, readPieces } from './file.ts';
import { csvRows, type JsonRow, jsonRows, refuserIn } from './row-reader.ts';
import { didYouMean } from './suggest.ts';
import { quote } from './syntax.ts';

/**
 * Is told of each row, for what is read of it beside its texts.
 *
 * @param fieldText a field's value as text; undefined: it has none of that name.
 */
export type RowWatch = (
  fieldText: (name: string) => string | undefined,
  names: () => readonly string[],
  line: number,
  refuse: Refuse,
) => void;

/** What is wanted of the rows of a file. */
export interface RowsWanted {
  readonly file: string;
  /** What to call the setting. */
  readonly label: string;
  /** They stand in the scenario itself: lines are rows of it. */
  readonly inline?: boolean;
  readonly format: DataSource['format'];
  readonly cells: readonly Cell[];
  /** Not part of the row as a whole. */
  readonly leftOut: string | null;
  readonly watch?: RowWatch;
  /** What a field may be called instead, where there is none of its name. */
  readonly otherNames?: Readonly<Record<string, readonly string[]>>;
}

/**
 * By the ending of the name: `.csv` (and `.tsv`), `.jsonl` (and `.ndjson`), or `.json`, a list; and by its shape, where it holds
 * conversations. @throws RampartError
 */
export function formatOf(file: string, files: Pick<Files, 'pieces'>, label: string): DataSource['format'] {
  if (/\.[ct]sv$/i.test(file)) return 'csv';
  if (isConversationsFile(file, files, label)) return 'conversations';
  if (/\.(?:jsonl|ndjson)$/i.test(file)) return 'jsonl';
  if (/\.json$/i.test(file)) return 'json';
  throw new RampartError(
    'bad-flag',
    `${label}: ${quote(file)} is no .jsonl, .json or .csv file`,
    'Rows are JSON Lines (a value a line), a JSON list, or CSV, and the ending of the name says which.',
  );
}

/**
 * Reads all rows and makes of each the texts that requests and checks use.
 *
 * @param note says what takes long.
 * @throws RampartError 'bad-file' with the line of the first row that does not do.
 */
export function loadRows(
  wanted: RowsWanted,
  files: Pick<Files, 'pieces' | 'scratch'>,
  note: (line: string) => void,
): RowTable {
  const { file, label, format, cells } = wanted;
  const pieces = readPieces(files, file, label);
  const table = new TableWriter(cells.length, files, () =>
    note(`${label}: ${quote(file)} is large: its rows are checked and copied to a temporary file …`),
  );
  const refuse = wanted.inline === true ? refuserOfRows(label) : refuserIn(file, label);
  let leftOut = 0;
  if (format === 'csv' || format === 'log') readColumns(pieces, wanted, table, refuse);
  else leftOut = readJson(jsonRows(file, pieces, refuse), wanted, table, refuse);
  const whole = table.finish();
  if (whole.rows === 0 && leftOut === 0) throw new RampartError('bad-file', `${label}: ${quote(file)} has no rows`);
  if (whole.rows === 0)
    throw new RampartError(
      'bad-file',
      `${label}: none of the ${leftOut} in ${quote(file)} has a question with an answer to it, and as many turns as are used`,
      'A conversation is {"conversations": [{"from": "human", "value": "a question"}, {"from": "gpt", "value": "an answer"}]}.',
    );
  if (leftOut > 0)
    note(
      `${label}: ${leftOut} of ${quote(file)} have no question with an answer to it, or fewer turns than are used: left out`,
    );
  return whole;
}

/** The same of a row that stands in a scenario. */
const refuserOfRows =
  (label: string): Refuse =>
  (row, problem, hint = '') => {
    throw new RampartError('bad-flag', `${label}, row ${row}${problem}`, hint);
  };

/** The name under which there is a field. */
function nameIn({ otherNames }: RowsWanted, field: string, has: (name: string) => boolean): string {
  return has(field) ? field : (otherNames?.[field]?.find(has) ?? field);
}

/** @returns how many conversations were left out. */
function readJson(rows: Iterable<JsonRow>, wanted: RowsWanted, table: TableWriter, refuse: Refuse): number {
  const { cells, leftOut, watch, format } = wanted;
  let skipped = 0;
  for (const { json: written, line } of rows) {
    const json = format === 'conversations' ? conversationRow(written, wordsIn) : written;
    if (json === null) {
      skipped++;
      continue;
    }
    // Not all of them have as many turns as are used.
    if (format === 'conversations' && cells.some(({ field }) => field !== null && textAt(json, field) === null)) {
      skipped++;
      continue;
    }
    const fields = watch !== undefined || cells.some(({ field }) => field !== null) ? fieldTexts(json) : null;
    if (watch !== undefined && fields !== null) {
      const textOf = (value: string): string => writeJson(value, 'text');
      const fieldText = (name: string): string | undefined => {
        const value = fields.get(name);
        return value === undefined ? undefined : textOf(value);
      };
      watch(fieldText, () => [...fields.keys()], line, refuse);
    }
    const row = leftOut === null ? json : withoutPathText(json, leftOut);
    for (const { field, style } of cells) {
      if (style === 'line') {
        table.add(String(line), false);
        continue;
      }
      const value = writeJson(
        field === null
          ? row
          : fieldOf(
              json,
              fields,
              nameIn(wanted, field, (name) => fields?.has(name) === true),
              line,
              refuse,
            ),
        style,
      );
      table.add(style === 'header' ? headerText(value, field, line, refuse) : value, style === 'header');
    }
    table.endRow();
  }
  return skipped;
}

/** A JSON value as it is written, in a style: a text's characters, any other value's text. */
function writeJson(json: string, style: Cell['style']): string {
  if (style === 'json' || style === 'record') return json;
  return writeText(json.startsWith('"') ? (JSON.parse(json) as string) : json, style);
}

/** The field's value as it is written; a name with dots leads into it: `a.b`, `a.0`. */
function fieldOf(
  json: string,
  fields: ReadonlyMap<string, string> | null,
  name: string,
  line: number,
  refuse: Refuse,
): string {
  const text = fields?.get(name) ?? (isNested(name, json) ? textAt(json, name) : null);
  if (text !== null) return text;
  if (!isObjectText(json)) return refuse(line, ` is no JSON object, so it has no field ${quote(name)}`);
  return refuse(line, ` has no field ${quote(name)}`, didYouMean(name, namesLike(name, fields)));
}

/** In a list every name is an index. */
const isNested = (name: string, json: string): boolean => /[.[]/.test(name) || !isObjectText(json);

/** Fields that a name may be meant for; of one with dots also those one level down. */
function namesLike(name: string, fields: ReadonlyMap<string, string> | null): string[] {
  const [first = ''] = name.split('.');
  const within = fieldTexts(fields?.get(first) ?? 'null').keys();
  return [...(fields?.keys() ?? []), ...[...within].map((each) => `${first}.${each}`)];
}

export function headerText(text: string, field: string | null, line: number, refuse: Refuse): string {
  const fits = [...text].every(
    (character) => (character >= ' ' || character === '\t') && character <= '\xff' && character !== '\x7f',
  );
  const what = field === null ? 'the row' : `the field ${quote(field)}`;
  return fits ? text : refuse(line, `: ${what} has a line break or a character that no header can carry`);
}

function readColumns(pieces: Iterable<Uint8Array>, wanted: RowsWanted, table: TableWriter, refuse: Refuse): void {
  const { cells, file, watch } = wanted;
  let places: readonly number[] = [];
  csvRows(file, pieces, refuse, {
    header(columns, line) {
      const renamed = cells.map(({ field, style }) => ({
        field: field === null ? null : nameIn(wanted, field, (name) => columns.includes(name)),
        style,
      }));
      places = placesOf(columns, renamed, line, refuse);
    },
    row(fields, columns, line) {
      watch?.(
        (name) => fields[columns.indexOf(name)],
        () => columns,
        line,
        refuse,
      );
      for (const [number, { field, style }] of cells.entries()) {
        const value = cellText(fields, columns, style === 'line' ? line : (places[number] ?? 0), style);
        const written = writeUntyped(value, style);
        table.add(style === 'header' ? headerText(written, field, line, refuse) : written, style === 'header');
      }
      table.endRow();
    },
  });
}

/** @param place of the column, or which line it is. */
function cellText(fields: readonly string[], columns: readonly string[], place: number, style: Cell['style']): string {
  if (style === 'line') return String(place);
  if (style !== 'record') return fields[place] ?? '';
  return JSON.stringify(Object.fromEntries(columns.map((name, at) => [name, fields[at] ?? ''])));
}

/** In which column each cell's field is. */
function placesOf(columns: readonly string[], cells: readonly Cell[], line: number, refuse: Refuse): number[] {
  return cells.map(({ field, style }) => {
    if (style === 'line' || style === 'record') return 0;
    if (field === null)
      return refuse(line, ': {{row}} is a whole JSON row; of a CSV file write {{row.NAME}} for each column');
    const place = columns.indexOf(field);
    if (place >= 0) return place;
    const known = columns.map((name) => quote(name)).join(', ');
    return refuse(line, ` has no column ${quote(field)}, only ${known}`, didYouMean(field, columns));
  });
}
