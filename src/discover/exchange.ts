/** Questions and replies of the discovery, and how a candidate body becomes a request. */
import { Buffer } from 'node:buffer';
import { type Json, objectOf } from '../core/json-value.ts';
import { type FileKind, sampleFile } from './sample-files.ts';

/** A request of the discovery: to the address that was asked for, or the GET of a well-known route. */
export interface Question {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | null;
  /** The body in Base64, where it is no text; `body` is null then. */
  readonly bytes?: string;
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
  | { readonly kind: 'form'; readonly value: Json }
  /** `files`: which of its fields are files, and of what kind. */
  | { readonly kind: 'multipart'; readonly value: Json; readonly files: Readonly<Record<string, FileKind>> }
  | { readonly kind: 'file'; readonly file: FileKind; readonly type: string }
  /** Tensors described in JSON, and behind it the numbers of some as they lie in memory. */
  | { readonly kind: 'tensors'; readonly value: Json; readonly numbers: Buffer }
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
      return { method, path, ...multipart(headers, content.value, content.files) };
    case 'file':
      return {
        ...{ method, path, headers: [...headers, ['content-type', content.type]] },
        ...bodyOf(sampleFile(content.file).bytes),
      };
    case 'text':
      return of(content.type, content.value);
    case 'tensors': {
      const head = Buffer.from(JSON.stringify(content.value));
      return {
        method,
        path,
        headers: [
          ...headers,
          ['content-type', 'application/octet-stream'],
          ['inference-header-content-length', String(head.length)],
        ],
        body: null,
        bytes: Buffer.concat([head, content.numbers]).toString('base64'),
      };
    }
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

function multipart(
  headers: Question['headers'],
  value: Json,
  files: Readonly<Record<string, FileKind>>,
): Pick<Question, 'headers' | 'body' | 'bytes'> {
  const parts = Object.entries(objectOf(value)).flatMap(([name, field]) => {
    const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${fieldName(name)}"`;
    const kind = Object.hasOwn(files, name) ? files[name] : undefined;
    if (kind === undefined) {
      const text = typeof field === 'string' ? field : JSON.stringify(field);
      return [Buffer.from(`${head}\r\n\r\n${text}\r\n`)];
    }
    const file = sampleFile(kind);
    const part = Buffer.concat([
      Buffer.from(`${head}; filename="${file.name}"\r\nContent-Type: ${file.type}\r\n\r\n`),
      file.bytes,
      Buffer.from('\r\n'),
    ]);
    // Several files are several parts of one name.
    return Array.isArray(field) ? field.map(() => part) : [part];
  });
  return {
    headers: [...headers, ['content-type', `multipart/form-data; boundary=${BOUNDARY}`]],
    ...bodyOf(Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)])),
  };
}

/** As text where it is some. */
function bodyOf(bytes: Buffer): Pick<Question, 'body' | 'bytes'> {
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? { body: text } : { body: null, bytes: bytes.toString('base64') };
}
