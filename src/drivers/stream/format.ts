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

/** The same of headers, names and values in turn. */
export function formatIn(fields: readonly string[]): StreamFormat | null {
  const contentType = lastOf(fields, 'content-type');
  return contentType === null ? null : streamFormatOf(contentType);
}

/** How a body is compressed, by the value of its `Content-Encoding`, in lower case; empty: it is not. */
export function codingOf(contentEncoding: string): string {
  const coding = contentEncoding.trim().toLowerCase();
  return coding === 'identity' ? '' : coding;
}

/** The same of headers. */
export const codingIn = (fields: readonly string[]): string => codingOf(lastOf(fields, 'content-encoding') ?? '');

function lastOf(fields: readonly string[], name: string): string | null {
  let value: string | null = null;
  for (let at = 0; at + 1 < fields.length; at += 2)
    if (fields[at]?.toLowerCase() === name) value = fields[at + 1] ?? '';
  return value;
}
