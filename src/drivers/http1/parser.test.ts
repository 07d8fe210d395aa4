import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HEAD_LIMIT } from './head-pieces.ts';
import { PROGRESS, ResponseParser } from './parser.ts';

interface Seen {
  verdict: 'done' | 'broken' | 'more';
  status: number;
  body: number;
  reusable: boolean;
  consumed: number;
  error: string;
}

/** Feeds a response in pieces cut at the given places; then the target closes, where it has not ended. */
function parse(
  text: string,
  cuts: readonly number[] = [],
  options: { bodiless?: boolean; close?: boolean } = {},
): Seen {
  const bytes = Buffer.from(text, 'latin1');
  const parser = new ResponseParser();
  parser.reset(options.bodiless ?? false);
  const places = [...new Set([...cuts.filter((cut) => cut > 0 && cut < bytes.length), bytes.length])].sort(
    (a, b) => a - b,
  );
  let verdict: Seen['verdict'] = 'more';
  let start = 0;
  let consumed = 0;
  for (const end of places) {
    // A buffer of its own each time: what was not kept is gone.
    const piece = Buffer.from(bytes.subarray(start, end));
    const progress = parser.feed(piece, 0, piece.length);
    piece.fill(0);
    consumed = start + parser.consumed;
    if (progress === PROGRESS.broken) verdict = 'broken';
    if (progress === PROGRESS.done) verdict = 'done';
    if (progress !== PROGRESS.more) break;
    start = end;
  }
  if (verdict === 'more' && options.close && parser.end() === PROGRESS.done) verdict = 'done';
  const { status, bodyBytes: body, reusable, error } = parser;
  return { verdict, status, body, reusable, consumed, error };
}

const responses: Record<string, { text: string; expected: Partial<Seen>; close?: boolean; bodiless?: boolean }> = {
  'content length': {
    text: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Type: text/plain\r\n\r\nhello',
    expected: { verdict: 'done', status: 200, body: 5, reusable: true },
  },
  'no reason phrase': {
    text: 'HTTP/1.1 200\r\ncontent-length:0\r\n\r\n',
    expected: { verdict: 'done', status: 200, body: 0 },
  },
  chunked: {
    text: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0A;ext="x"\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n',
    expected: { verdict: 'done', status: 200, body: 15, reusable: true },
  },
  'until close': {
    text: 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nhello',
    expected: { verdict: 'done', status: 200, body: 5, reusable: false },
    close: true,
  },
  '1xx before the answer': {
    text: 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok',
    expected: { verdict: 'done', status: 201, body: 2 },
  },
  '204 with a length': {
    text: 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n',
    expected: { verdict: 'done', status: 204, body: 0, reusable: true },
  },
  304: {
    text: 'HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n',
    expected: { verdict: 'done', status: 304, body: 0 },
  },
  'answer to HEAD': {
    text: 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n',
    expected: { verdict: 'done', status: 200, body: 0, reusable: true },
    bodiless: true,
  },
  'connection close': {
    text: 'HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 1\r\n\r\nx',
    expected: { verdict: 'done', reusable: false },
  },
  'HTTP/1.0': { text: 'HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx', expected: { verdict: 'done', reusable: false } },
  'HTTP/1.0 kept alive': {
    text: 'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx',
    expected: { verdict: 'done', reusable: true },
  },
  'other coding than chunked': {
    text: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nxx',
    expected: { verdict: 'done', body: 2, reusable: false },
    close: true,
  },
};

describe('a well-formed answer', () => {
  for (const [name, { text, expected, ...options }] of Object.entries(responses)) {
    it(`is framed the same however it is cut: ${name}`, () => {
      const whole = parse(text, [], options);
      expect(whole).toMatchObject({ ...expected, consumed: text.length, error: '' });
      for (let cut = 1; cut < text.length; cut++) expect(parse(text, [cut], options)).toEqual(whole);
      fc.assert(
        fc.property(fc.array(fc.nat(text.length)), (cuts) => {
          expect(parse(text, cuts, options)).toEqual(whole);
        }),
        { numRuns: 50 },
      );
    });
  }

  it('ends where it ends: what follows is not consumed', () => {
    const text = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
    expect(parse(`${text}HTTP/1.1 200 OK\r\n`).consumed).toBe(text.length);
  });

  it('tells how long the target keeps an idle connection', () => {
    const parser = new ResponseParser();
    parser.reset(false);
    const bytes = Buffer.from('HTTP/1.1 204 x\r\nKeep-Alive: max=3, timeout=5\r\n\r\n');
    expect(parser.feed(bytes, 0, bytes.length)).toBe(PROGRESS.done);
    expect(parser.keepAliveTimeout).toBe(5);
    // What an interim response says is not said by the final one.
    parser.reset(false);
    const both = Buffer.from('HTTP/1.1 100 x\r\nKeep-Alive: timeout=5\r\n\r\nHTTP/1.1 204 x\r\n\r\n');
    expect(parser.feed(both, 0, both.length)).toBe(PROGRESS.done);
    expect(parser.keepAliveTimeout).toBe(-1);
  });

  it('may have a long head, and a parser can be used again', () => {
    const parser = new ResponseParser();
    const long = `HTTP/1.1 200 OK\r\nX-Long: ${'x'.repeat(30_000)}\r\nContent-Length: 0\r\n\r\n`;
    for (let round = 0; round < 3; round++) {
      parser.reset(false);
      const bytes = Buffer.from(long);
      for (let at = 0; at < bytes.length; at += 1000)
        expect(parser.feed(bytes, at, Math.min(bytes.length, at + 1000))).toBe(
          at + 1000 >= bytes.length ? PROGRESS.done : PROGRESS.more,
        );
    }
  });
});

