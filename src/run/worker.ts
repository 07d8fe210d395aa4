import { parentPort } from 'node:worker_threads';
import type { Plan } from '../core/plan.ts';
import type { RowTable } from '../core/rows.ts';
import { Http1Driver } from '../drivers/http1/driver.ts';
import { measureConnect } from '../drivers/reach.ts';
import { SystemClock } from '../load/clock.ts';
import { payloadsOf } from '../load/payload.ts';
import { GeneratorProbe } from '../record/probe.ts';
import { type Engine, Generation } from './generation.ts';
import type { FromThread, ToThread } from './protocol.ts';

/** The entry of a generator thread: segments of plans, one after the other, in an event loop that does nothing else. */
const port = parentPort;
if (port === null) throw new Error('this file is the entry of a worker thread');

const tell = (message: FromThread): void => port.postMessage(message);
let engine: Engine = {
  clock: new SystemClock(),
  createDriver: (plan, clock, segment) => new Http1Driver(plan, clock, segment),
  createProbe: (spins) => new GeneratorProbe(spins),
  measureConnect,
};
let prepared: Extract<ToThread, { type: 'prepare' }> | null = null;
let generation: Generation | null = null;

/** Loaded only where the plan needs them: importing undici or autocannon takes longer than starting the thread. */
async function driverFor(plan: Plan, rows: RowTable | null): Promise<Engine['createDriver']> {
  if (plan.engine === 'autocannon') {
    const { AutocannonDriver } = await import('../drivers/autocannon/driver.ts');
    return (frozen, clock) => new AutocannonDriver(frozen, clock);
  }
  const payloads = payloadsOf(plan, rows);
  if (plan.http2 || plan.proxy !== null) {
    const { UndiciDriver } = await import('../drivers/undici/driver.ts');
    return (frozen, clock, segment) => new UndiciDriver(frozen, clock, segment, payloads);
  }
  return (frozen, clock, segment) => new Http1Driver(frozen, clock, segment, payloads);
}

const ended = (): void => {
  prepared = null;
  generation = null;
  tell({ type: 'end' });
};

port.on('message', (message: ToThread) => {
  switch (message.type) {
    case 'prepare':
      prepared = message;
      void driverFor(message.plan, message.rows).then((createDriver) => {
        if (prepared !== message) return;
        engine = { ...engine, createDriver };
        tell({ type: 'ready' });
      });
      break;
    case 'start': {
      if (prepared === null) break;
      const { plan, segment } = prepared;
      generation = new Generation(
        plan,
        segment,
        message.startAt,
        engine,
        (snapshots) => tell({ type: 'interval', snapshots }),
        ended,
      );
      break;
    }
    case 'change':
      generation?.change(message.change);
      break;
    case 'stop':
      if (generation !== null) generation.stop();
      else if (prepared !== null) ended();
  }
});
