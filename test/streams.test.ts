import { readFileSync } from 'node:fs';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { makeCertificates } from '../src/drivers/certificates.fixture.ts';
import { measured, rampart, resultOf } from './command.ts';
import { afterEachAttempt, undisturbed } from './disturbed.ts';
import { serve } from './served.ts';

/** Streamed responses by the built command: over every way, their goodput, and what is refused before a load. */

const { ca, good } = makeCertificates();
const endings: (() => void)[] = [];
afterEachAttempt(() => {
  for (const end of endings.splice(0)) end();
});

async function listening(server: Server): Promise<number> {
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endings.push(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

const event = (content: string, finish: string | null = null): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: finish }] })}\n\n`;

/** Four tokens, one by one; the first comes after so long, ms. */
const streaming = (firstAfter: (n: number) => number): RequestListener => {
  let n = 0;
  return (request, response) => {
    request.resume();
    const wait = firstAfter(n++);
    const parts = [...['a', 'b', 'c'].map((each) => event(each)), `${event('d', 'stop')}data: [DONE]\n\n`];
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const next = (): void => {
      response.write(parts.shift() ?? '');
      if (parts.length === 0) response.end();
      else setTimeout(next, 5);
    };
    setTimeout(next, wait);
  };
};

const tls = { cert: readFileSync(good.certPath), key: readFileSync(good.keyPath) };
const soon = streaming(() => 5);

/** A tunnel (CONNECT), and nothing else. */
function tunnel(): Server {
  const server = createHttp();
  server.on('connect', (incoming, socket: Socket) => {
    const [host, port] = (incoming.url ?? '').split(':');
    const beyond = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(beyond).pipe(socket);
    });
    for (const side of [socket, beyond]) side.on('error', () => [socket, beyond].map((each) => each.destroy()));
  });
  return server;
}

const LOAD = ['--vus', '2', '-n', '12', '--threads', '1', '--body', '{"stream":true}'];

describe('streams', () => {
  const ways = [
    ['TLS', () => createHttps(tls, soon), []],
    ['HTTP/2', () => createSecureServer(tls, soon as never) as unknown as Server, ['--http2']],
    ['a tunnel through a proxy', () => createHttps(tls, soon), ['--proxy']],
  ] as const;
  const followed = async ([, make, flags]: (typeof ways)[number]): Promise<void> => {
    const port = await listening(make());
    const more = flags[0] === '--proxy' ? [...flags, `127.0.0.1:${await listening(tunnel())}`] : flags;
    const { result } = await measured([
      ...['run', `https://localhost:${port}/v1/chat/completions`, '--cacert', ca.certPath],
      ...LOAD,
      ...more,
    ]);
    expect(result.failures).toEqual([]);
    expect(result.totals).toMatchObject({ ok: 12, failed: 0 });
    expect(result.streams).toMatchObject({ ended: 12, outputTokens: 48, finishes: { stop: 12 } });
    expect(result.latency.timeToFirstToken?.count).toBe(12);
    expect(result.latency.interTokenLatency?.count).toBe(36);
    expect(result.latency.interTokenLatency?.max).toBeGreaterThan(0);
  };
  for (const way of ways)
    it(
      `are followed over ${way[0]}`,
      undisturbed(() => followed(way)),
    );

  it(
    'that users leave are counted apart, and closed; prompts are as long as they were asked for',
    undisturbed(async () => {
      let closed = 0;
      const lengths = new Set<number>();
      const port = await listening(
        createHttp((request, response) => {
          let body = '';
          let words: NodeJS.Timeout | undefined;
          let end: NodeJS.Timeout | undefined;
          // From the start: on a busy machine one leaves before all of its request is read.
          response.once('close', () => {
            clearInterval(words);
            clearTimeout(end);
            if (!response.writableFinished) closed++;
          });
          request.on('data', (piece) => {
            body += piece;
          });
          request.on('end', () => {
            lengths.add(JSON.parse(body).messages[0].content.split(' ').length);
            response.writeHead(200, { 'content-type': 'text/event-stream' });
            words = setInterval(() => response.write(event('a')), 10);
            end = setTimeout(() => response.end(`${event('b', 'stop')}data: [DONE]\n\n`), 600);
          });
        }),
      );
      const { stdout, stderr } = await rampart([
        ...['run', `http://127.0.0.1:${port}/v1/chat/completions`, '--vus', '20', '-n', '200', '--threads', '1'],
        ...['--prompt-tokens', '40', '--max-tokens', '8', '--seed', '1', '--no-preflight', '--json'],
        ...['--cancel-after', '250ms', '--cancel-share', '20%'],
      ]);
      const result = resultOf(stdout);
      const { cancelled = 0, ok = 0 } = result.totals.byOutcome;
      expect([result.totals.sent, result.totals.failed, ok + cancelled]).toEqual([200, 0, 200]);
      expect(stderr).toContain(`200 requests sent, ${ok} ok, 0 failed, ${cancelled} cancelled by their users.`);
      // An exact share of a thousand; of 200 of them it is 40 with a deviation of 5.
      expect(Math.abs(cancelled - 40)).toBeLessThan(25);
      // The target hears of the last ones a moment later.
      await vi.waitFor(() => expect(closed).toBe(cancelled), 5_000);
      expect([...lengths]).toEqual([40]);
      expect(result.latency.response.count).toBe(ok);
      expect(result.latency.timeToFirstToken?.count).toBeGreaterThan(ok);
    }),
  );

  it(
    'that are late by turns have half a goodput, each request judged by all its limits',
    undisturbed(async () => {
      const port = await listening(createHttp(streaming((n) => (n % 2 === 0 ? 1 : 4_000))));
      const { result } = await measured([
        ...[
          'run',
          `http://127.0.0.1:${port}/v1/chat/completions`,
          '--vus',
          '8',
          '-n',
          '8',
          '--threads',
          '1',
          '-b',
          '{}',
        ],
        ...['--threshold', 'ttft<2s', '--threshold', 'itl<20s', '--threshold', 'goodput>=25%', '--no-preflight'],
      ]);
      expect(result.goodput).toMatchObject({ good: 4, judged: 8, share: 0.5 });
      expect(result.verdict.checks.map(({ threshold, actual }) => [threshold, actual])).toEqual([
        ['goodput>=25%', 0.5],
      ]);
      expect(result.timeline.reduce((sum, { good = 0 }) => sum + good, 0)).toBe(4);
    }),
  );
});

