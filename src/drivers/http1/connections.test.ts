import { mkdtempSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { EXHAUSTION } from '../../core/cause.ts';
import { createExchange, type Exchange } from '../../core/exchange.ts';
import { planFixture } from '../../core/plan.fixture.ts';
import type { Connections, Plan } from '../../core/plan.ts';
import type { Clock } from '../../core/ports.ts';
import type { Segment } from '../../core/segment.ts';
import { count, type Micros, micros, millis, seconds } from '../../core/units.ts';
import { SystemClock } from '../../load/clock.ts';
import { exchanged, outcomeOf, send as sendNow } from '../exchanged.fixture.ts';
import { describeFailure } from '../failure.ts';
import { Lookup } from '../lookup.ts';
import { reach } from '../reach.ts';
import { Http1Driver } from './driver.ts';
import { WaitingLine } from './waiting-line.ts';

const machine = new SystemClock();
/** µs by which the driver's clock is ahead of the machine's: what would be waited for is skipped. */
let ahead = 0;
const clock: Clock = {
  now: () => (machine.now() + ahead) as Micros,
  after: (delay, callback) => machine.after(delay, callback),
  soon: (callback) => machine.soon(callback),
  cancel: (timer) => machine.cancel(timer),
};
const opened: Socket[] = [];
const servers: Server[] = [];
let driver: Http1Driver | null = null;

afterEach(() => {
  driver?.close();
  for (const socket of opened.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

type Speak = (socket: Socket, nth: number) => void;

function serverThat(speak: Speak): Server {
  const server = createServer((socket) => {
    opened.push(socket);
    let nth = 0;
    socket.on('error', () => {});
    socket.on('data', () => speak(socket, nth++));
  });
  servers.push(server);
  return server;
}

/** A driver for a server on all of loopback that calls `speak` with each request. */
async function driverFor(
  speak: Speak,
  connections: Partial<Connections> = {},
  changes: Partial<Plan> = {},
  segment?: Segment,
): Promise<Http1Driver> {
  const server = serverThat(speak);
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const { port } = server.address() as AddressInfo;
  const plan = planFixture({ timeout: seconds(5), ...changes });
  const target = { url: `http://127.0.0.1:${port}/p`, protocol: 'http:', host: '127.0.0.1', port } as const;
  const usual = plan.connections;
  driver = new Http1Driver({ ...plan, target, connections: { ...usual, ...connections } }, clock, segment);
  return driver;
}

const send = (sender: Http1Driver, exchange: Exchange): void => sendNow(sender, clock, exchange);
const exchangeOnce = (sender: Http1Driver, exchange: Exchange): Promise<Exchange> => exchanged(sender, clock, exchange);

/** Sends so many requests without a user at once; resolves with all of them when the last is done. */
function burst(sender: Http1Driver, size: number): Promise<Exchange[]> {
  const done: Exchange[] = [];
  return new Promise((resolve) => {
    sender.onDone = (exchange) => {
      done.push(exchange);
      if (done.length === size) resolve(done);
    };
    for (let n = 0; n < size; n++) send(sender, createExchange(-1));
  });
}

const response = (more = ''): string => `HTTP/1.1 200 OK\r\nContent-Length: 2\r\n${more}\r\nok`;
const later = (ms: number, action: () => void): unknown => setTimeout(action, ms);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('a limited number of connections', () => {
  it('is kept; a request that finds all busy waits in line, first come first served, and the wait is told', async () => {
    const sender = await driverFor((socket) => later(20, () => socket.write(response())), { limit: count(2) });
    const done = await burst(sender, 10);
    expect(done.map(outcomeOf)).toEqual(Array(10).fill('ok'));
    expect(opened).toHaveLength(2);
    expect(sender.inFlight).toBe(0);
    const byDue = [...done].sort((a, b) => a.dueAt - b.dueAt);
    expect(byDue.slice(0, 2).map(({ waitTook }) => waitTook)).toEqual([0, 0]);
    expect(byDue[9]?.waitTook).toBeGreaterThan(millis(60));
    for (const { dueAt, sentAt, waitTook } of byDue.slice(2)) {
      expect(waitTook).toBeGreaterThan(0);
      expect(sentAt - dueAt).toBeGreaterThanOrEqual(waitTook);
    }
    expect(byDue.every(({ sentAt }, n) => n === 0 || sentAt >= (byDue[n - 1] as Exchange).sentAt)).toBe(true);
  });

  it('holds where connections are not kept: the next in line opens another when one has gone', async () => {
    let most = 0;
    const sender = await driverFor(
      (socket) => {
        most = Math.max(most, opened.filter(({ destroyed }) => !destroyed).length);
        socket.write(response());
      },
      { limit: count(3) },
      { keepAlive: false },
    );
    expect((await burst(sender, 30)).map(outcomeOf)).toEqual(Array(30).fill('ok'));
    expect(opened).toHaveLength(30);
    // The server may hear of an end a little later than of the next beginning.
    expect(most).toBeLessThanOrEqual(6);
  });

  it('is shared among segments', async () => {
    const limit = count(5);
    const sizes: number[] = [];
    for (const index of [0, 1]) {
      const sender = await driverFor(
        (socket) => later(10, () => socket.write(response())),
        { limit },
        {},
        { index, count: 2 },
      );
      await burst(sender, 10);
      sizes.push(opened.length);
      sender.close();
      opened.length = 0;
    }
    expect(sizes).toEqual([3, 2]);
  });

  it('ends a wait at the timeout, and at the end of the run', async () => {
    const sender = await driverFor(() => {}, { limit: count(1) }, { timeout: millis(200) });
    const done = await burst(sender, 6);
    expect(done.map(outcomeOf)).toEqual(Array(6).fill('timeout'));
    const messages = done.map(({ message }) => message);
    expect(messages[0]).toBe('no response in time');
    expect(messages).toContain('no free connection in time');
    sender.close();
    const other = await driverFor(() => {}, { limit: count(1) });
    const ended: Exchange[] = [];
    other.onDone = (exchange) => ended.push(exchange);
    for (let n = 0; n < 3; n++) send(other, createExchange(-1));
    other.abort();
    expect(ended.map(outcomeOf)).toEqual(['aborted', 'aborted', 'aborted']);
    expect(other.inFlight).toBe(0);
  });

  it('goes on where connections fail: everybody in line gets a try', async () => {
    const sender = await driverFor((socket) => socket.destroy(), { limit: count(2) });
    expect((await burst(sender, 12)).map(outcomeOf)).toEqual(Array(12).fill('reset'));
  });

  it('has a line that keeps its order over thousands', () => {
    const line = new WaitingLine([seconds(1)]);
    const seen: number[] = [];
    let next = 0;
    for (let round = 0; round < 3_000; round++) {
      for (let n = 0; n < 2; n++) {
        const exchange = createExchange(-1);
        exchange.request = next;
        line.push(exchange, micros(next++));
      }
      expect(line.since).toBe(seen.length);
      seen.push(line.shift()?.request ?? -1);
    }
    while (line.length > 0) seen.push(line.shift()?.request ?? -1);
    expect(seen).toEqual(Array.from({ length: 6_000 }, (_, n) => n));
    expect([line.shift(), line.since]).toEqual([null, Number.POSITIVE_INFINITY]);
  });
});

it('gives up whoever has waited too long, where some may wait longer than others', () => {
  const line = new WaitingLine([seconds(5), seconds(1)]);
  const push = (request: number, at: number): void =>
    line.push(Object.assign(createExchange(-1), { request, index: at }), seconds(at));
  for (const [request, at] of [
    [0, 1],
    [1, 2],
    [0, 3],
    [1, 3],
  ] as const)
    push(request, at);
  expect([line.isOver(seconds(2)), line.isOver(seconds(3))]).toEqual([false, true]);
  const over = (at: number): (readonly [number, number])[] => {
    const taken: [number, number][] = [];
    for (let next = line.takeOver(seconds(at)); next !== null; next = line.takeOver(seconds(at)))
      taken.push([next.exchange.request, next.since / 1e6]);
    return taken;
  };
  expect(over(4)).toEqual([
    [1, 2],
    [1, 3],
  ]);
  expect([line.length, line.since]).toEqual([2, seconds(1)]);
  expect(over(6)).toEqual([[0, 1]]);
  expect(line.shift()?.index).toBe(3);
});

describe('a kept connection', () => {
  it('is replaced when it is older than it may be, for a user and for nobody in particular', async () => {
    for (const user of [0, -1]) {
      opened.length = 0;
      const sender = await driverFor((socket) => socket.write(response()), { maxAge: seconds(60) });
      const exchange = createExchange(user);
      await exchangeOnce(sender, exchange);
      // Until the target is known to keep connections open, nobody is given a used one.
      await pause(50);
      await exchangeOnce(sender, exchange);
      expect(opened).toHaveLength(1);
      ahead += seconds(60);
      expect(outcomeOf(await exchangeOnce(sender, exchange))).toBe('ok');
      expect(opened).toHaveLength(2);
      sender.close();
    }
  });

  it('is not used again beyond the time that the target says, less a margin', async () => {
    // Of sixty seconds it may be idle all but one; of none, none at all.
    for (const [timeout, wait, connections] of [
      [60, 1, 1],
      [60, 59, 2],
      [0, 0, 2],
    ] as const) {
      opened.length = 0;
      const sender = await driverFor((socket) => socket.write(response(`Keep-Alive: timeout=${timeout}\r\n`)));
      const exchange = createExchange(0);
      await exchangeOnce(sender, exchange);
      await pause(50);
      ahead += seconds(wait);
      expect(outcomeOf(await exchangeOnce(sender, exchange))).toBe('ok');
      expect([timeout, wait, opened.length]).toEqual([timeout, wait, connections]);
      sender.close();
    }
  });

  it('that is closed as it is used again fails that request, which is not sent twice', async () => {
    let requests = 0;
    const sender = await driverFor((socket, nth) => {
      requests++;
      if (nth === 0) socket.write(response());
      else socket.resetAndDestroy();
    });
    const exchange = createExchange(0);
    await exchangeOnce(sender, exchange);
    const done = await exchangeOnce(sender, exchange);
    expect([outcomeOf(done), done.message]).toEqual([
      'reset',
      'ECONNRESET before any response, on a connection used before',
    ]);
    await pause(50);
    expect([requests, opened.length]).toEqual([2, 1]);
  });
});

describe('the addresses of a name', () => {
  type Resolver = ConstructorParameters<typeof Lookup>[3];
  const resolverOf = (addresses: string[], asked = { times: 0 }): Resolver =>
    ((_name: string, _options: object, done: (error: null, all: object[]) => void) => {
      asked.times++;
      done(
        null,
        addresses.map((address) => ({ address, family: 4 })),
      );
    }) as unknown as Resolver;

  it('are used in turn', async () => {
    const sender = await driverFor((socket) => socket.write(response()), {}, { keepAlive: false });
    const resolver = resolverOf(['127.0.0.1', '127.0.0.2', '127.0.0.3']);
    Object.assign(sender, {
      addresses: new Lookup(clock, seconds(30), 0, resolver),
      way: { ...sender.way, host: 'three.test' },
    });
    const exchange = createExchange(0);
    const used: (string | undefined)[] = [];
    for (let n = 0; n < 6; n++) {
      expect(outcomeOf(await exchangeOnce(sender, exchange))).toBe('ok');
      used.push(opened.at(-1)?.localAddress);
    }
    expect(used).toEqual(['127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.1', '127.0.0.2', '127.0.0.3']);
  });

  it('are asked for again after their time; one that fails comes last until then', () => {
    let now = 0;
    const asked = { times: 0 };
    const time = Object.assign(Object.create(clock) as Clock, { now: () => now as Micros });
    const lookup = new Lookup(time, seconds(30), 1, resolverOf(['10.0.0.1', '10.0.0.2', '10.0.0.3'], asked));
    const next = (): string[] => {
      let all: string[] = [];
      lookup.lookup('three.test', { all: true }, (_error, addresses) => {
        all = (addresses as { address: string }[]).map(({ address }) => address.slice(-1));
      });
      return all;
    };
    expect([next(), next(), next()].map((all) => all.join(''))).toEqual(['231', '312', '123']);
    lookup.avoid('three.test', '10.0.0.2');
    expect([next(), next(), next()].map((all) => all.join(''))).toEqual(['132', '312', '132']);
    expect(asked.times).toBe(1);
    now = seconds(31);
    expect(next()).toHaveLength(3);
    expect(asked.times).toBe(2);
    expect(new Set([next(), next(), next()].map((all) => all[0]))).toEqual(new Set(['1', '2', '3']));
  });

  it('that cannot be found are an error each time, not remembered', async () => {
    const lookup = new Lookup(clock, seconds(30));
    const ask = (): Promise<string | undefined> =>
      new Promise((resolve) =>
        lookup.lookup('no-such-host.invalid', { all: true }, (error) => resolve(error?.code ?? undefined)),
      );
    expect(await ask()).toMatch(/ENOTFOUND|EAI_AGAIN/);
    expect(await ask()).toMatch(/ENOTFOUND|EAI_AGAIN/);
  });
});

describe('a Unix socket', () => {
  it('is connected to, by requests and before them', async () => {
    const socketPath = join(mkdtempSync(join(tmpdir(), 'rampart-socket-')), 'model.sock');
    let head = '';
    const server = serverThat((socket) => socket.write(response()));
    server.on('connection', (socket) => socket.on('data', (piece: Buffer) => (head += piece.toString('latin1'))));
    await new Promise<void>((resolve) => server.listen(socketPath, resolve));
    const url = `http+unix://${socketPath}:/predict`;
    const target = { url, protocol: 'http:', host: 'localhost', port: 80, socketPath } as const;
    const plan = planFixture({ target });
    await reach(plan);
    driver = new Http1Driver(plan, clock);
    const done = await exchangeOnce(driver, createExchange(0));
    expect([outcomeOf(done), done.message]).toEqual(['ok', '']);
    expect(head).toContain('\r\nHost: localhost\r\n');
    await expect(reach({ ...plan, target: { ...target, socketPath: `${socketPath}.not` } })).rejects.toMatchObject({
      code: 'unreachable',
      message: `nothing answers at ${socketPath}.not: ENOENT ${socketPath}.not`,
    });
  });
});

describe('a connection that the generator could not open', () => {
  const failure = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code, address: '10.0.0.1' });

  it('is told from one that the target refused', () => {
    for (const [code, message] of Object.entries(EXHAUSTION)) expect(describeFailure(failure(code))).toBe(message);
    // Over several addresses, one that refuses says more than one that this machine has no route to.
    const both = new AggregateError([failure('EADDRNOTAVAIL'), failure('ECONNREFUSED')]);
    expect(describeFailure(both)).toBe('ECONNREFUSED 10.0.0.1');
    const none = new AggregateError([failure('EADDRNOTAVAIL'), failure('EADDRNOTAVAIL')]);
    expect(describeFailure(none)).toBe(EXHAUSTION.EADDRNOTAVAIL);
  });
});
