import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { GIVEN_UP } from '../../core/cause.ts';
import { createExchange, type Exchange } from '../../core/exchange.ts';
import { planFixture } from '../../core/plan.fixture.ts';
import type { RequestTemplate } from '../../core/plan.ts';
import { bytes, millis, seconds } from '../../core/units.ts';
import { SystemClock } from '../../load/clock.ts';
import { outcomeOf } from '../exchanged.fixture.ts';
import { Http1Driver } from './driver.ts';
import { OK, planFor, sceneAt } from './scene.fixture.ts';

/** What comes of a request, against real sockets: a server of a few lines plays each part. */

const clock = new SystemClock();
const { driverFor, exchangeOnce, on, opened, close } = sceneAt(clock);
afterEach(close);

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
    await new Promise((resolve) => on.server?.close(resolve));
    const done = await exchangeOnce(sender);
    expect([outcomeOf(done), done.message]).toEqual(['connect-error', `ECONNREFUSED 127.0.0.1:${sender.target.port}`]);
  });

  it('is connect-error for a name that does not resolve', async () => {
    const plan = planFor(80, {});
    on.driver = new Http1Driver({ ...plan, target: { ...plan.target, host: 'no-such-host.invalid' } }, clock);
    const done = await exchangeOnce(on.driver);
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
      on.server?.close();
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
      expect(done.tooLong).toBe(true);
      sender.close();
      on.server?.close();
    }
    const within = await driverFor(
      (socket) => socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}${chunk}0\r\n\r\n`),
      { maxBody },
    );
    const done = await exchangeOnce(within);
    expect([outcomeOf(done), done.message, done.tooLong]).toEqual(['ok', '', false]);
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
    on.driver = new Http1Driver({ ...plan, requests: [{ ...request, body: large }] }, clock);
    return on.driver;
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
