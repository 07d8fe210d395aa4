/** A pool of worker threads behind one queue, each with a model of its own. */
import { Piscina } from 'piscina';
import type { ModelName } from '../models/catalogue.ts';
import { type Passing, sharedNow } from '../models/engine.ts';
import { type OnBatch, type Prediction, QueueFull, type Strategy, WorkerLost } from './strategy.ts';

export interface PoolOptions {
  readonly model: ModelName;
  readonly passing: Passing;
  readonly workers: number;
  /** How many requests may wait for a worker. */
  readonly queue: number;
  /** The built `pool-worker.js`. */
  readonly entry: URL;
}

/** What a worker is given to do; null: nothing, as soon as it has loaded. */
export interface PoolTask {
  readonly rows: readonly unknown[];
  /** When it came, by `sharedNow`. */
  readonly since: number;
  /** Die over it. */
  readonly crash: boolean;
}

/** Worker threads behind a bounded queue, each with a model of its own. A worker that dies loses its own request only. */
export async function startPool(
  options: PoolOptions,
  onBatch: OnBatch,
  log: (line: string) => void,
): Promise<Strategy> {
  const { workers, queue } = options;
  const pool = new Piscina<PoolTask | null, unknown[]>({
    filename: options.entry.href,
    minThreads: workers,
    maxThreads: workers,
    workerData: { model: options.model, passing: options.passing },
    // A worker that waits with Atomics.wait keeps no timers, and a model may sleep.
    atomics: 'disabled',
    recordTiming: false,
  });
  pool.on('error', (error: Error) => log(`a worker failed: ${error.message}`));
  await Promise.all(Array.from({ length: workers }, () => pool.run(null)));

  let crash = false;
  let inFlight = 0;
  return {
    async predict(rows): Promise<Prediction> {
      if (inFlight >= workers + queue) throw new QueueFull();
      const task = { rows, crash, since: sharedNow() };
      crash = false;
      inFlight++;
      onBatch(rows.length);
      try {
        return { outputs: await pool.run(task) };
      } catch (error) {
        log(`a worker died: ${(error as Error).message}`);
        throw new WorkerLost();
      } finally {
        inFlight--;
      }
    },
    ready: true,
    get queued() {
      return pool.queueSize;
    },
    replicas: () => ({ '': pool.threads.length }),
    crashNext: () => {
      crash = true;
    },
    close: () => pool.destroy(),
  };
}
