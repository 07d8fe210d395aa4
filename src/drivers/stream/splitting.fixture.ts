/** One body of server-sent events, in pieces as a network delivers them, read by this project and by eventsource-parser. */
import { createParser } from 'eventsource-parser';
import { EventSplitter } from './event-splitter.ts';
import { LineSplitter } from './line-splitter.ts';

export interface Read {
  readonly name: string;
  readonly data: string;
}

const decode = (bytes: Buffer, start = 0, end = bytes.length): string => bytes.toString('utf8', start, end);

/** Cuts `bytes` at such places, ascending, and hands each piece over in a buffer that is used again for the next. */
function inPieces(
  bytes: Buffer,
  cuts: readonly number[],
  feed: (piece: Buffer, start: number, end: number) => void,
): void {
  const shared = Buffer.alloc(Math.max(1, bytes.length + 3));
  let from = 0;
  for (const to of [...cuts, bytes.length]) {
    if (to <= from) continue;
    shared.fill(0x2a);
    bytes.copy(shared, 3, from, to);
    feed(shared, 3, 3 + to - from);
    from = to;
  }
}

export function readByOwn(bytes: Buffer, cuts: readonly number[], ended = false): Read[] {
  const read: Read[] = [];
  const splitter: EventSplitter = new EventSplitter({
    event: (data, start, end) => read.push({ name: splitter.name, data: decode(data, start, end) }),
  });
  splitter.begin();
  inPieces(bytes, cuts, (piece, start, end) => splitter.feed(piece, start, end));
  if (ended) splitter.end();
  return read;
}

/**
 * The same by eventsource-parser, which reads text. The byte order mark is taken off here: Node 24's decoder takes off two
 * of them where a cut parts the first.
 */
export function readByOracle(bytes: Buffer, cuts: readonly number[]): Read[] {
  const read: Read[] = [];
  const parser = createParser({ onEvent: ({ event = '', data }) => read.push({ name: event, data }) });
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let begun = false;
  inPieces(bytes, cuts, (piece, start, end) => {
    const text = decoder.decode(piece.subarray(start, end), { stream: true });
    parser.feed(begun ? text : text.replace(/^\uFEFF/, ''));
    begun ||= text !== '';
  });
  return read;
}

export function readLines(bytes: Buffer, cuts: readonly number[]): string[] {
  const read: string[] = [];
  const splitter = new LineSplitter({ event: (data, start, end) => read.push(decode(data, start, end)) });
  splitter.begin();
  inPieces(bytes, cuts, (piece, start, end) => splitter.feed(piece, start, end));
  splitter.end();
  return read;
}

const PIECES = [
  ...[
    'data: ',
    'data:',
    'data',
    'event: ',
    'event:',
    'event',
    'id: 7',
    'retry: 5',
    ': keep-alive',
    ':',
    ' ',
    'dat',
    'DATA:x',
  ],
  ...['\n', '\r', '\r\n', '\n\n', '\r\r', '\r\n\r\n', '\n\r', '\n', '\r\n'],
  ...[
    '[DONE]',
    '{"a":1}',
    '{"choices":[{"delta":{"content":"x"}}]}',
    'error',
    'ü',
    '漢字',
    '😀',
    '\u0000',
    '\ufeff',
    'x',
    '',
  ],
];

/** Seeded; in [0, 1). Source: G. Marsaglia, Xorshift RNGs (2003). */
function randomOf(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** The n-th arbitrary body and its cuts: the same each time. */
export function arbitraryBody(n: number): { bytes: Buffer; cuts: number[] } {
  const random = randomOf(n + 1);
  const any = (most: number): number => Math.floor(random() * most);
  let text = any(8) === 0 ? '\ufeff' : '';
  for (let left = any(24); left > 0; left--) text += PIECES[any(PIECES.length)] as string;
  // Both read a CR at the very end when they know what follows it.
  const bytes = Buffer.from(`${text}\n\n`);
  const everywhere = any(10) === 0;
  const cuts = Array.from({ length: any(6) }, () => any(bytes.length + 1)).sort((a, b) => a - b);
  return { bytes, cuts: everywhere ? [...bytes.keys()] : cuts };
}
