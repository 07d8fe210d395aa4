import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { heldUp } from '../../../test/held-up.ts';
import type { Exchange } from '../../core/exchange.ts';
import { planFixture } from '../../core/plan.fixture.ts';
import type { Plan } from '../../core/plan.ts';
import { OUTCOMES } from '../../core/sample.ts';
import { count, millis, seconds } from '../../core/units.ts';
import { SystemClock } from '../../load/clock.ts';
import { ClosedLoad } from '../../load/closed.ts';
import { Epochs } from '../../load/epochs.ts';
import { flowsFixture } from '../../load/flows.fixture.ts';
import { AutocannonDriver } from './driver.ts';

const clock = new SystemClock();
const endings: (() => void)[] = [];
const drivers: AutocannonDriver[] = [];
afterEach(() => {
  for (const end of endings.splice(0).reverse()) end();
});

type Response = (request: IncomingMessage, response: ServerResponse, nth: number) => void;

async function serving(respond: Response): Promise<{ port: number; answered: () => number; server: Server }> {
  let nth = 0;
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => respond(request, response, nth++));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endings.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, answered: () => nth, server };
}

interface Outcome {
  readonly exchanges: readonly Pick<
    Exchange,
    'dueAt' | 'sentAt' | 'firstByteAt' | 'doneAt' | 'connectTook' | 'bodyBytesIn'
  >[];
  readonly outcomes: Record<string, number>;
  readonly messages: Set<string>;
  readonly sent: number;
}

/** Users against a port, with the load model of every other run. */
function offer(port: number, vus: number, requests: number, changes: Partial<Plan> = {}): Promise<Outcome> {
  const profile = {
    model: 'closed',
    vus: [{ duration: seconds(60), from: count(vus), to: count(vus) }],
    thinkTime: null,
  } as const;
  const target = { url: `http://127.0.0.1:${port}/p`, protocol: 'http:' as const, host: '127.0.0.1', port };
  const plan = planFixture({ target, load: profile, engine: 'autocannon', timeout: seconds(5), ...changes });
  const driver = new AutocannonDriver(plan, clock);
  endings.push(() => driver.close());
  drivers.push(driver);
  const load = new ClosedLoad(
    profile,
    { index: 0, count: 1 },
    {
      clock,
      driver,
      seed: 1,
      maxRequests: requests,
      epochs: new Epochs(clock.now(), millis(0)),
      warmupRequests: 0,
      flows: flowsFixture(),
    },
  );
  const exchanges: Exchange[] = [];
  const outcomes: Record<string, number> = {};
  const messages = new Set<string>();
  return new Promise((resolve) => {
    driver.onDone = (exchange) => {
      exchanges.push({ ...exchange });
      const outcome = OUTCOMES[exchange.outcome];
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      messages.add(exchange.message);
      load.done(exchange);
      if (load.finished && driver.inFlight === 0) resolve({ exchanges, outcomes, messages, sent: load.sent });
    };
    load.start(clock.now());
  });
}

describe('autocannon', () => {
  it('sends what the plan says, and its times are the recorded ones', async () => {
    const held = heldUp();
    let seen = '';
    const target = await serving((request, response) => {
      seen = `${request.method} ${request.url} ${request.headers['content-type']} ${request.headers['content-length']}`;
      setTimeout(() => response.end('fine'), 30);
    });
    const { exchanges, outcomes, sent } = await offer(target.port, 4, 40);
    expect(seen).toBe('POST /p application/json 7');
    expect(outcomes).toEqual({ ok: 40 });
    expect(sent).toBe(40);
    const connected = exchanges.filter((exchange) => exchange.connectTook >= 0);
    expect(connected).toHaveLength(4);
    for (const { dueAt, sentAt, firstByteAt, doneAt } of exchanges) {
      expect(doneAt - sentAt).toBeGreaterThan(millis(28));
      expect(doneAt - sentAt).toBeLessThan(millis(500) + held());
      expect(dueAt).toBeLessThanOrEqual(sentAt);
      expect(firstByteAt).toBeGreaterThanOrEqual(sentAt);
      expect(firstByteAt).toBeLessThanOrEqual(doneAt);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
    // Nobody asks once the last user is gone.
    expect(target.answered()).toBe(40);
  });

  it.each([
    ['whole', (response: ServerResponse) => response.end('fine')],
    [
      'in chunks',
      (response: ServerResponse) => {
        response.write('fi');
        setTimeout(() => response.end('ne'), 5);
      },
    ],
  ])('counts the bytes of bodies that come %s', async (_, respond) => {
    const target = await serving((_request, response) => respond(response));
    const { exchanges, outcomes } = await offer(target.port, 2, 20);
    expect(outcomes).toEqual({ ok: 20 });
    expect(exchanges.map(({ bodyBytesIn }) => bodyBytesIn)).toEqual(new Array(20).fill(4));
  });

  it('is timed right where the target ends connections in good order', async () => {
    const held = heldUp();
    const target = await serving((_request, response, nth) => {
      if (nth % 5 === 4) response.setHeader('connection', 'close');
      setTimeout(() => response.end('fine'), 10);
    });
    const { exchanges, outcomes } = await offer(target.port, 3, 120);
    expect(outcomes).toEqual({ ok: 120 });
    for (const { sentAt, doneAt } of exchanges) expect(doneAt - sentAt).toBeLessThan(millis(300) + held());
  });

  it('tells errors, resets and timeouts apart, and counts each once', async () => {
    const errors = await serving((_request, response) => response.writeHead(503).end());
    expect(await offer(errors.port, 2, 20)).toMatchObject({ outcomes: { 'http-error': 20 }, sent: 20 });

    const resetting = await serving((request, response, nth) => {
      if (nth % 4 === 3) request.socket.destroy();
      else response.end('fine');
    });
    const cut = await offer(resetting.port, 2, 40);
    expect(cut.sent).toBe(40);
    expect(cut.outcomes['ok']).toBeGreaterThan(20);
    expect((cut.outcomes['ok'] ?? 0) + (cut.outcomes['reset'] ?? 0)).toBe(40);

    const silent = await serving((_request, response, nth) => {
      if (nth > 1) response.end('fine');
    });
    const late = await offer(silent.port, 2, 10, { timeout: millis(300) });
    expect(late.outcomes).toEqual({ timeout: 2, ok: 8 });
    expect(late.messages).toEqual(new Set(['no response in time', '']));
  });

  it('fails at a redirect, and names where it points', async () => {
    const target = await serving((_, response) => response.writeHead(307, { Location: '/predict/' }).end());
    const { outcomes, messages } = await offer(target.port, 2, 10);
    expect(outcomes).toEqual({ 'http-error': 10 });
    expect([...messages]).toEqual(['307 redirect to /predict/']);
  });

  it('is a connect-error where nothing listens', async () => {
    const gone = createTcpServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    const { outcomes, messages } = await offer(port, 2, 4);
    expect(outcomes).toEqual({ 'connect-error': 4 });
    expect(messages).toEqual(new Set([`ECONNREFUSED 127.0.0.1:${port}`]));
  });

  it('gives up what is unanswered when the run ends', async () => {
    const opened: Socket[] = [];
    const server = createTcpServer((socket) => opened.push(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    endings.push(() => {
      for (const socket of opened) socket.destroy();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const run = offer(port, 3, 3);
    await expect.poll(() => opened.length).toBe(3);
    const driver = drivers.at(-1)!;
    expect(driver.inFlight).toBe(3);
    driver.abort();
    expect((await run).outcomes).toEqual({ aborted: 3 });
  });
});
