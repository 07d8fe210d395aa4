import type { ServerResponse } from 'node:http';
import {
  brotliCompressSync,
  constants,
  createBrotliCompress,
  createDeflate,
  createDeflateRaw,
  createGzip,
  deflateSync,
  gzipSync,
} from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../load/clock.ts';
import { chunk, endAll, SSE, streamedOn } from './streamed.fixture.ts';
import { WAYS } from './ways.fixture.ts';

/** Streams that come compressed: each event is there when its bytes are, and no bomb fills the memory. */

const streamed = streamedOn.bind(null, new SystemClock());
afterEach(endAll);

const CODINGS = [
  ['gzip', 'gzip', createGzip, constants.Z_SYNC_FLUSH],
  ['gzip by its older name', 'x-gzip', createGzip, constants.Z_SYNC_FLUSH],
  ['deflate', 'deflate', createDeflate, constants.Z_SYNC_FLUSH],
  ['deflate without a head', 'Deflate', createDeflateRaw, constants.Z_SYNC_FLUSH],
  ['brotli', 'br', createBrotliCompress, constants.BROTLI_OPERATION_FLUSH],
] as const;

const coded = (coding: string, body: Buffer, type: Readonly<Record<string, string>> = SSE) => {
  return (response: ServerResponse): void => {
    response.on('error', () => {});
    response.writeHead(200, { ...type, 'content-encoding': coding });
    response.end(body);
  };
};

/** Members of gzip one behind the other are one body (RFC 1952, 2.2). */
const IN_MEMBERS = (text: string): Buffer => Buffer.concat([...text].map((letter) => gzipSync(letter)));

const EVENTS = ['a', 'b', 'c', 'd'].map((content) => chunk({ content }));
const WHOLE = `${EVENTS.join('')}data: [DONE]\n\n`;

describe.each(WAYS)('a compressed stream over $name', (way) => {
  it.each(CODINGS)('of %s is followed event by event', async (_, coding, create, flush) => {
    const rest = [...EVENTS];
    const encoder = create();
    // Each event is sent when the one before has been seen: one that is held back would leave the test waiting.
    const next = (): void => {
      const event = rest.shift();
      if (event === undefined) encoder.end('data: [DONE]\n\n');
      else {
        encoder.write(event);
        encoder.flush(flush);
      }
    };
    const seen = await streamed(
      way,
      (response) => {
        response.writeHead(200, { ...SSE, 'content-encoding': coding });
        encoder.pipe(response);
        next();
      },
      {},
      next,
    );
    expect(seen).toMatchObject({ outcome: 'ok', stream: { pieces: 4 } });
    expect(seen.gaps).toHaveLength(3);
    expect(seen.gaps).not.toContain(0);
  });

  it('is cut short where it ends without its last event', async () => {
    const body = gzipSync(EVENTS.join(''));
    expect(await streamed(way, coded('gzip', body))).toMatchObject({
      outcome: 'stream-cut',
      message: 'the stream ended without [DONE]',
      stream: { pieces: 4 },
    });
  });

  it('of events that tell no end is cut short where its compression has none', async () => {
    const events = ['data: one\n\n', 'data: two\n\n'].join('');
    const encoders = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync };
    for (const [coding, encode] of Object.entries(encoders)) {
      const body = encode(Buffer.from(events));
      expect(await streamed(way, coded(coding, body))).toMatchObject({ outcome: 'ok', stream: { pieces: 2 } });
      expect(await streamed(way, coded(coding, body.subarray(0, -1)))).toMatchObject({
        outcome: 'stream-cut',
        message: `the stream ended in the middle of what is compressed (${coding})`,
      });
      // And the next on the same decoder is whole again.
      expect(await streamed(way, coded(coding, body))).toMatchObject({ outcome: 'ok', stream: { pieces: 2 } });
    }
    // What it says itself decides.
    const whole = gzipSync(WHOLE);
    expect(await streamed(way, coded('gzip', whole.subarray(0, -4)))).toMatchObject({ outcome: 'ok' });
  });

  it('is followed in every format that splits it, asked for so or not', async () => {
    const response = coded('gzip', gzipSync(WHOLE));
    for (const changes of [{}, { compressed: true }, { stream: 'sse' }] as const)
      expect(await streamed(way, response, changes)).toMatchObject({ outcome: 'ok', stream: { pieces: 4 } });
    const lines = gzipSync('{"response": "a", "done": false}\n{"response": "b", "done": true}\n');
    const ndjson = coded('gzip', lines, { 'content-type': 'application/x-ndjson' });
    expect(await streamed(way, ndjson)).toMatchObject({ outcome: 'ok', stream: { pieces: 2 } });
    // Where reads are pieces they are of what came.
    expect(await streamed(way, response, { stream: 'chunks' })).toMatchObject({ outcome: 'ok', stream: { pieces: 1 } });
    expect(await streamed(way, response, { stream: 'off' })).toMatchObject({ outcome: 'ok', stream: null });
  });

  it('in members of gzip is one', async () => {
    expect(await streamed(way, coded('gzip', IN_MEMBERS(WHOLE)))).toMatchObject({
      outcome: 'ok',
      stream: { pieces: 4 },
    });
  });

  it('in a way that nobody knows is called by it', async () => {
    for (const coding of ['zstd', 'gzip, br', 'aes128gcm'])
      expect(await streamed(way, coded(coding, Buffer.from(WHOLE)))).toMatchObject({
        outcome: 'wrong-answer',
        message: `the stream is compressed in a way that hides its events (${coding}): ask without accept-encoding, or with --stream off, which takes it for one long response`,
        stream: { pieces: 0 },
      });
  });

  it('that is not what its content-encoding says is broken off', async () => {
    for (const coding of ['gzip', 'deflate', 'br'])
      expect(await streamed(way, coded(coding, Buffer.from(`zzz${WHOLE}`)))).toMatchObject({
        outcome: 'protocol-error',
        message: `the stream is not what its content-encoding says (${coding})`,
      });
  });

  it('that holds far more than it has is broken off, in bounded memory', async () => {
    const letters = Buffer.alloc(64 * 1024 * 1024, 'x');
    const bombs = [
      ['gzip', gzipSync(letters)],
      ['br', brotliCompressSync(letters, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
    ] as const;
    for (const [coding, bomb] of bombs) {
      const before = process.memoryUsage().arrayBuffers;
      const seen = await streamed(way, coded(coding, bomb));
      expect(seen.outcome).toBe('protocol-error');
      expect(seen.message).toMatch(
        /an event of the stream is longer than 4 MiB|one read of the stream holds more than/,
      );
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64e6);
    }
  });
});
