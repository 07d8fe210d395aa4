/** Micro-batching: requests that come at nearly one time are predicted together. */
import { type Engine, sharedNow } from '../models/engine.ts';
import { type OnBatch, type Prediction, QueueFull, type Strategy } from './strategy.ts';

interface Waiting {
  readonly rows: readonly unknown[];
  /** When it came, by `sharedNow`. */
  readonly since: number;
  readonly resolve: (prediction: Prediction) => void;
  readonly reject: (error: unknown) => void;
}

export interface BatchOptions {
  /** How many requests go together at most. */
  readonly maxBatch: number;
  /** How long the first of a batch waits for others, ms. */
  readonly maxWaitMs: number;
  /** How many requests may wait. */
  readonly queue: number;
}

/** Micro-batching: requests wait a moment for each other, and are predicted together. */
export class BatchStrategy implements Strategy {
  readonly ready = true;
  readonly #engine: Engine;
  readonly #options: BatchOptions;
  readonly #onBatch: OnBatch;
  #line: Waiting[] = [];
  #working = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param engine loaded. */
  constructor(engine: Engine, options: BatchOptions, onBatch: OnBatch) {
    this.#engine = engine;
    this.#options = options;
    this.#onBatch = onBatch;
  }

  get queued(): number {
    return this.#line.length;
  }

  predict(rows: readonly unknown[]): Promise<Prediction> {
    return new Promise((resolve, reject) => {
      if (this.#line.length >= this.#options.queue) {
        reject(new QueueFull());
        return;
      }
      this.#line.push({ rows, since: sharedNow(), resolve, reject });
      this.#look();
    });
  }

  replicas(): Record<string, number> {
    return { '': 1 };
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
  }

  /** Takes a batch where there is a full one, or its first has waited long enough. */
  #look(): void {
    const first = this.#line[0];
    if (this.#working || first === undefined) return;
    const { maxBatch, maxWaitMs } = this.#options;
    const left = first.since + maxWaitMs - sharedNow();
    if (this.#line.length < maxBatch && left > 0) {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#look();
      }, Math.ceil(left));
      return;
    }
    this.#working = true;
    const batch = this.#line.slice(0, maxBatch);
    this.#line = this.#line.slice(maxBatch);
    const full = batch.length === maxBatch;
    const since = full ? (batch.at(-1) as Waiting).since : first.since + maxWaitMs;
    void this.#work(batch, since).finally(() => {
      this.#working = false;
      this.#look();
    });
  }

  async #work(batch: readonly Waiting[], since: number): Promise<void> {
    const rows = batch.flatMap((one) => one.rows);
    this.#onBatch(rows.length);
    try {
      const outputs = await this.#engine.predict(rows, since);
      let from = 0;
      for (const one of batch) {
        one.resolve({ outputs: outputs.slice(from, from + one.rows.length) });
        from += one.rows.length;
      }
    } catch (error) {
      for (const one of batch) one.reject(error);
    }
  }
}
