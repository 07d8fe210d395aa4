import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createExchange, type Exchange } from '../../core/exchange.ts';
import type { Clock } from '../../core/ports.ts';
import { SystemClock } from '../../load/clock.ts';
import { outcomeOf } from '../exchanged.fixture.ts';
import { OK, sceneAt } from './scene.fixture.ts';

/** When requests leave that follow a response, against real sockets. */

const clock = new SystemClock();
const { driverFor, exchangeOnce, on, close } = sceneAt(clock);
afterEach(close);

/**
 * Twelve users whose requests follow their responses. @returns for how many turns of the loop requests waited, once each had some on
 * its connection: the first ones wait for a target that may close it.
 */
async function turnsWaited(response: string): Promise<number> {
  let turns = 0;
  const time: Clock = {
    now: () => clock.now(),
    after: (delay, callback) => clock.after(delay, callback),
    cancel: (timer) => clock.cancel(timer),
    soon: (callback) => {
      turns++;
      clock.soon(callback);
    },
  };
  const sender = await driverFor((socket) => void socket.write(response), {}, time);
  const users = Array.from({ length: 12 }, (_, user) => createExchange(user));
  const had = users.map(() => 0);
  let before = Number.NaN;
  await new Promise<void>((resolve) => {
    sender.onDone = (exchange) => {
      if (had.every((count) => count >= 10)) return;
      expect(outcomeOf(exchange)).toBe('ok');
      had[exchange.user] = (had[exchange.user] ?? 0) + 1;
      if (Number.isNaN(before) && had.every((count) => count >= 5)) before = turns;
      if (had.every((count) => count >= 10)) resolve();
      exchange.dueAt = clock.now();
      sender.send(exchange);
    };
    for (const exchange of users) {
      exchange.dueAt = clock.now();
      sender.send(exchange);
    }
  });
  return turns - before;
}

describe('the request after a response', () => {
  it('leaves together with others', async () => {
    expect(await turnsWaited(OK)).toBeGreaterThan(0);
  });

  it('leaves at once behind a stream', async () => {
    const event = 'data: {"text":"a"}\n\ndata: [DONE]\n\n';
    const head = `HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: ${event.length}\r\n\r\n`;
    expect(await turnsWaited(head + event)).toBe(0);
  });
});

describe('requests that leave in a burst', () => {
  /** So many get no response, so that enough are under way; so many get one, and send again as it ends. */
  const SILENT = 10;
  const USERS = 12;
  let held: (() => void)[] = [];
  /** What is to happen after the loop's turn happens when a test says so. */
  const holding: Clock = {
    now: () => clock.now(),
    after: (delay, callback) => clock.after(delay, callback),
    cancel: (timer) => clock.cancel(timer),
    soon: (callback) => (known ? void held.push(callback) : clock.soon(callback)),
  };
  /** Are used connections trusted? It takes a response, and a while without a close. */
  let known = false;

  /** Waits until all have their first response and want to send again. `second` gets what becomes of that. */
  async function joined(
    response: (socket: Socket) => void,
  ): Promise<{ answered: Socket[]; requests: () => number; second: Promise<Exchange[]> }> {
    held = [];
    known = false;
    let requests = 0;
    const answered: Socket[] = [];
    const silent = new Set<Socket>();
    const sender = await driverFor(
      (socket) => {
        if (!known) {
          socket.write(OK);
          return;
        }
        requests++;
        if (silent.has(socket) || silent.size < SILENT) silent.add(socket);
        else {
          answered.push(socket);
          response(socket);
        }
      },
      {},
      holding,
    );
    await exchangeOnce(sender, createExchange(SILENT + USERS));
    await new Promise((resolve) => setTimeout(resolve, 50));
    known = true;
    const again = new Set<Exchange>();
    const ended: Exchange[] = [];
    let all: (exchanges: Exchange[]) => void = () => {};
    const second = new Promise<Exchange[]>((resolve) => {
      all = resolve;
    });
    await new Promise<void>((resolve) => {
      sender.onDone = (exchange) => {
        if (again.has(exchange)) {
          ended.push(exchange);
          if (ended.length === USERS) all(ended);
          return;
        }
        again.add(exchange);
        exchange.dueAt = exchange.doneAt;
        sender.send(exchange);
        if (again.size === USERS) resolve();
      };
      for (let user = 0; user < SILENT + USERS; user++) {
        const exchange = createExchange(user);
        exchange.dueAt = clock.now();
        sender.send(exchange);
      }
    });
    return { answered, second, requests: () => requests };
  }

  function release(): void {
    for (const callback of held.splice(0)) callback();
  }

  it('are timed when they leave, not when they joined it', async () => {
    const { second, requests } = await joined((socket) => socket.write(OK));
    expect(requests()).toBe(SILENT + USERS);
    const leaveAt = clock.now();
    release();
    for (const exchange of await second) {
      expect(outcomeOf(exchange)).toBe('ok');
      expect(exchange.dueAt).toBeLessThanOrEqual(leaveAt);
      expect(exchange.sentAt).toBeGreaterThanOrEqual(leaveAt);
      expect(exchange.firstByteAt).toBeGreaterThanOrEqual(exchange.sentAt);
    }
  });

  it('go over new connections where the target closes theirs before, once', async () => {
    const { second, requests } = await joined((socket) => socket.end(OK));
    for (const exchange of await second) {
      expect([outcomeOf(exchange), exchange.message]).toEqual(['ok', '']);
      expect(exchange.connectTook).toBeGreaterThan(0);
      expect(exchange.sentAt - exchange.connectTook).toBeGreaterThanOrEqual(exchange.dueAt);
    }
    release();
    expect(requests()).toBe(SILENT + 2 * USERS);
  });

  it('do not take a response that came before them for theirs', async () => {
    const { answered, second, requests } = await joined((socket) => socket.write(OK));
    for (const socket of [...answered]) socket.write('HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n');
    for (const exchange of await second) expect([outcomeOf(exchange), exchange.status]).toEqual(['ok', 200]);
    release();
    expect(requests()).toBe(SILENT + 2 * USERS);
  });

  it('end as aborted where the run does, and are not sent', async () => {
    const { second, requests } = await joined((socket) => socket.write(OK));
    on.driver?.abort();
    for (const exchange of await second) expect(outcomeOf(exchange)).toBe('aborted');
    release();
    expect(requests()).toBe(SILENT + USERS);
  });
});
