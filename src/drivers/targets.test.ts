import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createExchange, type Exchange } from '../core/exchange.ts';
import { planFixture } from '../core/plan.fixture.ts';
import type { NamedTarget, Plan, RequestTemplate } from '../core/plan.ts';
import { OUTCOMES } from '../core/sample.ts';
import { micros } from '../core/units.ts';
import { SystemClock } from '../load/clock.ts';
import { ImpatientDriver } from '../load/impatient-driver.ts';
import { ownEngineFor } from './own.ts';
import { reach } from './reach.ts';

const clock = new SystemClock();
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

interface Seen {
  readonly port: number;
  readonly requests: { readonly url: string; readonly host: string; readonly cookie: string | undefined }[];
  readonly connections: () => number;
}

/** Says which it is in a cookie, and notes what it is asked. */
async function target(name: string): Promise<Seen> {
  const requests: Seen['requests'] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    const { url = '', headers } = request;
    requests.push({ url, host: headers.host ?? '', cookie: headers.cookie });
    response.setHeader('Set-Cookie', `from=${name}; Path=/`);
    response.end(name);
  }).listen(0, '127.0.0.1');
  server.on('connection', () => (connections += 1));
  await once(server, 'listening');
  servers.push(server);
  return { port: (server.address() as AddressInfo).port, requests, connections: () => connections };
}

function planTo(ports: readonly number[], changes: Partial<Plan> = {}): Plan {
  const { tls } = planFixture();
  const targets = ports.map((port, place): NamedTarget => {
    const url = `http://127.0.0.1:${port}/`;
    return { url, protocol: 'http:', host: '127.0.0.1', port, name: `t${place}`, weight: 1, tls };
  });
  const requests = targets.map(
    ({ name }, place): RequestTemplate => ({
      ...{ name, method: 'GET', path: `/${name}`, headers: [], body: null, target: place },
      checks: [{ kind: 'contains', text: name }],
    }),
  );
  return planFixture({ target: targets[0] as NamedTarget, targets, requests, ...changes });
}

/** Sends one request after the other, as one user with the same exchange. */
async function sendAll(
  plan: Plan,
  order: readonly number[],
): Promise<readonly Pick<Exchange, 'status' | 'outcome' | 'connectTook'>[]> {
  const driver = (await ownEngineFor(plan, null))(plan, clock, { index: 0, count: 1 });
  const exchange = createExchange(0);
  const ended: Pick<Exchange, 'status' | 'outcome' | 'connectTook'>[] = [];
  for (const [index, request] of order.entries()) {
    await new Promise<void>((resolve) => {
      driver.onDone = ({ status, outcome, connectTook }) => {
        ended.push({ status, outcome, connectTook });
        resolve();
      };
      exchange.index = index;
      exchange.request = request;
      exchange.dueAt = clock.now();
      driver.send(exchange);
      expect(driver.inFlight).toBe(1);
    });
    expect(driver.inFlight).toBe(0);
  }
  driver.close();
  return ended;
}

describe('several targets', () => {
  it('get each their own requests, over connections of their own', async () => {
    const [one, two] = [await target('t0'), await target('t1')];
    const ended = await sendAll(planTo([one.port, two.port]), [0, 1, 1, 0, 1]);
    expect(ended.map(({ status, outcome }) => `${status} ${OUTCOMES[outcome]}`)).toEqual(Array(5).fill('200 ok'));
    expect(ended.map(({ connectTook }) => connectTook >= 0)).toEqual([true, true, false, false, false]);
    expect(one.requests.map(({ url, host }) => [url, host])).toEqual(Array(2).fill(['/t0', `127.0.0.1:${one.port}`]));
    expect(two.requests.map(({ url, host }) => [url, host])).toEqual(Array(3).fill(['/t1', `127.0.0.1:${two.port}`]));
    expect([one.connections(), two.connections()]).toEqual([1, 1]);
  });

  it('are judged by the checks of their own requests', async () => {
    const [one, two] = [await target('t0'), await target('other')];
    const ended = await sendAll(planTo([one.port, two.port]), [0, 1]);
    expect(ended.map(({ outcome }) => OUTCOMES[outcome])).toEqual(['ok', 'wrong-answer']);
  });

  it('fail alone where one is down', async () => {
    const [one, gone] = [await target('t0'), await target('t1')];
    servers.pop()?.close();
    const ended = await sendAll(planTo([one.port, gone.port]), [1, 0, 1]);
    expect(ended.map(({ outcome }) => OUTCOMES[outcome])).toEqual(['connect-error', 'ok', 'connect-error']);
  });

  it('may set cookies, which come back to them alone, though they are on one host', async () => {
    const [one, two] = [await target('t0'), await target('t1')];
    await sendAll(planTo([one.port, two.port], { cookies: 'user' }), [0, 0, 1, 1, 0]);
    expect(one.requests.map(({ cookie }) => cookie)).toEqual([undefined, 'from=t0', 'from=t0']);
    expect(two.requests.map(({ cookie }) => cookie)).toEqual([undefined, 'from=t1']);
  });

  it('are left by a user who does not wait: the request ends, at whichever it is', async () => {
    const left: Exchange[] = [];
    const ports: number[] = [];
    for (const _ of [0, 1]) {
      const silent = createServer(() => {}).listen(0, '127.0.0.1');
      await once(silent, 'listening');
      servers.push(silent);
      ports.push((silent.address() as AddressInfo).port);
    }
    const plan = planTo(ports);
    const inner = (await ownEngineFor(plan, null))(plan, clock, { index: 0, count: 1 });
    const after = { kind: 'constant', value: micros(50_000) } as const;
    const driver = new ImpatientDriver({ seed: 1 }, { share: 1, after }, clock, inner);
    await new Promise<void>((resolve) => {
      driver.onDone = (exchange) => {
        if (left.push(exchange) === 2) resolve();
      };
      for (const request of [0, 1])
        driver.send(Object.assign(createExchange(request), { index: request, request, dueAt: clock.now() }));
    });
    driver.close();
    expect(left.map(({ outcome }) => OUTCOMES[outcome])).toEqual(['cancelled', 'cancelled']);
  });

  it('must all be there before a run begins', async () => {
    const [one, gone] = [await target('t0'), await target('t1')];
    servers.pop()?.close();
    await expect(reach(planTo([one.port, one.port]))).resolves.toBeUndefined();
    await expect(reach(planTo([one.port, gone.port]))).rejects.toThrow(`nothing answers at 127.0.0.1:${gone.port}`);
  });
});
