/** The entry of a load thread. */
import { parentPort } from 'node:worker_threads';
import { SystemClock } from '../load/clock.ts';
import type { ToThread } from './protocol.ts';
import { SegmentRunner } from './segment-runner.ts';

/** The entry of a generator thread: segments of plans, in an event loop that does nothing else. */
const port = parentPort;
if (port === null) throw new Error('this file is the entry of a worker thread');

const runner = new SegmentRunner(new SystemClock(), (message) => port.postMessage(message));
port.on('message', (message: ToThread) => runner.hear(message));
