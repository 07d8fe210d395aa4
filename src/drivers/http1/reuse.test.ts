import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createExchange, type Exchange } from '../../core/exchange.ts';
import { planFixture } from '../../core/plan.fixture.ts';
import type { Plan } from '../../core/plan.ts';
import { OUTCOMES } from '../../core/sample.ts';
import { count, type Micros, millis, seconds } from '../../core/units.ts';
import { SystemClock } from '../../load/clock.ts';
import { VirtualClock } from '../../load/virtual-clock.ts';
import type { Connection } from './connection.ts';
import { Http1Driver } from './driver.ts';
import { Reuse } from './reuse.ts';

/** Targets that end their connections in their own way, on real sockets. */

const clock = new SystemClock();
const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0).reverse()) end();
});

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** @param speak is called with each request on a connection, from 1 on. */
async function targetThat(
  speak: (socket: Socket, nth: number) => void,
  changes: Partial<Plan> = {},
): Promise<{ driver: Http1Driver; seen: { requests: number; connections: number } }> {
  const seen = { requests: 0, connections: 0 };
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    seen.connections++;
    sockets.add(socket);
    let nth = 0;
    socket.on('error', () => {});
    socket.on('data', (piece) => {
      // A request begins so; several may come in one piece.
      for (const _ of piece.toString('latin1').matchAll(/^POST /gm)) {
        seen.requests++;
        speak(socket, ++nth);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const target = { url: `http://127.0.0.1:${port}/p`, protocol: 'http:', host: '127.0.0.1', port } as const;
  const driver = new Http1Driver(planFixture({ timeout: seconds(5), ...changes, target }), clock);
  ends.push(() => {
    driver.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { driver, seen };
}

/** Holds this process up, as a machine does that has other work. */
function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

interface Tally {
  readonly outcomes: Record<string, number>;
  /** The latest of each user. */
  readonly exchanges: readonly Exchange[];
}

/**
 * Users who send their next request as soon as they have a response, so many each.
 * @param before is called with the number of each response, before its user sends again.
 */
function loop(driver: Http1Driver, users: number, each: number, before?: (nth: number) => unknown): Promise<Tally> {
  const outcomes: Record<string, number> = {};
  const left = new Array(users).fill(each);
  let running = users;
  let nth = 0;
  const exchanges = left.map((_, user) => createExchange(user));
  return new Promise((resolve) => {
    driver.onDone = (exchange) => {
      const outcome = OUTCOMES[exchange.outcome];
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      before?.(++nth);
      if (--left[exchange.user] > 0) {
        exchange.dueAt = exchange.doneAt;
        driver.send(exchange);
      } else if (--running === 0) resolve({ outcomes, exchanges });
    };
    for (const exchange of exchanges) {
      exchange.dueAt = clock.now();
      driver.send(exchange);
    }
  });
}

/** Requests of nobody in particular, one after the other in so many rows. @param before as above */
function stream(driver: Http1Driver, rows: number, each: number, before?: (nth: number) => unknown): Promise<Tally> {
  const outcomes: Record<string, number> = {};
  let left = rows * each;
  let nth = 0;
  const send = (): void => {
    const exchange = createExchange(-1);
    exchange.dueAt = clock.now();
    driver.send(exchange);
  };
  return new Promise((resolve) => {
    driver.onDone = ({ outcome: code }) => {
      const outcome = OUTCOMES[code];
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      left--;
      before?.(++nth);
      if (left >= rows) send();
      else if (left === 0) resolve({ outcomes, exchanges: [] });
    };
    for (let n = 0; n < rows; n++) send();
  });
}

describe('a target that closes after each response without having said so', () => {
  it('costs virtual users no request, and none is sent twice', async () => {
    const { driver, seen } = await targetThat((socket) => socket.end(OK));
    const { outcomes } = await loop(driver, 20, 25);
    expect(outcomes).toEqual({ ok: 500 });
    expect(seen).toEqual({ requests: 500, connections: 500 });
    expect(driver.takeConnectionCounts()?.closedUnannounced).toBeGreaterThan(400);
  });

  it.each([null, count(3)])('costs arrivals none, with a limit of connections of %s', async (limit) => {
    const connections = { ...planFixture().connections, limit };
    const { driver, seen } = await targetThat((socket) => socket.end(OK), { connections });
    expect((await stream(driver, 10, 30)).outcomes).toEqual({ ok: 300 });
    expect(seen).toEqual({ requests: 300, connections: 300 });
  });

  it('costs none where the process stands still between a response and the next request', async () => {
    const { driver, seen } = await targetThat((socket) => socket.end(OK));
    const { outcomes } = await stream(driver, 10, 30, (nth) => nth <= 5 && standStill(8));
    expect(outcomes).toEqual({ ok: 300 });
    expect(seen).toEqual({ requests: 300, connections: 300 });
  });

  it('is not taken for one that keeps them, since the process stood still and read of no close', async () => {
    const { driver } = await targetThat((socket) => socket.end(OK));
    const { outcomes } = await loop(driver, 20, 25, (nth) => nth === 100 && standStill(300));
    expect(outcomes).toEqual({ ok: 500 });
  });

  it.each([1, 20])(
    'is learnt from closes that are read late, since the process stood still at the start, of %d users',
    async (users) => {
      const { driver, seen } = await targetThat((socket) => socket.end(OK));
      // When the first responses of all are read, and none of their closes.
      const { outcomes } = await loop(driver, users, 25, (nth) => nth === users && standStill(300));
      expect(outcomes).toEqual({ ok: 25 * users });
      expect(seen.requests).toBe(25 * users);
    },
  );

  it('is learnt from the first lost requests where it takes its time to close', async () => {
    const { driver, seen } = await targetThat((socket, nth) => {
      if (nth > 1) return;
      socket.write(OK);
      setTimeout(() => socket.end(), 12);
    });
    const { outcomes } = await loop(driver, 10, 30);
    // Each user loses one before it is known, and none afterwards.
    expect(outcomes['reset'] ?? 0).toBeLessThanOrEqual(10);
    expect(outcomes).toEqual({
      ok: 300 - (outcomes['reset'] ?? 0),
      ...(outcomes['reset'] ? { reset: outcomes['reset'] } : {}),
    });
    expect(seen.requests).toBeLessThanOrEqual(300);
  });
});

describe('a target that has closed each connection after its response', () => {
  /** Connections in virtual time, of a target that closes them after so long; null: it does not. */
  function made() {
    const virtual = new VirtualClock();
    const reuse = new Reuse(virtual, { leave: () => {}, move: () => {}, free: () => {} });
    const pass = (time: number): void => virtual.runUntil((virtual.now() + time) as Micros);
    /** Whether the connection of one more response may be used again. */
    const respond = (closesIn: number | null): boolean => {
      const connection = { responses: 0, answeredAt: 0, exchange: null, bytes: null, open: true, destroy: () => {} };
      const mayBeUsed = reuse.answered(connection as unknown as Connection, virtual.now());
      if (closesIn !== null)
        virtual.after(closesIn as Micros, () => reuse.gone(connection as unknown as Connection, true, virtual.now()));
      return mayBeUsed;
    };
    /** As the driver's coarse tick does. */
    const sweep = (times: number): void => {
      for (let n = 0; n < times; n++) {
        pass(millis(50));
        reuse.sweep(virtual.now());
      }
    };
    for (let n = 0; n < 500; n++) {
      respond(millis(1));
      pass(millis(2));
    }
    return { respond, pass, sweep };
  }

  it('is not taken for one that keeps them when it stands still for a moment', () => {
    const { respond, pass, sweep } = made();
    expect(respond(millis(1))).toBe(false);
    // Five have their responses, and nothing more comes for 400 ms.
    for (let n = 0; n < 5; n++) respond(millis(400));
    sweep(10);
    expect(respond(millis(1))).toBe(false);
    pass(millis(2));
  });

  it('is taken for one that keeps them when it goes on to, until it is seen to close again', () => {
    const { respond, pass, sweep } = made();
    for (let n = 0; n < 20; n++) respond(null);
    sweep(10);
    expect(respond(millis(1))).toBe(true);
    pass(millis(2));
    expect(respond(millis(1))).toBe(false);
  });
});

it('a target that closes after every third response costs no request', async () => {
  const { driver, seen } = await targetThat((socket, nth) => (nth === 3 ? socket.end(OK) : socket.write(OK)));
  const { outcomes } = await loop(driver, 1, 300);
  // The first time it comes as a surprise.
  expect(outcomes['ok']).toBeGreaterThanOrEqual(299);
  expect(seen.connections).toBeLessThanOrEqual(101);
});

describe('a target that keeps connections open', () => {
  it('gets one from each user, who waits once', async () => {
    const { driver, seen } = await targetThat((socket) => socket.write(OK));
    const { outcomes, exchanges } = await loop(driver, 8, 50);
    expect(outcomes).toEqual({ ok: 400 });
    expect(seen).toEqual({ requests: 400, connections: 8 });
    for (const { dueAt, sentAt } of exchanges) expect(sentAt - dueAt).toBeLessThan(seconds(1));
    expect(driver.takeConnectionCounts()).toBeNull();
  });

  it('is not slowed down by requests that it drops', async () => {
    let requests = 0;
    const { driver, seen } = await targetThat((socket) =>
      ++requests % 10 === 0 ? socket.destroy() : socket.write(OK),
    );
    const startedAt = clock.now();
    const { outcomes } = await loop(driver, 2, 500);
    expect(outcomes).toEqual({ ok: 900, reset: 100 });
    expect(seen.requests).toBe(1_000);
    // A pause for each of them would be ten seconds.
    expect(clock.now() - startedAt).toBeLessThan(seconds(5));
  });
});

describe('a target that answers twice', () => {
  it('has its second response taken for no other, and told', async () => {
    const { driver, seen } = await targetThat((socket) => {
      socket.write(OK);
      setTimeout(() => socket.write(OK.replace('200 OK', '500 No')), 2);
    });
    const { outcomes } = await loop(driver, 5, 40);
    // Where both come in one piece, that is a failure of the first.
    const { ok = 0, 'protocol-error': both = 0, ...others } = outcomes;
    expect([ok + both, others]).toEqual([200, {}]);
    expect(seen).toEqual({ requests: 200, connections: 200 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(driver.takeConnectionCounts()?.surplus).toBeGreaterThan(0);
  });

  it('is not what an idle connection is when it is told that it ends', async () => {
    const { driver } = await targetThat((socket) => {
      socket.write(OK);
      setTimeout(() => socket.end('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n'), 300);
    });
    await loop(driver, 1, 1);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(driver.takeConnectionCounts()).toBeNull();
  });
});
