import { parentPort } from 'node:worker_threads';
import { Http1Driver } from '../drivers/http1/driver.ts';
import { measureConnect } from '../drivers/reach.ts';
import { SystemClock } from '../load/clock.ts';
import { GeneratorProbe } from '../record/probe.ts';
import { engineFor } from './engines.ts';
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

const ended = (): void => {
  prepared = null;
  generation = null;
  tell({ type: 'end' });
};

port.on('message', (message: ToThread) => {
  switch (message.type) {
    case 'prepare':
      prepared = message;
      void engineFor(message.plan, message.rows).then((createDriver) => {
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
