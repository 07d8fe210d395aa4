import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2 } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { createExchange, type Exchange } from '../../core/exchange.ts';
import { planFixture } from '../../core/plan.fixture.ts';
import type { Plan } from '../../core/plan.ts';
import type { Clock, Driver } from '../../core/ports.ts';
import { OUTCOMES } from '../../core/sample.ts';
import { bytes, seconds } from '../../core/units.ts';
import { SystemClock } from '../../load/clock.ts';
import { Http1Driver } from '../http1/driver.ts';
import { UndiciDriver } from '../undici/driver.ts';

/** What the drivers see of streamed responses of real servers, over HTTP/1.1 and HTTP/2. */

const clock = new SystemClock();
const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0).reverse()) end();
});

type Response = (response: ServerResponse, request: IncomingMessage) => void;

/** How a test's bodies are served, and sent for. */
interface Way {
  serve(response: Response): ReturnType<typeof createServer>;
  create(plan: Plan, own: Clock): Driver;
  readonly http2: boolean;
}

const HTTP1: Way = {
  serve: (response) => createServer((req, res) => response(res, req)),
  create: (plan, own) => new Http1Driver(plan, own),
  http2: false,
};
const HTTP2: Way = {
  serve: (response) =>
    createHttp2((req, res) =>
      response(res as unknown as ServerResponse, req as unknown as IncomingMessage),
    ) as unknown as ReturnType<typeof createServer>,
  create: (plan, own) => new UndiciDriver(plan, own),
  http2: true,
};

interface Seen {
  readonly outcome: string;
  readonly message: string;
  readonly example: string;
  readonly stream: {
    readonly pieces: number;
    readonly outputTokens: number;
    readonly inputTokens: number;
    readonly finish: number;
  } | null;
  readonly gaps: readonly number[];
  readonly firstAfter: number;
}

/** @param onPiece is told of each piece, and may have the request cancelled. */
async function streamed(
  way: Way,
  response: Response,
  changes: Partial<Plan> = {},
  onPiece: (cancel: () => void) => void = () => {},
): Promise<Seen> {
  const server = way.serve(response);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endings.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const plan = planFixture({
    target: { url: `http://127.0.0.1:${port}/predict`, protocol: 'http:', host: '127.0.0.1', port },
    timeout: seconds(5),
    http2: way.http2,
    ...changes,
  });
  const driver = way.create(plan, clock);
  endings.push(() => driver.close());
  const gaps: number[] = [];
  driver.onPieces = (_, pieces, gap) => {
    if (gap >= 0) gaps.push(gap);
    for (let n = 1; n < pieces; n++) gaps.push(0);
    setImmediate(onPiece, () => driver.cancel?.(exchange));
  };
  const exchange = createExchange(0);
  const done = await new Promise<Exchange>((resolve) => {
    driver.onDone = (back) =>
      resolve({ ...back, stream: back.stream === null ? null : Object.assign(Object.create(null), back.stream) });
    exchange.dueAt = clock.now();
    driver.send(exchange);
  });
  const { outcome, message, example, stream, dueAt } = done;
  return {
    outcome: OUTCOMES[outcome],
    message,
    example,
    stream:
      stream === null
        ? null
        : {
            pieces: stream.pieces,
            outputTokens: stream.outputTokens,
            inputTokens: stream.inputTokens,
            finish: stream.finish,
          },
    gaps,
    firstAfter: stream === null ? -1 : stream.firstAt - dueAt,
  };
}

const SSE = { 'content-type': 'text/event-stream; charset=utf-8' };
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const chunk = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
const USAGE = `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 4 } })}\n\n`;

