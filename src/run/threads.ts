import { Worker } from 'node:worker_threads';
import { RampartError } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import type { Clock, LoadSource } from '../core/ports.ts';
import type { RowTable } from '../core/rows.ts';
import type { IntervalSnapshot } from '../core/snapshot.ts';
import { type Micros, millis, seconds } from '../core/units.ts';
import { Joiner } from './join.ts';
import type { FromThread, ToThread } from './protocol.ts';
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
 * Worker threads that run plans, one plan after another, each thread a segment of it. The threads stay warm in between:
 * a search of many levels does not pay for a cold engine at each.
 */
export class ThreadPool {
  readonly #clock: Clock;
  readonly #workers: Worker[] = [];
  readonly #rows: RowTable | null;
  #crew: Crew | null = null;
  /** Why the pool can run nothing any more. */
  #broken: { readonly thread: string; readonly message: string } | null = null;

  /**
   * @param entry the built worker (`run/worker`).
   * @param rows of the plans' data; its memory is shared, not copied.
   */
  constructor(entry: URL, clock: Clock, threads: number, rows: RowTable | null = null) {
    this.#clock = clock;
    this.#rows = rows;
    for (let index = 0; index < threads; index++) this.#hire(new Worker(entry), index);
  }

  /**
   * Runs a plan on all threads and joins their snapshots. One plan at a time; the segment is the whole.
   *
   * @throws {RampartError} never-ready, where a thread does not start in time or dies before it does.
   * @throws {SourceLost} after the last snapshot, where a thread died under way; the others are stopped then.
   */
  readonly source: LoadSource = (plan, _segment, signal) => this.#run(plan, signal);

  /** Ends the threads, whatever they are doing. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  async *#run(plan: Plan, signal: AbortSignal): AsyncGenerator<IntervalSnapshot, void, undefined> {
    const crew = new Crew(plan, this.#rows, this.#workers, this.#clock);
    this.#crew = crew;
    if (this.#broken !== null) crew.lose(this.#broken.thread, this.#broken.message);
    const stop = (): void => crew.stop();
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    try {
      yield* crew.snapshots;
    } finally {
      signal.removeEventListener('abort', stop);
      crew.dismiss();
      this.#crew = null;
    }
  }

  #hire(worker: Worker, index: number): void {
    const thread = `thread ${index + 1}`;
    let cause = '';
    this.#workers.push(worker);
    worker.on('message', (message: FromThread) => this.#crew?.hear(index, message));
    worker.on('error', (error: Error) => {
      cause = `${error.name}: ${error.message}`;
    });
    worker.on('exit', (code) => {
      this.#broken = { thread, message: cause === '' ? `exited with code ${code}` : cause };
      this.#crew?.lose(thread, this.#broken.message, index);
    });
  }
}

/** One plan under way on the threads of a pool. */
class Crew {
  readonly snapshots = new Queue<IntervalSnapshot>();
  readonly #clock: Clock;
  readonly #workers: readonly Worker[];
  readonly #joiner: Joiner;
  readonly #working = new Set<number>();
  readonly #patience: unknown;
  #waitingFor: number;
  #started = false;
  #failure: Error | null = null;

  constructor(plan: Plan, rows: RowTable | null, workers: readonly Worker[], clock: Clock) {
    this.#clock = clock;
    this.#workers = workers;
    this.#waitingFor = workers.length;
    this.#joiner = new Joiner(workers.length, (snapshot) => this.snapshots.push(snapshot));
    workers.forEach((worker, index) => {
      this.#working.add(index);
      const order: ToThread = { type: 'prepare', plan, rows, segment: { index, count: workers.length } };
      worker.postMessage(order);
    });
    const hint = 'Ask for fewer --threads.';
    this.#patience = clock.after(READY_WITHIN, () =>
      this.#fail(new RampartError('never-ready', 'not all generator threads were ready in time', hint)),
    );
  }

  hear(index: number, message: FromThread): void {
    if (message.type === 'interval') this.#joiner.accept(index, message.snapshots);
    else if (message.type === 'ready') this.#ready();
    else this.#ended(index);
  }

  stop(): void {
    this.#tell({ type: 'stop' });
  }

  /** A thread is gone. Before the start nothing is measured; after it, the others are stopped and still heard. */
  lose(thread: string, message: string, index?: number): void {
    if (!this.#started) {
      this.#fail(new RampartError('never-ready', `generator ${thread} did not start: ${message}`));
      return;
    }
    this.#failure ??= new SourceLost(thread, message);
    this.stop();
    if (index !== undefined) this.#ended(index);
  }

  dismiss(): void {
    this.#clock.cancel(this.#patience);
  }

  #ready(): void {
    if (--this.#waitingFor > 0 || this.#failure !== null) return;
    this.#clock.cancel(this.#patience);
    this.#started = true;
    this.#tell({ type: 'start', startAt: (this.#clock.now() + HEAD_START) as Micros });
  }

  #ended(index: number): void {
    if (!this.#working.delete(index)) return;
    this.#joiner.end(index);
    if (this.#working.size > 0) return;
    if (this.#failure === null) this.snapshots.end();
    else this.snapshots.fail(this.#failure);
  }

  #fail(error: Error): void {
    this.#failure = error;
    this.snapshots.fail(error);
  }

  #tell(message: ToThread): void {
    for (const worker of this.#workers) worker.postMessage(message);
  }
}
