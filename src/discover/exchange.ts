import { type Json, objectOf } from './document.ts';

/** A request of the discovery: to the address that was asked for, or the GET of a well-known route. */
export interface Question {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | null;
}

/** What came of it. */
export interface Reply {
  /** 0: no response. */
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Null where it is no text, or larger than 1 MiB. */
  readonly body: string | null;
  /** Why there was no response. */
  readonly message: string;
  /** How long it took, without the connect; absent: it was not looked at. */
  readonly ms?: number;
}

export type Ask = (question: Question) => Promise<Reply>;

/** What may be sent to the address, before it is text. */
export interface Candidate {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly content: Content | null;
  /** Where it comes from, as it is told. */
  readonly from: string;
}

export type Content =
  | { readonly kind: 'json'; readonly value: Json }
  | { readonly kind: 'form' | 'multipart'; readonly value: Json; readonly files: readonly string[] }
  | { readonly kind: 'text'; readonly value: string; readonly type: string };

/** A request that was accepted, and where its body comes from. */
export interface Accepted {
  readonly question: Question;
  readonly from: string;
  readonly reply: Reply;
}

const BOUNDARY = 'rampart-0d9f2c71';

export function questionOf({ method, path, headers, content }: Candidate): Question {
  if (content === null) return { method, path, headers, body: null };
  const of = (type: string, body: string): Question => ({
    method,
    path,
    headers: [...headers, ['content-type', type]],
    body,
  });
  switch (content.kind) {
    case 'json':
      return of('application/json', JSON.stringify(content.value));
    case 'form':
      return of('application/x-www-form-urlencoded', new URLSearchParams(fieldsOf(content.value)).toString());
    case 'multipart':
      return of(`multipart/form-data; boundary=${BOUNDARY}`, multipart(content.value, content.files));
    case 'text':
      return of(content.type, content.value);
  }
}

/** A path with more parameters in its query. */
export function withParameters(path: string, pairs: readonly (readonly [name: string, value: string])[]): string {
  if (pairs.length === 0) return path;
  const added = pairs.map(([name, value]) => `${escaped(name)}=${escaped(value)}`).join('&');
  return `${path}${path.includes('?') ? '&' : '?'}${added}`;
}

/** Half a pair of surrogates, which JSON may hold, has no bytes. */
const escaped = (text: string): string => encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '\ufffd'));

function fieldsOf(value: Json): [string, string][] {
  return Object.entries(objectOf(value)).map(([name, part]) => [
    name,
    typeof part === 'string' ? part : JSON.stringify(part),
  ]);
}

/** As browsers write it. */
const fieldName = (name: string): string => name.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22');

function multipart(value: Json, files: readonly string[]): string {
  const parts = fieldsOf(value).map(([name, text]) => {
    const file = files.includes(name) ? `; filename="sample.txt"\r\nContent-Type: text/plain` : '';
    return `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${fieldName(name)}"${file}\r\n\r\n${text}\r\n`;
  });
  return `${parts.join('')}--${BOUNDARY}--\r\n`;
}
