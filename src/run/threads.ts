/** The source that makes load in worker threads, which stay warm from plan to plan. */
import { Worker } from 'node:worker_threads';
import type { Clock, LoadSource } from '../core/ports.ts';
import type { SampleBatch, SampleSettings } from '../core/request-samples.ts';
import type { RowTable } from '../core/rows.ts';
import type { IntervalSnapshot } from '../core/snapshot.ts';
import type { FromThread } from './protocol.ts';
import { holdReductions } from './reductions.ts';
import { threadName } from './source-names.ts';
import { WorkerGroup } from './worker-group.ts';

/** Who wants single requests, and what of them. */
export interface SampleReader {
  readonly settings: SampleSettings;
  accept(batch: SampleBatch): void;
}

/**
 * Worker threads that run plans, one plan after another, each thread a segment of it. The threads stay warm in between:
 * a search of many levels does not pay for a cold engine at each.
 */
export class ThreadPool {
  readonly #clock: Clock;
  readonly #workers: Worker[] = [];
  readonly #rows: RowTable | null;
  readonly #samples: SampleReader | null;
  readonly #allowReductions = holdReductions();
  #group: WorkerGroup | null = null;
  /** Why the pool can run nothing any more. */
  #broken: { readonly thread: string; readonly message: string } | null = null;

  /**
   * @param entry the built worker (`run/worker`).
   * @param rows of the plans' data; its memory is shared, not copied.
   * @param samples who is told of single requests; null: nobody.
   */
  constructor(
    entry: URL,
    clock: Clock,
    threads: number,
    rows: RowTable | null = null,
    samples: SampleReader | null = null,
  ) {
    this.#samples = samples;
    this.#clock = clock;
    this.#rows = rows;
    for (let index = 0; index < threads; index++) this.#hire(new Worker(entry), index);
  }

  /**
   * Runs a plan on all threads and joins their snapshots. One plan at a time; each thread has its part of the segment.
   *
   * @throws {RampartError} never-ready, where a thread does not start in time or dies before it does.
   * @throws {SourceLost} after the last snapshot, where a thread died under way; the others are stopped then.
   */
  readonly source: LoadSource = (...asked) => this.#run(...asked);

  /** Ends the threads, whatever they are doing. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
    this.#allowReductions();
  }

  async *#run(
    ...[plan, segment, signal, commands, begin]: Parameters<LoadSource>
  ): AsyncGenerator<IntervalSnapshot, void, undefined> {
    const group = new WorkerGroup(
      plan,
      segment,
      this.#rows,
      this.#workers,
      this.#clock,
      begin,
      this.#samples?.settings,
    );
    this.#group = group;
    if (this.#broken !== null) group.lose(this.#broken.thread, this.#broken.message);
    try {
      yield* group.run(signal, commands);
    } finally {
      this.#group = null;
    }
  }

  #hire(worker: Worker, index: number): void {
    const thread = threadName(index);
    let cause = '';
    this.#workers.push(worker);
    worker.on('message', (message: FromThread) => {
      if (message.type === 'samples') this.#samples?.accept(message.batch);
      else this.#group?.hear(index, message);
    });
    worker.on('error', (error: Error) => {
      cause = `${error.name}: ${error.message}`;
    });
    worker.on('exit', (code) => {
      this.#broken = { thread, message: cause === '' ? `exited with code ${code}` : cause };
      this.#group?.lose(thread, this.#broken.message, index);
    });
  }
}
