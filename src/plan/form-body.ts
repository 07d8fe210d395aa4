/** Bodies of forms, of fields whose texts are templates: percent-encoded, or in parts (multipart). */
import { Buffer } from 'node:buffer';

/** A text, and what it is called. */
export type FormField = readonly [name: string, template: string];

/** Everything but the placeholders is percent-encoded. */
export function formOf(fields: readonly FormField[]): string {
  return fields.map(([name, template]) => `${encoded(name)}=${encoded(template)}`).join('&');
}

function encoded(template: string): string {
  return template
    .split(/(\{\{\{\{|\{\{[^{}]*\}\})/)
    .map((piece, n) => {
      if (n % 2 === 1 && piece !== '{{{{') return piece;
      return new URLSearchParams([['', piece === '{{{{' ? '{{' : piece]]).toString().slice(1);
    })
    .join('');
}

/** One part of a body, behind its boundary. */
export interface FormPart {
  readonly head: string;
  readonly bytes: Uint8Array;
}

/**
 * As browsers write it.
 *
 * @param meant what parts stand for where they are not written as they are sent: it holds no boundary either.
 */
export function multipartOf(
  parts: readonly FormPart[],
  meant: readonly Buffer[] = [],
): { readonly bytes: Buffer; readonly type: string } {
  const contents = [...parts.flatMap(({ head, bytes }) => [Buffer.from(head), Buffer.from(bytes)]), ...meant];
  let boundary = 'rampart-form';
  while (contents.some((each) => each.includes(boundary))) boundary += '-0';
  const bytes = Buffer.concat([
    ...parts.flatMap((one) => [Buffer.from(`--${boundary}\r\n${one.head}\r\n\r\n`), one.bytes, Buffer.from('\r\n')]),
    Buffer.from(`--${boundary}--\r\n`),
  ]);
  return { bytes, type: `multipart/form-data; boundary=${boundary}` };
}

const quoted = (text: string): string => text.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22');

/** The head of a part. @param filename of a file that it is. */
export const headOf = (name: string, filename?: string, type?: string): string =>
  `Content-Disposition: form-data; name="${quoted(name)}"${filename === undefined ? '' : `; filename="${quoted(filename)}"`}${type === undefined ? '' : `\r\nContent-Type: ${type}`}`;

/** What curl takes a file for by its name. */
const TYPES: Readonly<Record<string, string>> = {
  gif: 'image/gif',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain',
  htm: 'text/html',
  html: 'text/html',
  pdf: 'application/pdf',
  xml: 'application/xml',
};

export const mediaTypeOf = (file: string): string =>
  TYPES[file.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'application/octet-stream';