describe.each([
  ['HTTP/1.1', HTTP1],
  ['HTTP/2', HTTP2],
])('a streamed response over %s', (_, way) => {
  it('has its first token with the first content, not with the role, and every gap', async () => {
    const seen = await streamed(way, async (response) => {
      response.writeHead(200, SSE);
      response.write(chunk({ role: 'assistant', content: '' }));
      response.write(': keep-alive\n\n');
      await wait(60);
      response.write(chunk({ content: 'a' }));
      await wait(40);
      response.write(chunk({ content: 'b' }));
      await wait(40);
      response.write(chunk({ content: 'c' }) + chunk({ content: 'd' }, 'stop'));
      response.end(`${USAGE}data: [DONE]\n\n`);
    });
    expect(seen).toMatchObject({ outcome: 'ok', message: '' });
    expect(seen.stream).toEqual({ pieces: 4, outputTokens: 4, inputTokens: 7, finish: 1 });
    expect(seen.firstAfter).toBeGreaterThan(55_000);
    expect(seen.gaps).toHaveLength(3);
    expect(seen.gaps[0]).toBeGreaterThan(30_000);
    expect(seen.gaps.at(-1)).toBe(0);
  });

  it('is cut short without [DONE]', async () => {
    const seen = await streamed(way, (response) => {
      response.writeHead(200, SSE);
      response.end(chunk({ content: 'a' }));
    });
    expect(seen).toMatchObject({ outcome: 'stream-cut', message: 'the stream ended without [DONE]' });
  });

  it('is cut short by a connection that closes in the middle', async () => {
    const seen = await streamed(way, async (response, request) => {
      response.writeHead(200, SSE);
      response.write(chunk({ content: 'a' }));
      await wait(50);
      if (way.http2) (request as unknown as { stream: { session: { destroy(): void } } }).stream.session.destroy();
      else request.socket.destroy();
    });
    expect(seen.outcome).toBe('stream-cut');
    expect(seen.stream?.pieces).toBe(1);
  });

  it('fails with an error event, and shows it without secrets', async () => {
    const seen = await streamed(
      way,
      (response) => {
        response.writeHead(200, SSE);
        response.end(`${chunk({ content: 'a' })}data: {"error":{"message":"out of memory for sk-secret-value"}}\n\n`);
      },
      {
        requests: [
          {
            ...planFixture().requests[0],
            headers: [['authorization', 'Bearer sk-secret-value']],
          } as Plan['requests'][number],
        ],
      },
    );
    expect(seen).toMatchObject({ outcome: 'stream-error', message: 'the stream has an error event' });
    expect(seen.example).toContain('out of memory');
    expect(seen.example).not.toContain('sk-secret-value');
  });

  it('of JSON lines ends with "done": true', async () => {
    const line = (content: string, done: boolean, more: object = {}): string =>
      `${JSON.stringify({ message: { content }, done, ...more })}\n`;
    const serve = (last: string) => (response: ServerResponse) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.end(line('a', false) + line('b', false) + last);
    };
    const whole = await streamed(way, serve(line('', true, { done_reason: 'length', eval_count: 2 })));
    expect(whole).toMatchObject({ outcome: 'ok', stream: { pieces: 2, outputTokens: 2, finish: 2 } });
    const cut = await streamed(way, serve(''));
    expect(cut).toMatchObject({
      outcome: 'stream-cut',
      message: 'the stream ended without its last event ("done": true)',
    });
  });

  it('of plain text is split into what comes together, where that is asked for', async () => {
    const response = async (response: ServerResponse): Promise<void> => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      for (const text of ['one ', 'two ', 'three']) {
        response.write(text);
        await wait(40);
      }
      response.end();
    };
    expect((await streamed(way, response)).stream).toBeNull();
    expect(await streamed(way, response, { stream: 'chunks' })).toMatchObject({ outcome: 'ok', stream: { pieces: 3 } });
  });

  it('is one long response where that is asked for, or where it failed', async () => {
    const response = (status: number) => (response: ServerResponse) => {
      response.writeHead(status, SSE);
      response.end(chunk({ content: 'a' }));
    };
    expect(await streamed(way, response(200), { stream: 'off' })).toMatchObject({ outcome: 'ok', stream: null });
    expect(await streamed(way, response(503))).toMatchObject({ outcome: 'http-error', stream: null });
  });

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

  it('is closed where its user leaves, which the server sees; what came until then is known', async () => {
    let timer: NodeJS.Timeout | undefined;
    endings.push(() => clearInterval(timer));
    let pieces = 0;
    let closed: () => void = () => {};
    const gone = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const seen = await streamed(
      way,
      (response) => {
        response.once('close', closed);
        response.writeHead(200, SSE);
        timer = setInterval(() => response.write(chunk({ content: 'a' })), 5);
      },
      {},
      (cancel) => {
        if (++pieces === 3) cancel();
      },
    );
    expect(seen).toMatchObject({ outcome: 'cancelled', message: '' });
    expect(seen.stream?.pieces).toBeGreaterThanOrEqual(3);
    expect(seen.firstAfter).toBeGreaterThan(0);
    await gone;
  });

  it('with an event that never ends is broken off', async () => {
    const seen = await streamed(way, (response) => {
      response.on('error', () => {});
      response.writeHead(200, SSE);
      response.write('data: ');
      const more = (): void => {
        while (!response.destroyed && !response.closed && response.write('x'.repeat(65_536)));
        if (!response.destroyed && !response.closed) response.once('drain', more);
      };
      more();
    });
    expect(seen).toMatchObject({ outcome: 'protocol-error', message: 'an event of the stream is longer than 4 MiB' });
  });

  it('that floods is broken off where its body is longer than may be, in bounded memory', async () => {
    const flood = chunk({ content: 'a' }).repeat(500);
    const before = process.memoryUsage().arrayBuffers;
    const seen = await streamed(
      way,
      (response) => {
        response.on('error', () => {});
        response.writeHead(200, SSE);
        const more = (): void => {
          while (!response.destroyed && !response.closed && response.write(flood));
          if (!response.destroyed && !response.closed) response.once('drain', more);
        };
        more();
      },
      { maxBody: bytes(20e6), timeout: seconds(60) },
    );
    expect(seen).toMatchObject({
      outcome: 'wrong-answer',
      message: expect.stringContaining('longer than --max-body allows'),
    });
    expect(seen.stream?.pieces ?? 0).toBeGreaterThan(100_000);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32e6);
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

  it('that is compressed is one long response', async () => {
    const seen = await streamed(way, (response) => {
      response.writeHead(200, { ...SSE, 'content-encoding': 'gzip' });
      response.end(gzipSync(`${chunk({ content: 'a' })}data: [DONE]\n\n`));
    });
    expect(seen).toMatchObject({ outcome: 'ok', stream: null });
  });
});
