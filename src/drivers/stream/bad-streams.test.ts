import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { planFixture } from '../../core/plan.fixture.ts';
import type { RequestTemplate } from '../../core/plan.ts';
import { bytes, seconds } from '../../core/units.ts';
import { SystemClock } from '../../load/clock.ts';
import { chunk, endAll, endings, SSE, streamedOn } from './streamed.fixture.ts';
import { WAYS } from './ways.fixture.ts';

/** Servers that never end, flood, or send what is no stream: over every way a named outcome, in bounded memory. */

const streamed = streamedOn.bind(null, new SystemClock());
afterEach(endAll);

/** Writes it again and again, as fast as it is taken, until nobody reads any more. */
function flood(response: ServerResponse, text: string): void {
  const gone = (): boolean => response.destroyed || response.closed;
  while (!gone() && response.write(text));
  if (!gone()) response.once('drain', () => flood(response, text));
}

/** Small events without an end. */
function floodEvents(response: ServerResponse): void {
  response.on('error', () => {});
  response.writeHead(200, SSE);
  flood(response, chunk({ content: 'a' }).repeat(500));
}

describe.each(WAYS)('a bad stream over $name', (way) => {
  it('that never ends times out by that name', async () => {
    let timer: NodeJS.Timeout | undefined;
    endings.push(() => clearInterval(timer));
    const seen = await streamed(
      way,
      (response) => {
        response.writeHead(200, SSE);
        timer = setInterval(() => response.write(chunk({ content: 'a' })), 5);
      },
      { timeout: seconds(0.3) },
    );
    expect(seen).toMatchObject({ outcome: 'timeout', message: 'the stream did not end in time' });
    expect(seen.stream?.pieces).toBeGreaterThan(3);
  });

  it('with an event that never ends is broken off, in bounded memory', async () => {
    const before = process.memoryUsage().arrayBuffers;
    const seen = await streamed(way, (response) => {
      response.on('error', () => {});
      response.writeHead(200, SSE);
      response.write('data: ');
      flood(response, 'x'.repeat(65_536));
    });
    expect(seen).toMatchObject({ outcome: 'protocol-error', message: 'an event of the stream is longer than 4 MiB' });
    // Two of its limit while it grows, and what is on its way.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64e6);
  });

  it('that floods is broken off where its body is longer than may be, in bounded memory', async () => {
    const before = process.memoryUsage().arrayBuffers;
    const seen = await streamed(way, floodEvents, { maxBody: bytes(20e6), timeout: seconds(60) });
    expect(seen).toMatchObject({
      outcome: 'wrong-answer',
      tooLong: true,
      message: expect.stringContaining('longer than --max-body allows'),
    });
    expect(seen.stream?.pieces ?? 0).toBeGreaterThan(100_000);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64e6);
  });

  it('that floods is broken off at its time limit, in bounded memory', async () => {
    const before = process.memoryUsage().arrayBuffers;
    const seen = await streamed(way, floodEvents, { timeout: seconds(0.3) });
    expect(seen).toMatchObject({ outcome: 'timeout', message: 'the stream did not end in time' });
    expect(seen.stream?.pieces ?? 0).toBeGreaterThan(1_000);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64e6);
  });

  it('of other bytes than UTF-8 is followed all the same', async () => {
    const body = Buffer.concat([
      Buffer.from(': \u00e9\n\n', 'latin1'),
      Buffer.from(chunk({ content: 'caf\u00e9 \u00ff' }), 'latin1'),
      Buffer.from([0xff, 0xfe, 0x00, 0x0a, 0x0a]),
      Buffer.from(chunk({ content: '\ud83d\ude00' })),
      Buffer.from('data: [DONE]\n\n'),
    ]);
    const seen = await streamed(way, (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-16' });
      response.end(body);
    });
    expect(seen).toMatchObject({ outcome: 'ok', stream: { pieces: 2 } });
  });

  it('of bytes that are no events, or of none at all, is cut short', async () => {
    for (const body of [gzipSync(chunk({ content: 'a' }).repeat(50)), Buffer.alloc(0), Buffer.from(': ping\n\n')]) {
      const seen = await streamed(way, (response) => {
        response.writeHead(200, SSE);
        response.end(body);
      });
      expect(seen).toMatchObject({ outcome: 'stream-cut', message: 'the stream ended without an event' });
    }
  });

  it('that only keeps its connection alive times out, without a first token', async () => {
    let timer: NodeJS.Timeout | undefined;
    endings.push(() => clearInterval(timer));
    const seen = await streamed(
      way,
      (response) => {
        response.writeHead(200, SSE);
        timer = setInterval(() => response.write(': ping\n\n'), 5);
      },
      { timeout: seconds(0.3) },
    );
    expect(seen).toMatchObject({
      outcome: 'timeout',
      message: 'the stream did not end in time',
      stream: { pieces: 0 },
    });
  });

  it('is none where a response has no body', async () => {
    const [request] = planFixture().requests as [RequestTemplate];
    const empty = (status: number) => (response: ServerResponse) => void response.writeHead(status, SSE).end();
    const head = { requests: [{ ...request, method: 'HEAD', body: null }] };
    expect(await streamed(way, empty(200), head)).toMatchObject({ outcome: 'ok', stream: null });
    expect(await streamed(way, empty(204))).toMatchObject({ outcome: 'ok', stream: null });
  });
});
