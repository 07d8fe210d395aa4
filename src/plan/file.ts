/** Reads the files that settings name, whole or in pieces, and says of each what is wrong with it. */
import { RampartError } from '../core/errors.ts';
import type { Files } from '../core/world.ts';
import { quote } from './syntax.ts';

/** A 64 MiB body sent once a second is half a gigabit: more is a slip. It is also held once per generator thread. */
const LIMIT_MIB = 64;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EISDIR: 'is a folder, not a file',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
  ECHANGED: 'changed while it was read',
};

const HINTS: Readonly<Record<string, string>> = {
  ECHANGED: 'Wait until it is written, or give a copy of it, which nobody writes to.',
};

/** @throws RampartError 'bad-file' naming the path and the reason. */
export function readInput(files: Pick<Files, 'readBytes'>, path: string, flag: string, hint = ''): Uint8Array {
  let content: Uint8Array;
  try {
    content = files.readBytes(path);
  } catch (error) {
    throw unreadable(error as Error, path, flag, hint);
  }
  if (content.byteLength > LIMIT_MIB * 1_024 * 1_024)
    throw new RampartError('bad-file', `${flag}: ${quote(path)} is larger than ${LIMIT_MIB} MiB`);
  return content;
}

/** Says what is wrong in a line of a file. */
export type Refuse = (line: number, problem: string, hint?: string) => never;

/** A file of any size, piece by piece; each is valid until the next. @throws RampartError as `readInput` */
export function* readPieces(files: Pick<Files, 'pieces'>, path: string, flag: string): Iterable<Uint8Array> {
  try {
    yield* files.pieces(path);
  } catch (error) {
    throw error instanceof RampartError ? error : unreadable(error as Error, path, flag, '');
  }
}

function unreadable(error: NodeJS.ErrnoException, path: string, flag: string, hint: string): RampartError {
  const { code = '', message } = error;
  const reason = REASONS[code] ?? `can't be read: ${message}`;
  return new RampartError('bad-file', `${flag}: ${quote(path)} ${reason}`, HINTS[code] ?? hint, { cause: error });
}

/** The text of UTF-8 bytes, a byte order mark included; null where they are something else. */
export function decodeUtf8(content: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return null;
  }
}

/** The first line, counted from 1, of bytes that are not UTF-8: no letter of several bytes has a line feed in it. */
export function firstBadLine(content: Uint8Array): number {
  let line = 1;
  for (let start = 0; start < content.length; line++) {
    const feed = content.indexOf(10, start);
    const end = feed < 0 ? content.length : feed;
    if (decodeUtf8(content.subarray(start, end)) === null) return line;
    start = end + 1;
  }
  return 1;
}
