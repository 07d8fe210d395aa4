import { createServer } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { heldUp } from '../../../test/held-up.ts';
import { createExchange, type Exchange } from '../../core/exchange.ts';
import type { Plan } from '../../core/plan.ts';
import { bytes, millis, seconds } from '../../core/units.ts';
import { SystemClock } from '../../load/clock.ts';
import { outcomeOf } from '../exchanged.fixture.ts';
import { anonymous, planTo, portOf, sceneAt, through } from './scene.fixture.ts';

/** HTTP/1.1 through a proxy, and what comes of a request. */

const clock = new SystemClock();
const { listening, driverFor, sendAll, sendOne, proxyServer, close } = sceneAt(clock);
afterEach(close);

describe('a proxy', () => {
  it('is asked for the response, with the whole address', async () => {
    const { port, seen } = await proxyServer();
    const driver = driverFor(planTo(7, { proxy: through(port, 'Basic eDp5') }));
    const exchange = createExchange(3);
    for (let n = 0; n < 3; n++) {
      const done = await sendOne(driver, exchange);
      expect([outcomeOf(done), done.status, done.bytesIn, done.bodyBytesIn, done.bytesOut]).toEqual([
        'ok',
        200,
        7,
        7,
        7,
      ]);
      expect(done.connectTook >= 0).toBe(n === 0);
      expect(done.dueAt).toBeLessThanOrEqual(done.sentAt);
      expect(done.sentAt).toBeLessThanOrEqual(done.firstByteAt);
      expect(done.firstByteAt).toBeLessThanOrEqual(done.doneAt);
    }
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual(Array(3).fill('POST http://127.0.0.1:7/p'));
    expect(seen[0]?.headers).toMatchObject({ host: '127.0.0.1:7', 'proxy-authorization': 'Basic eDp5' });
    expect(new Set(seen.map(({ socket }) => socket)).size).toBe(1);
  });

  it('that cannot be reached is a connect-error', async () => {
    const gone = await listening(createTcpServer());
    const port = portOf(gone);
    gone.close();
    const done = await sendOne(driverFor(planTo(7, { proxy: through(port) })));
    expect([outcomeOf(done), done.message]).toEqual(['connect-error', `ECONNREFUSED 127.0.0.1:${port}`]);
  });

  it('never makes a request wait for another: each has its own connection', async () => {
    const held = heldUp();
    const slow = await listening(createServer((_, response) => setTimeout(() => response.end('x'), 100)));
    const driver = driverFor(planTo(7, { proxy: through(portOf(slow)) }));
    const done = await sendAll(driver, anonymous(20));
    expect(done.map(outcomeOf)).toEqual(Array(20).fill('ok'));
    for (const exchange of done) expect(exchange.doneAt - exchange.sentAt).toBeLessThan(seconds(1) + held());
    expect(await new Promise((resolve) => slow.getConnections((_, n) => resolve(n)))).toBe(20);
    await sendAll(driver, anonymous(20));
    expect(await new Promise((resolve) => slow.getConnections((_, n) => resolve(n)))).toBe(20);
  });

  it('with keep-alive off gets a new connection each time', async () => {
    const { port, seen } = await proxyServer();
    const driver = driverFor(planTo(7, { proxy: through(port), keepAlive: false }));
    const exchange = createExchange(0);
    for (let n = 0; n < 3; n++) expect((await sendOne(driver, exchange)).connectTook).toBeGreaterThan(0);
    expect(new Set(seen.map(({ socket }) => socket)).size).toBe(3);
  });
});

