import { Worker } from 'node:worker_threads';
import { RampartError } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import type { Clock, LoadSource } from '../core/ports.ts';
import type { IntervalSnapshot } from '../core/snapshot.ts';
import { type Micros, millis, seconds } from '../core/units.ts';
import { Joiner } from './join.ts';
import type { Assignment, FromThread, ToThread } from './protocol.ts';
import { Queue } from './queue.ts';

/** Between "all are ready" and the common start: enough for the message to reach every thread. */
const HEAD_START = millis(20);
const READY_WITHIN = seconds(20);

/** A generator thread died: what it had under way is unknown, so the run is no measurement any more. */
export class SourceLost extends Error {
  readonly source: string;

  constructor(source: string, message: string) {
    super(message);
    this.name = 'SourceLost';
    this.source = source;
  }
}

/**
 * A LoadSource that runs the plan in `plan.threads` worker threads, each a segment, and joins their snapshots.
 *
 * @param entry the built worker (`run/worker`).
 * @throws {RampartError} never-ready, where a thread does not start in time or dies before it does.
 * @throws {SourceLost} after the last snapshot, where a thread died under way; the others are stopped then.
 */
export function createThreadSource(entry: URL, clock: Clock): LoadSource {
  return async function* threads(plan, segment, signal) {
    const queue = new Queue<IntervalSnapshot>();
    const crew = new Crew(entry, clock, plan, queue);
    if (segment.count !== 1) throw new Error('threads of threads: a segment of a segment is not defined yet');
    const stop = (): void => crew.stop();
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    try {
      yield* queue;
    } finally {
      signal.removeEventListener('abort', stop);
      await crew.dismiss();
    }
  };
}

class Crew {
  readonly #clock: Clock;
  readonly #queue: Queue<IntervalSnapshot>;
  readonly #joiner: Joiner;
  readonly #workers: Worker[] = [];
  readonly #patience: unknown;
  #waitingFor: number;
  #working: number;
  #started = false;
  #stopped = false;
  #failure: Error | null = null;

  constructor(entry: URL, clock: Clock, plan: Plan, queue: Queue<IntervalSnapshot>) {
    this.#clock = clock;
    this.#queue = queue;
    this.#joiner = new Joiner(plan.threads, (snapshot) => queue.push(snapshot));
    this.#waitingFor = plan.threads;
    this.#working = plan.threads;
    for (let index = 0; index < plan.threads; index++) {
      const assignment: Assignment = { plan, segment: { index, count: plan.threads } };
      this.#hire(new Worker(entry, { workerData: assignment }), index);
    }
    this.#patience = clock.after(READY_WITHIN, () => {
      this.#fail(
        new RampartError('never-ready', 'not all generator threads were ready in time', 'Ask for fewer --threads.'),
      );
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#tell({ type: 'stop' });
  }

  async dismiss(): Promise<void> {
    this.#clock.cancel(this.#patience);
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #hire(worker: Worker, index: number): void {
    const name = `thread ${index + 1}`;
    let ended = false;
    let cause = '';
    this.#workers.push(worker);
    worker.on('message', (message: FromThread) => {
      if (message.type === 'interval') this.#joiner.accept(index, message.snapshots);
      else if (message.type === 'ready') this.#ready();
      else ended = true;
    });
    worker.on('error', (error: Error) => {
      cause = `${error.name}: ${error.message}`;
    });
    worker.on('exit', (code) => {
      const dismissed = this.#stopped && !this.#started;
      if (!ended && !dismissed && this.#failure === null)
        this.#lost(name, cause === '' ? `exited with code ${code}` : cause);
      this.#joiner.end(index);
      if (--this.#working === 0) {
        if (this.#failure === null) this.#queue.end();
        else this.#queue.fail(this.#failure);
      }
    });
  }

  #ready(): void {
    if (--this.#waitingFor > 0) return;
    this.#clock.cancel(this.#patience);
    this.#started = true;
    this.#tell({ type: 'start', startAt: (this.#clock.now() + HEAD_START) as Micros });
  }

  #lost(name: string, message: string): void {
    if (this.#started) {
      this.#failure = new SourceLost(name, message);
      this.stop();
    } else this.#fail(new RampartError('never-ready', `generator ${name} did not start: ${message}`));
  }

  #fail(error: Error): void {
    this.#failure = error;
    for (const worker of this.#workers) void worker.terminate();
  }

  #tell(message: ToThread): void {
    for (const worker of this.#workers) worker.postMessage(message);
  }
}
