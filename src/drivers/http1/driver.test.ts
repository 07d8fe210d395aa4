import { afterEach, describe, expect, it } from 'vitest';
import { createExchange, type Exchange } from '../../core/exchange.ts';
import { SystemClock } from '../../load/clock.ts';
import { outcomeOf } from '../exchanged.fixture.ts';
import { OK, sceneAt } from './scene.fixture.ts';

/** Requests on their connections, against real sockets: a server of a few lines plays each part. */

const clock = new SystemClock();
const { driverFor, exchangeOnce, opened, close } = sceneAt(clock);
afterEach(close);

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
