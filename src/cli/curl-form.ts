/** The form of a cURL command, `-F note=x -F file=@picture.png`: as the bytes that curl would send. */
import { Buffer } from 'node:buffer';
import { RampartError } from '../core/errors.ts';
import { dataUrl } from '../plan/data-url.ts';
import { type FormPart, headOf, mediaTypeOf, multipartOf } from '../plan/form-body.ts';

/** A file that a part names. @throws RampartError where it cannot be read. */
export type ReadPart = (path: string) => Uint8Array;

/** A field of it: as curl's `-F` has it, or as it stands (`--form-string`). */
export interface FormField {
  readonly text: string;
  readonly literal: boolean;
}

/** It becomes a part of the command line, and of what is kept of a run. */
const LARGEST = 16 * 2 ** 20;

/** A body with the form, as a data URL, and its content type. @throws RampartError */
export function formBody(
  fields: readonly FormField[],
  read: ReadPart,
): { readonly body: string; readonly type: string } {
  const { bytes: whole, type } = multipartOf(fields.map((field) => partOf(field, read)));
  if (whole.length > LARGEST)
    throw refused(
      'has a form of more than 16 MiB',
      "Give the form's bytes: --body-file FILE -H 'content-type: multipart/form-data; boundary=…'.",
    );
  return { body: dataUrl(whole.toString('base64')), type };
}

function partOf({ text, literal }: FormField, read: ReadPart): FormPart {
  const at = text.indexOf('=');
  if (at < 0) throw refused(`${JSON.stringify(text)} has no =`, 'A field is name=value, or name=@file.');
  const name = text.slice(0, at);
  const value = text.slice(at + 1);
  if (literal || !/^[@<]/.test(value)) {
    const [, plain = value, type] = (literal ? null : /^(.*?);type=([^;]+)$/s.exec(value)) ?? [];
    return { head: headOf(name, undefined, type), bytes: Buffer.from(plain) };
  }
  const [path = '', ...options] = value.slice(1).split(';');
  const option = (wanted: string): string | undefined =>
    options
      .find((each) => each.startsWith(`${wanted}=`))
      ?.slice(wanted.length + 1)
      .replaceAll('"', '');
  if (path === '-') throw refused('reads the standard input', 'Put it into a file: -F file=@data.bin.');
  const bytes = Buffer.from(read(path));
  if (value.startsWith('<')) return { head: headOf(name), bytes };
  const file = path.split(/[\\/]/).at(-1) ?? path;
  const head = headOf(name, option('filename') ?? file, option('type') ?? mediaTypeOf(file));
  return { head, bytes };
}

const refused = (problem: string, hint: string): RampartError =>
  new RampartError('usage', `the cURL command: -F ${problem}`, hint);
