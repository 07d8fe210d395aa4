/** Undoes the compression of a body, within a bound. */
import type { Buffer } from 'node:buffer';
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';

/** More codings over each other than this are no body of a model. */
const MOST_CODINGS = 3;

/**
 * What a compressed body holds, by its Content-Encoding (RFC 9110, 8.4).
 *
 * @param codings in the order in which they were applied, in lower case: `gzip`, `gzip, br`.
 * @param limit bytes: a small body may hold gigabytes of one letter.
 * @returns why it cannot be read, in words that are equal for equal causes, or `too large`.
 */
export function decodeBody(body: Buffer, codings: string, limit: number): Buffer | string {
  const names = codings.split(',').map((name) => name.trim());
  let decoded = body;
  for (const name of names.reverse()) {
    if (name === 'identity' || name === '') continue;
    const decoder = DECODERS[name];
    if (decoder === undefined || names.length > MOST_CODINGS)
      return `the body is compressed in a way that checks cannot read (${codings.slice(0, 40)})`;
    try {
      decoded = decoder(decoded, { maxOutputLength: limit });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return code === 'ERR_BUFFER_TOO_LARGE' ? 'too large' : `the body is not what its content-encoding says (${name})`;
    }
  }
  return decoded;
}

/** Bytes as text; null where they are not UTF-8. @param isCut the last character may lack its end. */
export function utf8Text(bytes: Uint8Array, isCut = false): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut });
  } catch {
    return null;
  }
}

type Decoder = (body: Buffer, options: { readonly maxOutputLength: number }) => Buffer;

const DECODERS: Readonly<Record<string, Decoder>> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  // By the standard with a zlib header, by many servers without one.
  deflate: (body, options) => (((body[0] ?? 0) & 0x0f) === 8 ? inflateSync : inflateRawSync)(body, options),
  br: brotliDecompressSync,
};
