import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PROGRESS, ResponseParser } from './http1/parser.ts';
import { BODY_LIMIT, ResponseBuffer } from './response-buffer.ts';

/** Reads as the driver does: every read into one buffer, which the next one overwrites. */
function readIn(pieces: readonly Buffer[]): { parser: ResponseParser; response: ResponseBuffer } {
  const parser = new ResponseParser();
  const response = new ResponseBuffer();
  parser.response = response;
  parser.reset(false);
  const shared = Buffer.alloc(64 * 1024, 0x3f);
  for (const [number, piece] of pieces.entries()) {
    shared.fill(0x3f);
    piece.copy(shared);
    const progress = parser.feed(shared, 0, piece.length);
    if (progress === PROGRESS.more) response.settle();
    else if (number < pieces.length - 1) throw new Error(`ends early: ${parser.error}`);
  }
  return { parser, response };
}

const bodyOf = ({ bytes, start, end }: ResponseBuffer): string => bytes.toString('utf8', start, end);

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
        const { response } = readIn(cutAt(text, places));
        expect(bodyOf(response)).toBe('{"y":"ü°"}');
        expect(response.header('x-a')).toBe('b c');
        expect(response.header('x-b')).toBeNull();
      }),
    );
    for (let at = 1; at < Buffer.byteLength(text); at++)
      expect(bodyOf(readIn(cutAt(text, [at - 1])).response)).toBe('{"y":"ü°"}');
  });

  it('has headers as they came, or as a library has read them', () => {
    const { response } = readIn([Buffer.from(LENGTH)]);
    expect([response.header('x-a'), response.header('x-b')]).toEqual(['b c', null]);
    response.reset();
    response.fields(['X-A', ' b c', 'x-a', 'second', 'X-C', 'd']);
    expect(['x-a', 'x-c', 'x-b'].map((name) => response.header(name))).toEqual(['b c', 'd', null]);
    response.reset();
    expect(response.header('x-a')).toBeNull();
  });

  it('in one read is not copied', () => {
    const response = new ResponseBuffer();
    const shared = Buffer.from('xxbodyxx');
    response.body(shared, 2, 6);
    expect(response.bytes).toBe(shared);
    expect(bodyOf(response)).toBe('body');
    response.reset();
    expect(bodyOf(response)).toBe('');
  });

  it('is kept up to a limit, and said to be too large beyond it', () => {
    const response = new ResponseBuffer();
    const piece = Buffer.alloc(64 * 1024, 0x61);
    for (let size = 0; size < BODY_LIMIT; size += piece.length) {
      response.body(piece, 0, piece.length);
      response.settle();
    }
    expect([response.end - response.start, response.tooLarge]).toEqual([BODY_LIMIT, false]);
    response.body(piece, 0, 1);
    response.settle();
    expect([response.end - response.start, response.tooLarge]).toEqual([0, true]);
    response.reset();
    response.body(piece, 0, 2);
    expect([bodyOf(response), response.tooLarge]).toEqual(['aa', false]);
  });
});
