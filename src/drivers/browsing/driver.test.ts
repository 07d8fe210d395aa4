import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { createExchange, type Exchange } from '../../core/exchange.ts';
import { planFixture } from '../../core/plan.fixture.ts';
import type { Plan, RequestTemplate } from '../../core/plan.ts';
import { OUTCOMES } from '../../core/sample.ts';
import { bytes, millis } from '../../core/units.ts';
import { SystemClock } from '../../load/clock.ts';
import { ownEngineFor } from '../own.ts';

/** Against real servers, over raw sockets and over HTTP/2. */

const clock = new SystemClock();
let server: Server | null = null;
afterEach(() => server?.close());

type Response = (request: IncomingMessage, response: ServerResponse, body: string) => void;

async function listening(respond: Response, http2: boolean): Promise<Plan['target']> {
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    let body = '';
    request.on('data', (piece: Buffer) => {
      body += piece.toString();
    });
    request.on('end', () => respond(request, response, body));
  };
  const made = http2 ? (createHttp2Server(handle as never) as unknown as Server) : createServer(handle);
  server = made;
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', () => resolve()));
  const { port } = made.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, protocol: 'http:', host: '127.0.0.1', port };
}

const REQUEST: RequestTemplate = {
  name: 'a',
  method: 'POST',
  path: '/start',
  headers: [
    ['content-type', 'application/json'],
    ['x-key', 'k'],
  ],
  body: { encoding: 'utf8', data: '{"x":1}', bytes: bytes(7) },
};

async function driverFor(plan: Plan) {
  const driver = (await ownEngineFor(plan, null))(plan, clock, { index: 0, count: 1 });
  const waiting = new Map<Exchange, () => void>();
  driver.onDone = (exchange) => waiting.get(exchange)?.();
  return {
    driver,
    send: (exchange: Exchange, index = 0): Promise<Exchange> =>
      new Promise((resolve) => {
        exchange.index = index;
        exchange.dueAt = clock.now();
        waiting.set(exchange, () => resolve(exchange));
        driver.send(exchange);
      }),
  };
}

const said = ({ outcome, status, message }: Exchange): string => `${OUTCOMES[outcome]} ${status} ${message}`.trim();