describe('a search on streams', () => {
  it('looks for the load up to which a share of them is good, and says how many tokens that is', async () => {
    const { url, stop } = await serve('tokens', '--prefill', '5ms', '--decode', '4ms');
    endings.push(stop);
    const { code, stdout } = await rampart([
      ...[
        'find',
        new URL('/v1/completions', url).href,
        '--prompt-tokens',
        '20-40',
        '--max-tokens',
        '8',
        '--budget',
        '10s',
        '--json',
      ],
      ...['--slo', 'ttft<150ms', '--slo', 'tpot<60ms', '--slo', 'goodput>90%', '--allow-rough', '--max-rate', '60/s'],
    ]);
    const { breakingPoint, plan } = resultOf(stdout);
    expect(plan.goodput?.map(({ text }) => text)).toEqual(['ttft<150ms', 'tpot<60ms']);
    expect([0, 3, 5]).toContain(code);
    const streamed = breakingPoint?.levels.filter(({ ok }) => ok > 0) ?? [];
    expect(streamed.length).toBeGreaterThan(1);
    // Eight tokens of each stream that ended.
    for (const { tokensPerSec = 0, achievedPerSec } of streamed)
      expect(tokensPerSec).toBeCloseTo(8 * achievedPerSec, 6);
    if (breakingPoint?.estimate) expect(breakingPoint.summary).toMatch(/ tokens\/s/);
  });
});

describe('a threshold on streams', () => {
  it('is refused before the load where the response is none', async () => {
    let requests = 0;
    const port = await listening(
      createHttp((request, response) => {
        requests++;
        request.resume();
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"text":"all at once"}');
      }),
    );
    const url = `http://127.0.0.1:${port}/v1/chat/completions`;
    for (const thresholds of [['ttft_p95<1s'], ['tokens>5/s'], ['itl<1s', 'goodput>50%']]) {
      requests = 0;
      const flags = thresholds.flatMap((each) => ['--threshold', each]);
      const { code, stderr } = await rampart(['run', url, ...LOAD, ...flags]);
      expect(stderr).toContain(
        `${thresholds[0]} looks at streams, and the response to POST /v1/chat/completions is none (its content type is application/json), so no load was sent`,
      );
      expect(stderr).toContain('"stream": true');
      expect([code, requests]).toEqual([4, 1]);
    }
    const find = await rampart(['find', url, '-b', '{}', '--slo', 'ttft_p95<1s', '--budget', '20s']);
    expect([find.code, find.stderr]).toEqual([4, expect.stringContaining('ttft_p95<1s looks at streams')]);
  });
});