describe('an outcome', () => {
  const answering = async (speak: (socket: Socket, nth: number) => void, changes: Partial<Plan> = {}) => {
    const server = await listening(
      createTcpServer((socket) => {
        let nth = 0;
        socket.on('data', () => speak(socket, nth++));
      }),
    );
    return driverFor(planTo(7, { proxy: through(portOf(server)), ...changes }));
  };
  const ended = async (speak: (socket: Socket) => void, changes: Partial<Plan> = {}) => {
    const done = await sendOne(await answering(speak, changes));
    return [outcomeOf(done), done.message];
  };

  it('is what it is with the HTTP/1.1 driver', async () => {
    const busy = await ended((socket) => socket.write('HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n'));
    expect(busy).toEqual(['http-error', 'HTTP 503']);
    const moved = 'HTTP/1.1 307 Moved\r\nLocation: /predict/\r\nContent-Length: 0\r\n\r\n';
    expect(await ended((socket) => socket.write(moved))).toEqual(['http-error', '307 redirect to /predict/']);
    const refused = 'HTTP/1.1 405 No\r\nAllow: POST\r\nContent-Length: 0\r\n\r\n';
    expect(await ended((socket) => socket.write(refused))).toEqual(['http-error', 'HTTP 405 (allows POST)']);
    expect(await ended((socket) => socket.destroy())).toEqual(['reset', 'connection closed before any response']);
    const cut = await ended((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhel'));
    expect(cut).toEqual(['reset', 'connection closed in the middle of the response']);
    expect((await ended((socket) => socket.write('SSH-2.0-OpenSSH\r\n')))[0]).toBe('protocol-error');
    expect(await ended((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nthe whole body'))).toEqual(['ok', '']);
  });

  it('is no timeout where the response was there in time, and only could not be read: the loop was held up', async () => {
    const held = await ended(
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
        for (const until = clock.now() + millis(400); clock.now() < until; );
      },
      { timeout: millis(100) },
    );
    expect(held).toEqual(['ok', '']);
  });

  it('is the response to a large body, though the other end closes without having read it', async () => {
    const server = await listening(
      createTcpServer((socket) => {
        socket.once('data', () => {
          socket.pause();
          socket.end('HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig');
          setTimeout(() => socket.destroy(), 5);
        });
      }),
    );
    const data = 'x'.repeat(8_000_000);
    const body = { encoding: 'utf8' as const, data, bytes: bytes(data.length) };
    const driver = driverFor(planTo(7, { proxy: through(portOf(server)) }, { body }));
    for (let round = 0; round < 3; round++)
      for (const done of await sendAll(driver, anonymous(10)))
        expect([outcomeOf(done), done.message]).toEqual(['http-error', 'HTTP 413']);
  });

  it('is timeout for a response that does not come or does not end', async () => {
    const timeout = millis(300);
    expect(await ended(() => {}, { timeout })).toEqual(['timeout', 'no response in time']);
    const begun = await ended((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n'), { timeout });
    expect(begun).toEqual(['timeout', 'the response did not end in time']);
  });

  it('leaves the user able to go on, on a new connection', async () => {
    const driver = await answering(
      (socket) => {
        if (first) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
        first = true;
      },
      { timeout: millis(200) },
    );
    let first = false;
    const exchange = createExchange(0);
    expect(outcomeOf(await sendOne(driver, exchange))).toBe('timeout');
    expect(outcomeOf(await sendOne(driver, exchange))).toBe('ok');
    expect(driver.inFlight).toBe(0);
  });

  it('is aborted for what is under way when the run gives up', async () => {
    const driver = await answering(() => {});
    const back = sendAll(driver, [createExchange(0), createExchange(1), ...anonymous(2)]);
    expect(driver.inFlight).toBe(4);
    await new Promise((resolve) => setTimeout(resolve, 50));
    driver.abort();
    expect((await back).map(outcomeOf)).toEqual(Array(4).fill('aborted'));
    expect(driver.inFlight).toBe(0);
  });

  it('is never given back within send', async () => {
    const driver = driverFor(planTo(7, { proxy: through(9) }, { headers: [['x', 'a\u0000b']] }));
    let within = true;
    const back = new Promise<Exchange>((resolve) => {
      driver.onDone = (exchange) => {
        expect(within).toBe(false);
        resolve(exchange);
      };
    });
    driver.send(createExchange(-1));
    within = false;
    const done = await back;
    expect(outcomeOf(done)).toBe('protocol-error');
    expect(done.message).toMatch(/^cannot be sent: /);
  });
});
