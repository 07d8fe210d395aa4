import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createExchange, type Exchange } from '../core/exchange.ts';
import { planFixture } from '../core/plan.fixture.ts';
import type { Plan, RequestTemplate } from '../core/plan.ts';
import type { Driver } from '../core/ports.ts';
import { OUTCOMES } from '../core/sample.ts';
import { millis } from '../core/units.ts';
import { SystemClock } from '../load/clock.ts';
import { Http1Driver } from './http1/driver.ts';
import { UndiciDriver } from './undici/driver.ts';

const clock = new SystemClock();
const endings: (() => void)[] = [];

afterEach(() => {
  for (const end of endings.splice(0)) end();
});

/** Responds to `/silent…` never, anything else at once, with the path as its body. */
async function target(): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      const path = /^\w+ (\S+)/.exec(bytes.toString())?.[1] ?? '';
      if (path.includes('/silent')) return;
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${path.length}\r\n\r\n${path}`);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  endings.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

function requestTo(path: string, own: Partial<RequestTemplate> = {}): RequestTemplate {
  return { name: path, method: 'GET', path, headers: [], body: null, ...own };
}

const DRIVERS = {
  'raw sockets': (plan: Plan) => new Http1Driver(plan, clock),
  // What undici is for: a proxy, which here is the target itself.
  undici: (plan: Plan) => {
    const { host, port } = plan.target;
    return new UndiciDriver(
      { ...plan, proxy: { url: `http://${host}:${port}`, host, port, authorization: null } },
      clock,
    );
  },
} satisfies Record<string, (plan: Plan) => Driver>;

describe.each(Object.entries(DRIVERS))('several requests over %s', (_, create) => {
  async function sendAll(changes: Partial<Plan>): Promise<readonly Exchange[]> {
    const port = await target();
    const url = `http://127.0.0.1:${port}/`;
    const plan = planFixture({ ...changes, target: { url, protocol: 'http:', host: '127.0.0.1', port } });
    const driver = create(plan);
    endings.push(() => driver.close());
    const back: Exchange[] = [];
    return new Promise((resolve) => {
      driver.onDone = (exchange) => {
        back.push(exchange);
        if (back.length === plan.requests.length) resolve(back);
      };
      plan.requests.forEach((_, request) => {
        driver.send(Object.assign(createExchange(-1), { request, dueAt: clock.now() }));
      });
    });
  }

  it('end each at its own timeout', async () => {
    const back = await sendAll({
      timeout: millis(900),
      requests: [
        requestTo('/silent/longest'),
        requestTo('/silent/short', { timeout: millis(100) }),
        requestTo('/silent/middle', { timeout: millis(500) }),
      ],
    });
    expect(back.map(({ request, outcome }) => [request, OUTCOMES[outcome]])).toEqual([
      [1, 'timeout'],
      [2, 'timeout'],
      [0, 'timeout'],
    ]);
    for (const [place, least] of [100, 500, 900].entries()) {
      const { doneAt = 0, dueAt = 0 } = back[place] ?? {};
      expect(doneAt - dueAt).toBeGreaterThan(millis(least - 1));
    }
  });

  it('are judged each by its own checks, or by the checks of all', async () => {
    const back = await sendAll({
      checks: [{ kind: 'contains', text: 'for all' }],
      requests: [
        requestTo('/common'),
        requestTo('/own', { checks: [{ kind: 'contains', text: '/own' }] }),
        requestTo('/none', { checks: [] }),
        requestTo('/strict', { checks: [{ kind: 'status', statuses: [[201, 201]] }] }),
      ],
    });
    const byRequest = [...back].sort((a, b) => a.request - b.request);
    expect(byRequest.map(({ outcome }) => OUTCOMES[outcome])).toEqual(['wrong-answer', 'ok', 'ok', 'wrong-answer']);
    expect(byRequest.map(({ message }) => message)).toEqual([
      'the body lacks an expected text',
      '',
      '',
      'status 200 is not an expected one',
    ]);
  });
});
