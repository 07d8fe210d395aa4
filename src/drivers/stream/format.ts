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
  let format: StreamFormat | null = null;
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const name = fields[at]?.toLowerCase();
    const value = fields[at + 1] ?? '';
    if (name === 'content-type') format = streamFormatOf(value);
    else if (name === 'content-encoding' && !/^(?:identity)?$/i.test(value.trim())) return null;
  }
  return format;
}
