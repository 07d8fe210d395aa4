/** For tests: reads a response with our own parser, in the form of llhttp's reading. */
import { ResponseBuffer } from '../response-buffer.ts';
import type { Reading } from './llhttp.fixture.ts';
import { PROGRESS, ResponseParser } from './parser.ts';

/** A response as our parser reads it, in the form in which llhttp's reading is given. */
export interface Ours extends Omit<Reading, 'headers'> {
  readonly keepAliveTimeout: number;
  /** Of a name in lower case the first value, or null. */
  header(name: string): string | null;
  /** Of a head that was cut off: would it have been refused, had the line or the whole head ended there? */
  malformedWhenCompleted(): boolean;
}

const parser = new ResponseParser();
parser.response = new ResponseBuffer();
const shared = Buffer.alloc(64 * 1024);

/** Reads the bytes with our parser in pieces, each through the same buffer, and then the end of the connection. */
export function readWithOurs(bytes: Buffer, cuts: readonly number[], bodiless: boolean): Ours {
  parser.reset(bodiless);
  let start = 0;
  let verdict: Reading['verdict'] | null = null;
  let end = bytes.length;
  for (const cut of [...cuts, bytes.length]) {
    bytes.copy(shared, 0, start, cut);
    const progress = parser.feed(shared, 0, cut - start);
    parser.response?.settle();
    shared.fill(0, 0, cut - start);
    if (progress === PROGRESS.broken) verdict = 'malformed';
    if (progress === PROGRESS.done) {
      verdict = 'done';
      end = start + parser.consumed;
    }
    if (verdict !== null) break;
    start = cut;
  }
  verdict ??= parser.end() === PROGRESS.done ? 'done' : 'cut-off';
  const { status, bodyBytes: body, reusable, error: reason, keepAliveTimeout } = parser;
  const header = (name: string): string | null => parser.response?.header(name) ?? null;
  const malformedWhenCompleted = (): boolean =>
    ['\r\n\r\n', '\n\r\n'].some((rest) => {
      const completed = Buffer.concat([bytes, Buffer.from(rest, 'latin1')]);
      return readWithOurs(completed, [], bodiless).verdict === 'malformed';
    });
  return { verdict, status, body, end, reusable, reason, keepAliveTimeout, header, malformedWhenCompleted };
}
