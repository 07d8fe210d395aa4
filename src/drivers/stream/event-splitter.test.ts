import { describe, expect, it } from 'vitest';
import { EVENT_LIMIT, EventSplitter } from './event-splitter.ts';
import { LineSplitter } from './line-splitter.ts';
import { arbitraryBody, readByOracle, readByOwn, readLines } from './splitting.fixture.ts';

const dataOf = (text: string, cuts: readonly number[] = [], ended = false): string[] =>
  readByOwn(Buffer.from(text), cuts, ended).map(({ data }) => data);

describe('server-sent events', () => {
  it('are split as eventsource-parser splits them, wherever the network cuts them', () => {
    for (let n = 0; n < 100_000; n++) {
      const { bytes, cuts } = arbitraryBody(n);
      const own = readByOwn(bytes, cuts);
      const theirs = readByOracle(bytes, cuts);
      if (JSON.stringify(own) !== JSON.stringify(theirs))
        expect({ n, text: bytes.toString(), cuts, read: own }).toEqual({
          n,
          text: bytes.toString(),
          cuts,
          read: theirs,
        });
    }
  });

  it('are the same for a cut at every byte, and at every two', () => {
    const text = '\ufeffevent: delta\r\ndata: {"a":\r\ndata: "ü漢"}\r\n\r\n: ping\n\ndata:x\r\rdata: [DONE]\n\n';
    const bytes = Buffer.from(text);
    const whole = readByOwn(bytes, []);
    expect(whole.map(({ data }) => data)).toEqual(['{"a":\n"ü漢"}', 'x', '[DONE]']);
    expect(whole[0]?.name).toBe('delta');
    for (let one = 1; one < bytes.length; one++)
      for (let two = one; two < bytes.length; two++) expect(readByOwn(bytes, [one, two])).toEqual(whole);
  });

  it('count at the end of a body even without an empty line, or any line end', () => {
    expect(dataOf('data: a\n\ndata: [DONE]\n')).toEqual(['a']);
    expect(dataOf('data: a\n\ndata: [DONE]\n', [], true)).toEqual(['a', '[DONE]']);
    expect(dataOf('data: a\n\ndata: [DONE]', [3, 14], true)).toEqual(['a', '[DONE]']);
    expect(dataOf('', [], true)).toEqual([]);
    expect(dataOf(': only a comment', [], true)).toEqual([]);
  });

  it('of 100 MB are refused after 4 MiB, and memory stays bounded', () => {
    const splitter = new EventSplitter({ event: () => expect.unreachable() });
    splitter.begin();
    const piece = Buffer.alloc(64 * 1024, 'x');
    piece.write('data: ');
    const before = process.memoryUsage().arrayBuffers;
    let taken = 0;
    while (taken < 100e6 && splitter.feed(piece, 0, piece.length)) taken += piece.length;
    expect(taken).toBeLessThanOrEqual(EVENT_LIMIT);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * EVENT_LIMIT);
    for (let n = 0; n < 1_000; n++) expect(splitter.feed(piece, 0, piece.length)).toBe(false);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * EVENT_LIMIT);
  });

  it('in many short lines are bounded too', () => {
    const splitter = new EventSplitter({ event: () => expect.unreachable() });
    splitter.begin();
    const piece = Buffer.from('data: 0123456789\n'.repeat(4_000));
    let fed = 0;
    while (fed < 400 && splitter.feed(piece, 0, piece.length)) fed++;
    expect(fed).toBeLessThan(120);
  });
});

describe('JSON lines', () => {
  const text = '{"a":1}\r\n\n{"b":"ü"}\n{"c":3}';

  it('are split at every byte alike, the last one without a line end too', () => {
    const bytes = Buffer.from(text);
    const whole = ['{"a":1}', '{"b":"ü"}', '{"c":3}'];
    for (let one = 0; one < bytes.length; one++)
      for (let two = one; two < bytes.length; two++) expect(readLines(bytes, [one, two])).toEqual(whole);
  });

  it('that are too long are refused', () => {
    const splitter = new LineSplitter({ event: () => expect.unreachable() });
    splitter.begin();
    const piece = Buffer.alloc(1024 * 1024, 'x');
    expect([1, 2, 3, 4, 5].map(() => splitter.feed(piece, 0, piece.length))).toEqual([true, true, true, true, false]);
  });
});
