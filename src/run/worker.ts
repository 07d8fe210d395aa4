import { parentPort, workerData } from 'node:worker_threads';
import { Http1Driver } from '../drivers/http1/driver.ts';
import { measureConnect } from '../drivers/reach.ts';
import { SystemClock } from '../load/clock.ts';
import { GeneratorProbe } from '../record/probe.ts';
import { Generation } from './generation.ts';
import type { Assignment, FromThread, ToThread } from './protocol.ts';

/** The entry of a generator thread: one segment of the plan, in an event loop that does nothing else. */
const { plan, segment } = workerData as Assignment;
const port = parentPort;
if (port === null) throw new Error('this file is the entry of a worker thread');

const tell = (message: FromThread): void => port.postMessage(message);
let generation: Generation | null = null;

port.on('message', (message: ToThread) => {
  if (message.type === 'start') {
    generation = new Generation(
      plan,
      segment,
      message.startAt,
      {
        clock: new SystemClock(),
        createDriver: (frozen, clock) => new Http1Driver(frozen, clock),
        createProbe: (spins) => new GeneratorProbe(spins),
        measureConnect,
      },
      (snapshots) => tell({ type: 'interval', snapshots }),
      () => {
        tell({ type: 'end' });
        port.close();
      },
    );
  } else if (generation !== null) generation.stop();
  else port.close();
});
tell({ type: 'ready' });
