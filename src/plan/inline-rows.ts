/** Rows that stand in a scenario itself, in the place of a file of them; and lists of files whose rows are joined. */
import { Buffer } from 'node:buffer';
import { elementTexts } from '../core/json-text.ts';
import { isRecord } from '../core/json-value.ts';
import type { Files } from '../core/world.ts';
import { dataUrl, dataUrlBytes, isDataUrl } from './data-url.ts';
import { joinedName, joinedPieces } from './joined-rows.ts';
import type { Origin } from './raw-settings.ts';
import { refusal } from './steps.ts';

/** What plan and report call the file that they have none of. */
const FILE = 'the scenario';

/** Before the names of files that are joined, where settings have the name of one. */
const JOINED = 'data:application/vnd.joined-files+json;base64,';

/** What reading the rows of a scenario needs of it. */
interface RowsMeans {
  originOf(...inside: readonly (string | number)[]): Origin;
  /** Where a file is that the scenario names. */
  besideIt(file: string): string;
  /** The list as JSON without spaces, its numbers as they are written; null: a program made it. */
  rowsAsWritten(): string | null;
}

/**
 * Settings with the rows in their `data` as what a file of them would hold, a line each; or with the files that are joined as one.
 *
 * @throws RampartError with the place.
 */
export function withInlineRows(
  settings: Readonly<Record<string, unknown>>,
  { originOf, besideIt, rowsAsWritten }: RowsMeans,
): Readonly<Record<string, unknown>> {
  const { data } = settings;
  if (!Array.isArray(data)) return settings;
  if (typeof data[0] === 'string') return { ...settings, data: joinedFiles(data, originOf, besideIt) };
  const at = data.findIndex((row) => !isRecord(row));
  if (at >= 0) throw refusal(originOf('data', at), 'must be a row: an object of fields, like {"user": "ada"}');
  if (data.length === 0) throw refusal(originOf('data'), 'has no rows');
  const written = rowsAsWritten();
  const lines = written === null ? data.map((row: unknown) => JSON.stringify(row)) : elementTexts(written);
  return { ...settings, data: dataUrl(Buffer.from(`${lines.join('\n')}\n`).toString('base64')) };
}

/** @throws RampartError with the place of what is no name of a file. */
function joinedFiles(
  names: readonly unknown[],
  originOf: RowsMeans['originOf'],
  besideIt: RowsMeans['besideIt'],
): string {
  const files = names.map((name, place): string => {
    if (typeof name !== 'string' || name === '')
      throw refusal(
        originOf('data', place),
        'must be the name of a file, like the one before it: their rows are joined',
      );
    return name;
  });
  const [only = ''] = files;
  // A name alone is that of the setting.
  if (files.length === 1) return only;
  return `${JOINED}${Buffer.from(JSON.stringify(files.map(besideIt))).toString('base64')}`;
}

/** Where rows are read: of a file, or those that the scenario has itself. */
export interface RowsSource {
  readonly file: string;
  readonly files: Pick<Files, 'pieces' | 'scratch'>;
  /** They are JSON, numbered as rows, not as lines. */
  readonly inline: boolean;
}

export function rowsSource(data: string, files: RowsSource['files'], label: string): RowsSource {
  if (!isDataUrl(data)) return { file: data, files, inline: false };
  if (data.startsWith(JOINED)) {
    const names = JSON.parse(Buffer.from(data.slice(JOINED.length), 'base64').toString()) as readonly string[];
    return {
      file: joinedName(names),
      files: { ...files, pieces: () => joinedPieces(names, files, label) },
      inline: true,
    };
  }
  return { file: FILE, files: { ...files, pieces: () => [dataUrlBytes(data, label)] }, inline: true };
}