describe.each([
  ['HTTP/1.1', false],
  ['HTTP/2', true],
])('over %s', (_, http2) => {
  const planFor = (target: Plan['target'], more: Partial<Plan>): Plan =>
    planFixture({ target, http2, requests: [REQUEST], ...more });

  it('follows a redirect within one request, whose bytes and time are those of the whole', async () => {
    const got: string[] = [];
    const target = await listening((request, response, body) => {
      const { method, url, headers } = request;
      got.push(`${method} ${url} ${headers['x-key']} ${headers['content-type'] ?? '-'} ${body}`);
      if (url === '/start') setTimeout(() => response.writeHead(307, { location: '/kept' }).end('go'), 60);
      else if (url === '/kept') response.writeHead(302, { location: '/end?q=1' }).end();
      else response.end('fine');
    }, http2);
    const { driver, send } = await driverFor(planFor(target, { followRedirects: true }));
    const done = await send(createExchange(0));
    expect(said(done)).toBe('ok 200');
    expect(got).toEqual([
      'POST /start k application/json {"x":1}',
      'POST /kept k application/json {"x":1}',
      'GET /end?q=1 k - ',
    ]);
    expect(done.doneAt - done.dueAt).toBeGreaterThan(50_000);
    expect(done.sentAt).toBeGreaterThanOrEqual(done.dueAt);
    expect(done.bodyBytesIn).toBe(6);
    expect(driver.inFlight).toBe(0);
    expect(driver.takeConnectionCounts?.()).toMatchObject({ redirects: 2 });
    expect(driver.takeConnectionCounts?.() ?? null).toBeNull();
    driver.close();
  });

  it('leaves a redirect that is expected, or that its request does not follow', async () => {
    const target = await listening((_request, response) => response.writeHead(302, { location: '/end' }).end(), http2);
    const expected = await driverFor(
      planFor(target, { followRedirects: true, checks: [{ kind: 'status', statuses: [[302, 302]] }] }),
    );
    expect(said(await expected.send(createExchange(0)))).toBe('ok 302');
    expected.driver.close();
    const plan = planFor(target, { followRedirects: true, requests: [{ ...REQUEST, followRedirects: false }] });
    const own = await driverFor(plan);
    expect(said(await own.send(createExchange(0)))).toBe('http-error 302 302 redirect to /end');
    own.driver.close();
  });

  it('says why it does not go on', async () => {
    let location = 'https://elsewhere.test/x';
    const target = await listening(({ url = '' }, response) => {
      const next = location === 'on' ? `/n${Number(/\d+/.exec(url)?.[0] ?? 0) + 1}` : location;
      response.writeHead(302, { location: next }).end();
    }, http2);
    const { driver, send } = await driverFor(planFor(target, { followRedirects: true }));
    expect(said(await send(createExchange(0)))).toMatch(
      /^http-error 302 .*elsewhere.*: leads to another origin, which is not followed$/,
    );
    location = '/again';
    expect(said(await send(createExchange(0)))).toMatch(/^http-error 302 .*: redirects lead round in a circle$/);
    location = 'on';
    expect(said(await send(createExchange(0)))).toMatch(/: more than 10 redirects$/);
    driver.close();
  });

  it('has the time limit of one request for all', async () => {
    // Each of them is far below the limit, on a busy machine too; together they are above it.
    const target = await listening(({ url = '' }, response) => {
      const hop = url === '/start' ? 1 : Number(url.slice(1)) + 1;
      if (hop > 9) response.end();
      else setTimeout(() => response.writeHead(302, { location: `/${hop}` }).end(), 200);
    }, http2);
    const { driver, send } = await driverFor(planFor(target, { followRedirects: true, timeout: millis(1_700) }));
    expect(said(await send(createExchange(0)))).toMatch(/^timeout 200 /);
    driver.close();
  });

  it('keeps the cookies of a user for a pass, or for good', async () => {
    const target = await listening(({ url, headers }, response) => {
      response.setHeader('set-cookie', ['s=1; Path=/', 'deep=2; Path=/deep']);
      if (url === '/start' && headers.cookie === undefined) response.writeHead(303, { location: '/deep/x' }).end();
      else response.end(`${headers.cookie}`);
    }, http2);
    const seen: string[] = [];
    for (const cookies of ['pass', 'user'] as const) {
      const { driver, send } = await driverFor(planFor(target, { followRedirects: true, cookies }));
      driver.witness = (response) => {
        if (response.text() !== '') seen.push(response.text());
      };
      const user = createExchange(0);
      for (const pass of [0, 0, 1]) await send(user, pass);
      await send(createExchange(1), 0);
      driver.close();
    }
    expect(seen).toEqual([
      'deep=2; s=1',
      's=1',
      'deep=2; s=1',
      'deep=2; s=1',
      'deep=2; s=1',
      's=1',
      's=1',
      'deep=2; s=1',
    ]);
  });

  it('sends its cookies in one line with those of the plan', async () => {
    const got: string[] = [];
    const target = await listening(({ headers }, response) => {
      got.push(String(headers.cookie));
      response.setHeader('set-cookie', 's=1');
      response.end();
    }, http2);
    const request = { ...REQUEST, headers: [...REQUEST.headers, ['Cookie', 'own=9'] as const] };
    const { driver, send } = await driverFor(planFor(target, { cookies: 'pass', requests: [request] }));
    const user = createExchange(-1);
    await send(user);
    await send(user);
    expect(got).toEqual(['own=9', 'own=9; s=1']);
    driver.close();
  });

  it('decodes bodies, so that checks and captures see what they hold, and counts both sizes', async () => {
    const text = JSON.stringify({ label: 'approved', pad: 'x'.repeat(5_000) });
    const bodies: Record<string, Buffer> = {
      gzip: gzipSync(text),
      deflate: deflateSync(text),
      br: brotliCompressSync(text),
      identity: Buffer.from(text),
      // Ten megabytes of one letter.
      bomb: gzipSync(Buffer.alloc(10_000_000)),
      broken: Buffer.from('no gzip'),
    };
    let coding = 'gzip';
    const target = await listening((_request, response) => {
      const named = { bomb: 'gzip', broken: 'gzip' }[coding] ?? coding;
      response.setHeader('content-encoding', named);
      response.end(bodies[coding]);
    }, http2);
    const checks = [{ kind: 'contains' as const, text: '"label":"approved"' }];
    const { driver, send } = await driverFor(planFor(target, { compressed: true, checks }));
    const wire: number[] = [];
    for (coding of ['gzip', 'deflate', 'br', 'identity']) {
      const done = await send(createExchange(0));
      expect([coding, said(done)]).toEqual([coding, 'ok 200']);
      wire.push(done.bodyBytesIn);
    }
    expect(wire).toEqual(['gzip', 'deflate', 'br', 'identity'].map((name) => bodies[name]?.length));
    const sum = wire.reduce((total, one) => total + one, 0);
    expect(driver.takeConnectionCounts?.()?.decoded).toEqual({
      ...{ responses: 4, wireBytes: sum, bytes: 4 * text.length, undecoded: 0 },
    });
    coding = 'bomb';
    expect(said(await send(createExchange(0)))).toBe('wrong-answer 200 the body is larger than 1 MiB');
    coding = 'broken';
    expect(said(await send(createExchange(0)))).toBe(
      'wrong-answer 200 the body is not what its content-encoding says (gzip)',
    );
    expect(driver.takeConnectionCounts?.()?.decoded).toMatchObject({ responses: 0, undecoded: 2 });
    driver.close();
  });
});
