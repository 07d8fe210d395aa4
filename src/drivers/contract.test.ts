import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createExchange, type Exchange } from '../core/exchange.ts';
import { planFixture } from '../core/plan.fixture.ts';
import type { Plan } from '../core/plan.ts';
import type { Clock, Driver } from '../core/ports.ts';
import { OUTCOMES } from '../core/sample.ts';
import { millis, seconds } from '../core/units.ts';
import { SystemClock } from '../load/clock.ts';
import { AutocannonDriver } from './autocannon/driver.ts';
import { Http1Driver } from './http1/driver.ts';
import { UndiciDriver } from './undici/driver.ts';
import type { Witnessed } from './witness.ts';

/** What every driver makes of the same target, over HTTP/1.1: the same outcomes, whoever sends. */

const clock = new SystemClock();
const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0).reverse()) end();
});

/** @param response once for every request whose body is in. */
async function serving(response: (socket: Socket) => unknown): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      if (!text.includes('{"x":1}')) return;
      text = '';
      response(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endings.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const planTo = (port: number, changes: Partial<Plan> = {}): Plan =>
  planFixture({
    target: { url: `http://127.0.0.1:${port}/predict`, protocol: 'http:', host: '127.0.0.1', port },
    timeout: seconds(5),
    ...changes,
  });

const say = (status: string, body: string) => (socket: Socket) =>
  socket.write(`HTTP/1.1 ${status}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);

const OWN: readonly [string, (plan: Plan, own: Clock) => Driver & Witnessed, { readonly ofNoHttp: string }][] = [
  ['own, HTTP/1.1', (plan, own) => new Http1Driver(plan, own), { ofNoHttp: 'protocol-error' }],
  ['undici', (plan, own) => new UndiciDriver(plan, own), { ofNoHttp: 'protocol-error' }],
];

describe.each<[string, (plan: Plan, own: Clock) => Driver, { readonly ofNoHttp: string }]>([
  ...OWN,
  // autocannon goes on reading, and waits.
  ['autocannon', (plan, own) => new AutocannonDriver({ ...plan, engine: 'autocannon' }, own), { ofNoHttp: 'timeout' }],
])('a driver: %s', (_, create, { ofNoHttp }) => {
  /** Sends one request of one virtual user; every exchange that comes back, until a little after the first. */
  async function sent(plan: Plan, meanwhile: (driver: Driver) => void = () => {}) {
    const driver = create(plan, clock);
    endings.push(() => driver.close());
    const back: Exchange[] = [];
    let within = true;
    const exchange = createExchange(0);
    await new Promise<void>((resolve) => {
      driver.onDone = (done) => {
        if (within) throw new Error('came back within the call that sent it');
        back.push({ ...done });
        driver.retire(0);
        resolve();
      };
      exchange.dueAt = clock.now();
      driver.send(exchange);
      within = false;
      meanwhile(driver);
    });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect([back.length, driver.inFlight]).toEqual([1, 0]);
    const [one] = back as [Exchange];
    return { ...one, outcome: OUTCOMES[one.outcome] };
  }

  it('has a response of 200 as ok, with its instants in order and its bytes', async () => {
    const port = await serving(say('200 OK', 'hello'));
    const done = await sent(planTo(port));
    expect(done).toMatchObject({ outcome: 'ok', status: 200, bodyBytesIn: 5, message: '' });
    const { dueAt, sentAt, firstByteAt, doneAt, connectTook } = done;
    const instants = [dueAt, sentAt, firstByteAt, doneAt];
    expect(instants).toEqual([...instants].sort((a, b) => a - b));
    // The first request of a user opens its connection.
    expect(connectTook).toBeGreaterThan(0);
    expect(connectTook).toBeLessThanOrEqual(doneAt - dueAt);
    // Of undici's connections heads are not counted.
    expect([done.bytesIn >= 5, done.bytesOut >= 7]).toEqual([true, true]);
  });

  it('has a status that is no success as http-error', async () => {
    const port = await serving(say('503 Service Unavailable', 'no'));
    expect(await sent(planTo(port))).toMatchObject({ outcome: 'http-error', status: 503, bodyBytesIn: 2 });
  });

  it('has no response in time as timeout, at its timeout', async () => {
    const port = await serving(() => {});
    const done = await sent(planTo(port, { timeout: millis(400) }));
    expect(done).toMatchObject({ outcome: 'timeout', status: 0 });
    expect(done.doneAt - done.dueAt).toBeGreaterThanOrEqual(400_000);
  });

  it('has a port on which nobody listens as connect-error', async () => {
    const done = await sent(planTo(await closedPort()));
    expect(done).toMatchObject({ outcome: 'connect-error', status: 0 });
    expect(done.message).toMatch(/ECONNREFUSED/);
  });

  it('has a connection that ends before its response as reset', async () => {
    const port = await serving((socket) => socket.destroy());
    expect(await sent(planTo(port))).toMatchObject({ outcome: 'reset', status: 0 });
  });

  it('has a response that ends in the middle as reset', async () => {
    const port = await serving((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf'));
    expect(await sent(planTo(port))).toMatchObject({ outcome: 'reset' });
  });

  it('has what is no HTTP as a failure', async () => {
    const port = await serving((socket) => socket.write('SSH-2.0-OpenSSH_9.6\r\n\r\n'));
    expect(await sent(planTo(port, { timeout: seconds(1) }))).toMatchObject({ outcome: ofNoHttp });
  });

  it('gives up what is under way when it is told to: aborted', async () => {
    let driver: Driver | null = null;
    const port = await serving(() => driver?.abort());
    const done = await sent(planTo(port), (own) => {
      driver = own;
    });
    expect(done).toMatchObject({ outcome: 'aborted', status: 0 });
  });
});

describe.each(OWN)('a driver that discovery uses too: %s', (_, create) => {
  it('shows a response whole before it judges it, and forgets it before it sends the exchange again', async () => {
    const statuses = ['503 Service Unavailable', '200 OK'];
    const port = await serving((socket) => say(statuses.shift() ?? '', 'hello')(socket));
    const driver = create(planTo(port), clock);
    endings.push(() => driver.close());
    const shown: (string | null)[] = [];
    driver.witness = (response) => shown.push(response.text(), response.header('content-length'));
    const exchange = createExchange(0);
    const told: [outcome: string | undefined, status: number, message: string, shown: number][] = [];
    for (let sends = 0; sends < 2; sends++)
      await new Promise<void>((resolve) => {
        driver.onDone = ({ outcome, status, message }) => {
          told.push([OUTCOMES[outcome], status, message, shown.length]);
          resolve();
        };
        exchange.dueAt = clock.now();
        driver.send(exchange);
      });
    expect(told).toEqual([
      ['http-error', 503, 'HTTP 503', 2],
      ['ok', 200, '', 4],
    ]);
    expect(shown).toEqual(['hello', '5', 'hello', '5']);
    expect([exchange.body, exchange.connectTook]).toEqual(['', -1]);
  });

  it('ends one of two when it is told to: cancelled, and the other goes on', async () => {
    const waiting: Socket[] = [];
    const port = await serving((socket) => waiting.push(socket));
    const driver = create(planTo(port), clock);
    endings.push(() => driver.close());
    const [first, second] = [createExchange(0), createExchange(1)];
    const back: (string | undefined)[] = [];
    const ended = new Promise<void>((resolve) => {
      driver.onDone = ({ user, outcome }) => {
        back.push(`${user} ${OUTCOMES[outcome]}`);
        if (back.length === 2) resolve();
      };
    });
    for (const exchange of [first, second]) {
      exchange.dueAt = clock.now();
      driver.send(exchange);
    }
    await expect.poll(() => waiting.length, { timeout: 10_000 }).toBe(2);
    driver.cancel?.(first);
    for (const socket of waiting.filter(({ destroyed }) => !destroyed)) say('200 OK', 'hello')(socket);
    await ended;
    expect(back).toEqual(['0 cancelled', '1 ok']);
  });
});
