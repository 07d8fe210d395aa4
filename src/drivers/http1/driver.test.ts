import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { GIVEN_UP } from '../../core/cause.ts';
import { createExchange, type Exchange } from '../../core/exchange.ts';
import { planFixture } from '../../core/plan.fixture.ts';
import type { Plan, RequestTemplate } from '../../core/plan.ts';
import type { Clock } from '../../core/ports.ts';
import { OUTCOMES } from '../../core/sample.ts';
import { bytes, millis, seconds } from '../../core/units.ts';
import { SystemClock } from '../../load/clock.ts';
import { Http1Driver } from './driver.ts';

/** Against real sockets: a server of a few lines plays each part. */

const clock = new SystemClock();
const opened: Socket[] = [];
let server: Server | null = null;
let driver: Http1Driver | null = null;

afterEach(() => {
  driver?.close();
  for (const socket of opened.splice(0)) socket.destroy();
  server?.close();
});

/** Starts a server that calls `speak` with each request's text; returns a driver for it. */
async function driverFor(
  speak: (socket: Socket, request: string, nth: number) => void,
  changes: Partial<Plan> = {},
  time: Clock = clock,
): Promise<Http1Driver> {
  const listening = createServer((socket) => {
    opened.push(socket);
    let nth = 0;
    socket.on('error', () => {});
    socket.on('data', (piece) => speak(socket, piece.toString('latin1'), nth++));
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  driver = new Http1Driver(planFor((listening.address() as AddressInfo).port, changes), time);
  return driver;
}

function planFor(port: number, changes: Partial<Plan>): Plan {
  const plan = planFixture({ timeout: seconds(5), ...changes });
  const [request] = plan.requests as [RequestTemplate];
  return {
    ...plan,
    target: { url: `http://127.0.0.1:${port}/p`, protocol: 'http:', host: '127.0.0.1', port },
    requests: [{ ...request, name: 'POST /p', path: '/p' }],
  };
}

function exchangeOnce(sender: Http1Driver, exchange = createExchange(0)): Promise<Exchange> {
  return new Promise((resolve) => {
    sender.onDone = resolve;
    exchange.dueAt = clock.now();
    sender.send(exchange);
  });
}

const outcomeOf = (exchange: Exchange): string => OUTCOMES[exchange.outcome];
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

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

describe('a request', () => {
  it('goes out whole, with what HTTP asks for', async () => {
    let seen = '';
    const sender = await driverFor((socket, request) => {
      seen = request;
      socket.write(OK);
    });
    const done = await exchangeOnce(sender);
    expect(seen).toBe(
      `POST /p HTTP/1.1\r\nHost: 127.0.0.1:${sender.target.port}\r\ncontent-type: application/json\r\nContent-Length: 7\r\n\r\n{"x":1}`,
    );
    expect(outcomeOf(done)).toBe('ok');
    expect(done).toMatchObject({ status: 200, bytesIn: OK.length, bodyBytesIn: 2, bytesOut: seen.length, message: '' });
    expect(done.connectTook).toBeGreaterThan(0);
    expect(done.dueAt).toBeLessThanOrEqual(done.sentAt);
    expect(done.sentAt).toBeLessThanOrEqual(done.firstByteAt);
    expect(done.firstByteAt).toBeLessThanOrEqual(done.doneAt);
  });

  it('uses the open connection of its user, and connects once', async () => {
    const sender = await driverFor((socket) => socket.write(OK));
    const exchange = createExchange(3);
    for (let n = 0; n < 5; n++) {
      const done = await exchangeOnce(sender, exchange);
      expect(outcomeOf(done)).toBe('ok');
      expect(done.connectTook >= 0).toBe(n === 0);
    }
    expect(opened).toHaveLength(1);
  });

  it('without a user takes an idle connection, and opens another only where none is idle', async () => {
    const sender = await driverFor((socket) => setTimeout(() => socket.write(OK), 20));
    const done: Exchange[] = [];
    const three = (): Promise<void> =>
      new Promise((resolve) => {
        sender.onDone = (exchange) => {
          done.push(exchange);
          if (sender.inFlight === 0) resolve();
        };
        for (let n = 0; n < 3; n++) {
          const exchange = createExchange(-1);
          exchange.dueAt = clock.now();
          sender.send(exchange);
        }
      });
    await three();
    // One that has just carried its first response is left alone for a moment.
    await new Promise((resolve) => setTimeout(resolve, 50));
    await three();
    expect(done.map(outcomeOf)).toEqual(Array(6).fill('ok'));
    expect(opened).toHaveLength(3);
  });

  it('opens a new connection each time where keep-alive is off', async () => {
    let seen = '';
    const sender = await driverFor(
      (socket, request) => {
        seen = request;
        socket.write(OK);
      },
      { keepAlive: false },
    );
    const exchange = createExchange(0);
    for (let n = 0; n < 3; n++) expect((await exchangeOnce(sender, exchange)).connectTook).toBeGreaterThan(0);
    expect(seen).toContain('\r\nConnection: close\r\n');
    expect(opened).toHaveLength(3);
  });

  it('reconnects after the target closed an idle connection, and nobody fails', async () => {
    const sender = await driverFor((socket) => {
      socket.write(OK);
      setTimeout(() => socket.end(), 5);
    });
    const exchange = createExchange(0);
    for (let n = 0; n < 3; n++) {
      expect(outcomeOf(await exchangeOnce(sender, exchange))).toBe('ok');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(opened).toHaveLength(3);
  });

  it('can be sent from within the response of another', async () => {
    const sender = await driverFor((socket) => socket.write(OK));
    const exchange = createExchange(0);
    let left = 1000;
    await new Promise<void>((resolve) => {
      sender.onDone = (done) => {
        expect(outcomeOf(done)).toBe('ok');
        if (--left === 0) return resolve();
        done.dueAt = done.doneAt;
        sender.send(done);
      };
      exchange.dueAt = clock.now();
      sender.send(exchange);
    });
    expect(opened).toHaveLength(1);
    expect(sender.inFlight).toBe(0);
  });
});

describe('an outcome', () => {
  it('is http-error for a status from 400 on; the connection stays', async () => {
    const sender = await driverFor((socket) => socket.write('HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n'));
    const exchange = createExchange(0);
    for (let n = 0; n < 2; n++) {
      const done = await exchangeOnce(sender, exchange);
      expect([outcomeOf(done), done.status, done.message]).toEqual(['http-error', 503, 'HTTP 503']);
    }
    expect(opened).toHaveLength(1);
  });

  it('is http-error for a redirect, and names where it points', async () => {
    const places = ['/predict/', '/predict/', '/elsewhere?token=1'];
    const sender = await driverFor((socket, _, nth) => {
      socket.write(`HTTP/1.1 307 Temporary Redirect\r\nLocation: ${places[nth]}\r\nContent-Length: 0\r\n\r\n`);
    });
    const messages: string[] = [];
    for (const _ of places) {
      const done = await exchangeOnce(sender);
      expect([outcomeOf(done), done.status]).toEqual(['http-error', 307]);
      messages.push(done.message);
    }
    expect(messages).toEqual([
      '307 redirect to /predict/',
      '307 redirect to /predict/',
      '307 redirect to /elsewhere?…',
    ]);
    expect(opened).toHaveLength(1);
  });

  it('is http-error for a method that is not allowed, and names those that are', async () => {
    const sender = await driverFor((socket) => {
      socket.write('HTTP/1.1 405 Method Not Allowed\r\nAllow: POST, OPTIONS\r\nContent-Length: 0\r\n\r\n');
    });
    for (let n = 0; n < 3; n++) expect((await exchangeOnce(sender)).message).toBe('HTTP 405 (allows POST, OPTIONS)');
  });

  it('is connect-error with code and address where nothing listens', async () => {
    const sender = await driverFor(() => {});
    await new Promise((resolve) => server?.close(resolve));
    const done = await exchangeOnce(sender);
    expect([outcomeOf(done), done.message]).toEqual(['connect-error', `ECONNREFUSED 127.0.0.1:${sender.target.port}`]);
  });

  it('is connect-error for a name that does not resolve', async () => {
    const plan = planFor(80, {});
    driver = new Http1Driver({ ...plan, target: { ...plan.target, host: 'no-such-host.invalid' } }, clock);
    const done = await exchangeOnce(driver);
    expect(outcomeOf(done)).toBe('connect-error');
    expect(done.message).toContain('no-such-host.invalid');
  });

  it('is reset where the connection ends before or within the answer', async () => {
    const before = await exchangeOnce(await driverFor((socket) => socket.destroy()));
    expect([outcomeOf(before), before.message]).toEqual(['reset', 'connection closed before any response']);
    const within = await exchangeOnce(
      await driverFor((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhel')),
    );
    expect([outcomeOf(within), within.message]).toEqual(['reset', 'connection closed in the middle of the response']);
    const again = await driverFor((socket, _request, nth) => (nth === 0 ? socket.write(OK) : socket.resetAndDestroy()));
    const exchange = createExchange(0);
    await exchangeOnce(again, exchange);
    const reused = await exchangeOnce(again, exchange);
    expect([outcomeOf(reused), reused.message]).toEqual([
      'reset',
      'ECONNRESET before any response, on a connection used before',
    ]);
  });

  it('is ok for a body that ends with the connection', async () => {
    const sender = await driverFor((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nthe whole body'));
    const exchange = createExchange(0);
    for (let n = 0; n < 2; n++) expect(outcomeOf(await exchangeOnce(sender, exchange))).toBe('ok');
  });

  it('is protocol-error for a response that breaks HTTP, and the next request has a new connection', async () => {
    const sender = await driverFor((socket) => socket.write('SSH-2.0-OpenSSH\r\n'));
    const exchange = createExchange(0);
    for (let n = 0; n < 2; n++) {
      const done = await exchangeOnce(sender, exchange);
      expect([outcomeOf(done), done.message]).toEqual(['protocol-error', 'the response does not begin with HTTP/1.']);
    }
    expect(opened).toHaveLength(2);
    const more = await exchangeOnce(await driverFor((socket) => socket.write(`${OK}surplus`)));
    expect([outcomeOf(more), more.message]).toEqual(['protocol-error', 'more bytes than the response has']);
  });

  it('is no timeout where the response was there in time, and only could not be read: the loop was held up', async () => {
    const sender = await driverFor(
      (socket) => {
        socket.write(OK);
        for (const until = clock.now() + millis(400); clock.now() < until; );
      },
      { timeout: millis(100) },
    );
    const late = await exchangeOnce(sender);
    expect([outcomeOf(late), late.message]).toEqual(['ok', '']);
    expect(late.doneAt - late.sentAt).toBeGreaterThan(millis(390));
  });

  it('is timeout for a response that does not come, or drips for ever', async () => {
    const timeout = millis(400);
    const silent = await exchangeOnce(await driverFor(() => {}, { timeout }));
    expect([outcomeOf(silent), silent.message]).toEqual(['timeout', 'no response in time']);
    // The event loop's timers count whole milliseconds: one may ring up to one early.
    expect(silent.doneAt - silent.dueAt).toBeGreaterThan(timeout - millis(1));
    expect(silent.doneAt - silent.dueAt).toBeLessThan(seconds(4));
    for (const [begin, more, message = 'the response did not end in time'] of [
      ['HTTP/1.1 200 OK\r\n', 'X: y\r\n'],
      ['HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n', 'x'],
      ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', '1\r\nx\r\n'],
      ['HTTP/1.1 200 OK\r\n\r\n', 'x'],
      // None of these is the response.
      ['HTTP/1.1 103 Early Hints\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\n\r\n', 'no response in time'],
    ] as const) {
      const drip = await driverFor(
        (socket) => {
          socket.write(begin);
          const timer = setInterval(() => socket.write(more), 10);
          socket.once('close', () => clearInterval(timer));
        },
        { timeout },
      );
      const dripped = await exchangeOnce(drip);
      expect([begin, outcomeOf(dripped), dripped.message]).toEqual([begin, 'timeout', message]);
      expect(dripped.doneAt - dripped.sentAt).toBeLessThan(seconds(2));
      drip.close();
      server?.close();
    }
  });

  it('is wrong-answer for a body beyond the limit, which is not read to its end', async () => {
    const maxBody = bytes(20);
    const message = 'the body is longer than --max-body allows (20 bytes)';
    const chunk = `a\r\n${'x'.repeat(10)}\r\n`;
    for (const [head, body] of [
      ['Content-Length: 21\r\n', ''],
      ['Transfer-Encoding: chunked\r\n', `${chunk}${chunk}1`],
      ['', 'x'.repeat(21)],
    ]) {
      const sender = await driverFor((socket) => socket.write(`HTTP/1.1 200 OK\r\n${head}\r\n${body}\r\n`), {
        maxBody,
      });
      const done = await exchangeOnce(sender);
      expect([head, outcomeOf(done), done.status, done.message]).toEqual([head, 'wrong-answer', 200, message]);
      sender.close();
      server?.close();
    }
    const within = await driverFor(
      (socket) => socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}${chunk}0\r\n\r\n`),
      { maxBody },
    );
    const done = await exchangeOnce(within);
    expect([outcomeOf(done), done.message]).toEqual(['ok', '']);
    expect(outcomeOf(await exchangeOnce(within, done))).toBe('ok');
    expect(opened.filter(({ destroyed }) => !destroyed)).toHaveLength(1);
  });

  it('counts the bytes of bodies without their chunk framing, of each response anew', async () => {
    const sender = await driverFor((socket) =>
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4;x\r\ndefg\r\n0\r\n\r\n'),
    );
    const first = await exchangeOnce(sender);
    expect([outcomeOf(first), first.bodyBytesIn]).toEqual(['ok', 7]);
    expect((await exchangeOnce(sender, first)).bodyBytesIn).toBe(7);
  });

  it('has the status of a response that does not end', async () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npartial';
    const cut = await exchangeOnce(await driverFor((socket) => socket.end(head)));
    expect([outcomeOf(cut), cut.status, cut.bodyBytesIn]).toEqual(['reset', 200, 'partial'.length]);
    const slow = await exchangeOnce(await driverFor((socket) => socket.write(head), { timeout: millis(200) }));
    expect([outcomeOf(slow), slow.status]).toEqual(['timeout', 200]);
    const unfinished = await exchangeOnce(await driverFor((socket) => socket.end('HTTP/1.1 200 OK\r\nX: ')));
    expect([outcomeOf(unfinished), unfinished.status]).toEqual(['reset', 0]);
    expect(unfinished.bytesIn).toBeGreaterThan(0);
  });

  it('is aborted with how far it had come', async () => {
    let requests = 0;
    const sender = await driverFor((socket, _, nth) => {
      requests++;
      if (nth === 0 && opened.length === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n');
    });
    const messages: string[] = [];
    sender.onDone = ({ message }) => messages.push(message);
    const send = (user: number): Exchange => {
      const exchange = createExchange(user);
      exchange.dueAt = clock.now();
      sender.send(exchange);
      return exchange;
    };
    const first = send(0);
    await expect.poll(() => first.firstByteAt).toBeGreaterThan(0);
    send(1);
    await expect.poll(() => requests).toBe(2);
    send(2);
    sender.abort();
    expect(messages).toEqual([GIVEN_UP.receiving, GIVEN_UP.waiting, GIVEN_UP.connecting]);
  });

  it('is aborted for what is under way when the run gives up', async () => {
    const sender = await driverFor(() => {});
    const exchanges = Array.from({ length: 3 }, (_, user) => createExchange(user));
    const done: Exchange[] = [];
    sender.onDone = (exchange) => done.push(exchange);
    for (const exchange of exchanges) {
      exchange.dueAt = clock.now();
      sender.send(exchange);
    }
    expect(sender.inFlight).toBe(3);
    sender.abort();
    expect(done.map(outcomeOf)).toEqual(['aborted', 'aborted', 'aborted']);
    expect(sender.inFlight).toBe(0);
  });
});

describe('a response that comes before the request is read', () => {
  const data = 'x'.repeat(10_000_000);
  const large = { encoding: 'utf8' as const, data, bytes: bytes(data.length) };
  const [request] = planFixture().requests as [RequestTemplate];
  const REFUSAL = 'HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig';

  /** The driver's requests are large; the target looks at the beginning of each. */
  async function refusing(speak: (socket: Socket) => void): Promise<Http1Driver> {
    const sender = await driverFor((socket, _, nth) => {
      if (nth > 0) return;
      socket.pause();
      speak(socket);
    });
    sender.close();
    const plan = planFor(sender.target.port, {});
    driver = new Http1Driver({ ...plan, requests: [{ ...request, body: large }] }, clock);
    return driver;
  }

  it('is the outcome, and its connection carries no other request', async () => {
    const sender = await refusing((socket) => socket.write(REFUSAL));
    for (let n = 1; n <= 3; n++) {
      const done = await exchangeOnce(sender);
      expect([outcomeOf(done), done.status, done.message]).toEqual(['http-error', 413, 'HTTP 413']);
      expect(done.connectTook).toBeGreaterThan(0);
      expect(opened).toHaveLength(n);
    }
  });

  it('is the outcome where the target closes with all that it has not read', async () => {
    const sender = await refusing((socket) => {
      socket.end(REFUSAL);
      setTimeout(() => socket.destroy(), 5);
    });
    const left = new Array(10).fill(10);
    const seen: Record<string, number> = {};
    await new Promise<void>((resolve) => {
      sender.onDone = (exchange) => {
        const what = `${outcomeOf(exchange)} ${exchange.message}`;
        seen[what] = (seen[what] ?? 0) + 1;
        exchange.dueAt = exchange.doneAt;
        if (--left[exchange.user] > 0) sender.send(exchange);
        else if (left.every((n) => n === 0)) resolve();
      };
      for (const user of left.keys()) {
        const exchange = createExchange(user);
        exchange.dueAt = clock.now();
        sender.send(exchange);
      }
    });
    expect(seen).toEqual({ 'http-error HTTP 413': 100 });
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
    driver?.abort();
    for (const exchange of await second) expect(outcomeOf(exchange)).toBe('aborted');
    release();
    expect(requests()).toBe(SILENT + USERS);
  });
});
