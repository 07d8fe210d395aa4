import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { createExchange, type Exchange } from '../core/exchange.ts';
import { planFixture } from '../core/plan.fixture.ts';
import type { FunctionCalls } from '../core/ports.ts';
import { OUTCOMES } from '../core/sample.ts';
import { micros } from '../core/units.ts';
import { SystemClock } from '../load/clock.ts';
import { ImpatientDriver } from '../load/impatient-driver.ts';
import { MakingDriver } from './making.ts';
import { ownEngineFor } from './own.ts';

const clock = new SystemClock();
let silent: Server | null = null;
afterEach(() => {
  silent?.closeAllConnections();
  silent?.close();
});

it('lets a user leave whose request a function made, and tells of one that could not be made', async () => {
  silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const plan = planFixture({ target: { url: '', protocol: 'http:', host: '127.0.0.1', port } });
  const calls: FunctionCalls = {
    make: ({ index }) => index !== 1,
    check: () => null,
    message: 'body: it has no row',
    ...{ calls: 0, spent: 0, clock: null },
  };
  const inner = (await ownEngineFor(plan, null))(plan, clock, { index: 0, count: 1 });
  const after = { kind: 'constant', value: micros(50_000) } as const;
  const made = new MakingDriver(inner, calls, clock);
  const driver = new ImpatientDriver({ seed: 1 }, { share: 1, after }, clock, made);
  const ended: Exchange[] = [];
  await new Promise<void>((resolve) => {
    driver.onDone = (exchange) => {
      if (ended.push(exchange) === 2) resolve();
    };
    for (const index of [0, 1]) driver.send(Object.assign(createExchange(index), { index, dueAt: clock.now() }));
    expect(driver.inFlight).toBe(2);
  });
  expect(driver.inFlight).toBe(0);
  driver.close();
  expect(ended.map(({ index, outcome, message }) => [index, OUTCOMES[outcome], message])).toEqual([
    [1, 'function-failed', 'body: it has no row'],
    [0, 'cancelled', ''],
  ]);
});
