import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerBuffer, BODY_LIMIT } from './answer.ts';
import { PROGRESS, ResponseParser } from './http1/parser.ts';

/** Reads as the driver does: every read into one buffer, which the next one overwrites. */
function readIn(pieces: readonly Buffer[]): { parser: ResponseParser; answer: AnswerBuffer } {
  const parser = new ResponseParser();
  const answer = new AnswerBuffer();
  parser.answer = answer;
  parser.reset(false);
  const shared = Buffer.alloc(64 * 1024, 0x3f);
  for (const [number, piece] of pieces.entries()) {
    shared.fill(0x3f);
    piece.copy(shared);
    const progress = parser.feed(shared, 0, piece.length);
    if (progress === PROGRESS.more) answer.settle();
    else if (number < pieces.length - 1) throw new Error(`ends early: ${parser.error}`);
  }
  return { parser, answer };
}

const bodyOf = ({ bytes, start, end }: AnswerBuffer): string => bytes.toString('utf8', start, end);

function cutAt(text: string, places: readonly number[]): Buffer[] {
  const whole = Buffer.from(text);
  const cuts = [...new Set(places.map((place) => 1 + (place % (whole.length - 1))))].sort((a, b) => a - b);
  return [...cuts, whole.length].map((end, number) => whole.subarray(cuts[number - 1] ?? 0, end));
}

const LENGTH = 'HTTP/1.1 200 OK\r\nX-A:  b c \r\nContent-Length: 12\r\n\r\n{"y":"ü°"}';
const CHUNKED =
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nx-a: b c\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{"y\r\n9;e=1\r\n":"ü°"}\r\n0\r\nT: x\r\n\r\n';

describe('an answer', () => {
  it.each([LENGTH, CHUNKED])('is whole however its bytes come: %j', (text) => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000), { maxLength: 12 }), (places) => {
        const { answer } = readIn(cutAt(text, places));
        expect(bodyOf(answer)).toBe('{"y":"ü°"}');
        expect(answer.header('x-a')).toBe('b c');
        expect(answer.header('x-b')).toBeNull();
      }),
    );
    for (let at = 1; at < Buffer.byteLength(text); at++)
      expect(bodyOf(readIn(cutAt(text, [at - 1])).answer)).toBe('{"y":"ü°"}');
  });

  it('has headers as they came, or as a library has read them', () => {
    const { answer } = readIn([Buffer.from(LENGTH)]);
    expect([answer.header('x-a'), answer.header('x-b')]).toEqual(['b c', null]);
    answer.reset();
    answer.fields(['X-A', ' b c', 'x-a', 'second', 'X-C', 'd']);
    expect(['x-a', 'x-c', 'x-b'].map((name) => answer.header(name))).toEqual(['b c', 'd', null]);
    answer.reset();
    expect(answer.header('x-a')).toBeNull();
  });

  it('in one read is not copied', () => {
    const answer = new AnswerBuffer();
    const shared = Buffer.from('xxbodyxx');
    answer.body(shared, 2, 6);
    expect(answer.bytes).toBe(shared);
    expect(bodyOf(answer)).toBe('body');
    answer.reset();
    expect(bodyOf(answer)).toBe('');
  });

  it('is kept up to a limit, and said to be too large beyond it', () => {
    const answer = new AnswerBuffer();
    const piece = Buffer.alloc(64 * 1024, 0x61);
    for (let size = 0; size < BODY_LIMIT; size += piece.length) {
      answer.body(piece, 0, piece.length);
      answer.settle();
    }
    expect([answer.end - answer.start, answer.tooLarge]).toEqual([BODY_LIMIT, false]);
    answer.body(piece, 0, 1);
    answer.settle();
    expect([answer.end - answer.start, answer.tooLarge]).toEqual([0, true]);
    answer.reset();
    answer.body(piece, 0, 2);
    expect([bodyOf(answer), answer.tooLarge]).toEqual(['aa', false]);
  });
});