describe('a broken answer', () => {
  const head = 'HTTP/1.1 200 OK\r\n';
  const broken: Record<string, string> = {
    'no HTTP at all': 'SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n',
    'HTTP/2 preface': 'HTTP/2.0 200 OK\r\n\r\n',
    'a status of two digits': 'HTTP/1.1 20 OK\r\n\r\n',
    'a status of four digits': 'HTTP/1.1 2000 OK\r\n\r\n',
    'a bare line feed': 'HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n',
    'a header without a colon': `${head}Content-Length 5\r\n\r\n`,
    'a space before the colon': `${head}Content-Length : 5\r\n\r\n`,
    'an empty header name': `${head}: 5\r\n\r\n`,
    'a folded header': `${head}A: b\r\n c\r\n\r\n`,
    'a NUL in a header': `${head}A: b\0\r\n\r\n`,
    'a length that is no number': `${head}Content-Length: five\r\n\r\n`,
    'a negative length': `${head}Content-Length: -5\r\n\r\n`,
    'an empty length': `${head}Content-Length:\r\n\r\n`,
    'two lengths': `${head}Content-Length: 5\r\nContent-Length: 6\r\n\r\n`,
    'a length and chunks': `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n`,
    'a chunk size that is no number': `${head}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`,
    'an empty chunk size': `${head}Transfer-Encoding: chunked\r\n\r\n\r\n`,
    'a chunk longer than its size': `${head}Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n`,
    'an endless chunk size': `${head}Transfer-Encoding: chunked\r\n\r\n${'f'.repeat(20)}\r\n`,
    'a bare line feed in a head that does not end': 'HTTP/1.1 200 OK\nContent-Length: 0\n\n',
    'a DEL in a header': `${head}A: b\x7f\r\n\r\n`,
    'a length and an empty coding': `${head}Content-Length: 5\r\nTransfer-Encoding:\r\n\r\nhello`,
    'a space after a chunk size': `${head}Transfer-Encoding: chunked\r\n\r\n2 \r\nab\r\n`,
    'a chunk extension without a name': `${head}Transfer-Encoding: chunked\r\n\r\n2;\r\nab\r\n`,
    'a chunk extension that is cut in two': `${head}Transfer-Encoding: chunked\r\n\r\n2;a="b" c\r\nab\r\n`,
    'a trailer without a colon': `${head}Transfer-Encoding: chunked\r\n\r\n0\r\nTrailer\r\n\r\n`,
    'a bare line feed in the trailers': `${head}Transfer-Encoding: chunked\r\n\r\n0\r\nA: b\n\r\n`,
    'a folded trailer': `${head}Transfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n c\r\n\r\n`,
    'a response behind an interim one that closes':
      'HTTP/1.1 100 Continue\r\nConnection: close\r\n\r\nHTTP/1.1 200 OK\r\n\r\n',
    'another protocol': 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n',
    'an endless head': `${head}X: ${'x'.repeat(HEAD_LIMIT)}\r\n\r\n`,
    'endless trailers': `${head}Transfer-Encoding: chunked\r\n\r\n0\r\nX: ${'x'.repeat(HEAD_LIMIT)}\r\n\r\n`,
  };
  for (const [name, text] of Object.entries(broken))
    it(`is refused with a reason, however it is cut: ${name}`, () => {
      const whole = parse(text);
      expect(whole.verdict).toBe('broken');
      expect(whole.error).not.toBe('');
      for (let cut = 1; cut < Math.min(text.length, 200); cut++) {
        const seen = parse(text, [cut]);
        expect(seen.verdict).toBe('broken');
      }
    });

  it('that is cut off by the end of the connection is not done', () => {
    expect(parse('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel', [], { close: true }).verdict).toBe('more');
    expect(
      parse('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n', [], { close: true }).verdict,
    ).toBe('more');
    expect(parse('HTTP/1.1 200', [], { close: true }).verdict).toBe('more');
  });

  it('never makes the parser throw, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (noise, framed) => {
        const prefix = framed ? 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n' : 'HTTP/1.1 200 ';
        parse(prefix + Buffer.from(noise).toString('latin1'), [noise.length, 20]);
      }),
      { numRuns: 500 },
    );
  });
});
