/** Rows that stand in a scenario itself, in the place of a file of them. */
import { Buffer } from 'node:buffer';
import * as z from 'zod';
import type { Files } from '../core/world.ts';
import { dataUrl, dataUrlBytes, isDataUrl } from './data-url.ts';
import type { Origin } from './raw-settings.ts';
import { refusal } from './steps.ts';

export const inlineRowsSchema = z.array(z.record(z.string(), z.unknown()), {
  error: 'must be a list of rows, each an object of fields',
});

/** What plan and report call the file that they have none of. */
const FILE = 'the scenario';

/** Settings with the rows in their `data` as what a file of them would hold, a line each. @throws RampartError with the place. */
export function withInlineRows(
  settings: Readonly<Record<string, unknown>>,
  originOf: (...inside: readonly (string | number)[]) => Origin,
): Readonly<Record<string, unknown>> {
  const { data } = settings;
  if (!Array.isArray(data)) return settings;
  const parsed = inlineRowsSchema.safeParse(data);
  if (!parsed.success) {
    const at = parsed.error.issues[0]?.path[0];
    const row = typeof at === 'number' ? [at] : [];
    throw refusal(originOf('data', ...row), 'must be a row: an object of fields, like {"user": "ada"}');
  }
  if (data.length === 0) throw refusal(originOf('data'), 'has no rows');
  const lines = data.map((row: unknown) => `${JSON.stringify(row)}\n`).join('');
  return { ...settings, data: dataUrl(Buffer.from(lines).toString('base64')) };
}

/** Where rows are read: of a file, or those that the scenario has itself. */
export interface RowsSource {
  readonly file: string;
  readonly files: Pick<Files, 'pieces' | 'scratch'>;
  /** They are numbered as rows, not as lines. */
  readonly inline: boolean;
}

export function rowsSource(data: string, files: RowsSource['files'], label: string): RowsSource {
  if (!isDataUrl(data)) return { file: data, files, inline: false };
  return { file: FILE, files: { ...files, pieces: () => [dataUrlBytes(data, label)] }, inline: true };
}
