/** How a streamed response is split, by its content type. */
import type { StreamFormat } from '../../core/plan.ts';

/** The format that a content type names; null: none that is streamed. */
export function streamFormatOf(contentType: string): StreamFormat | null {
  const [media = ''] = contentType.toLowerCase().split(';', 1);
  switch (media.trim()) {
    case 'text/event-stream':
      return 'sse';
    case 'application/x-ndjson':
    case 'application/ndjson':
    case 'application/jsonl':
    case 'application/x-jsonlines':
    case 'application/jsonlines':
    case 'application/json-lines':
    case 'application/stream+json':
      return 'ndjson';
    default:
      return null;
  }
}

/** The same of headers, names and values in turn; null where the body is compressed, too, which nobody can split. */
export function formatIn(fields: readonly string[]): StreamFormat | null {
  if (isCompressed(fields)) return null;
  let format: StreamFormat | null = null;
  for (let at = 0; at + 1 < fields.length; at += 2)
    if (fields[at]?.toLowerCase() === 'content-type') format = streamFormatOf(fields[at + 1] ?? '');
  return format;
}

/** Whether these headers are of a compressed body. */
export const isCompressed = (fields: readonly string[]): boolean =>
  fields.some(
    (name, at) =>
      at % 2 === 0 && name.toLowerCase() === 'content-encoding' && isCompression((fields[at + 1] ?? '').trim()),
  );

/** Of the value of a `Content-Encoding`. */
export const isCompression = (codings: string): boolean => !/^(?:identity)?$/i.test(codings);
