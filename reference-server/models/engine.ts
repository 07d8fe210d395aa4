/** A model at work, and how its stand-in time passes. */
import type { Model, Predictor } from './model.ts';

/** How a model's stand-in time passes: on the processor, as a model spends it, or asleep. */
export type Passing = 'busy' | 'asleep';

/** The clock that all threads and processes of a machine share, ms. */
export function sharedNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** A model at work. One thing at a time, in turn: also where it sleeps, it can do no other work meanwhile. */
export class Engine {
  readonly #model: Model;
  readonly #passing: Passing;
  /** When the model is done with what it was given so far, asleep. */
  #freeAt = 0;
  #predictor: Predictor<unknown, unknown> | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(model: Model, passing: Passing) {
    this.#model = model;
    this.#passing = passing;
  }

  /** How many wait for their turn, the one at work not among them. */
  get waiting(): number {
    return Math.max(0, this.#waiting - 1);
  }

  get busy(): boolean {
    return this.#waiting > 0;
  }

  load(): Promise<void> {
    const since = sharedNow();
    return this.#inTurn(() => this.#load(since));
  }

  /**
   * @param since when the request came to wait for this model, by `sharedNow`. A model that sleeps is done with it when it would
   *   be if it had begun as soon as it was free: what timers and messages are late by delays answers, and takes no capacity.
   * @throws Error (as a rejection) if it was never loaded.
   */
  predict(rows: readonly unknown[], since: number = sharedNow()): Promise<unknown[]> {
    return this.#inTurn(() => this.#predict(rows, since));
  }

  /** Loads the model, and uses it once. */
  loadAndPredict(rows: readonly unknown[]): Promise<unknown[]> {
    const since = sharedNow();
    return this.#inTurn(async () => {
      await this.#load(since);
      return this.#predict(rows, since);
    });
  }

  async #load(since: number): Promise<void> {
    await this.#pass(this.#model.loadMs ?? 0, since);
    this.#predictor = this.#model.load();
  }

  async #predict(rows: readonly unknown[], since: number): Promise<unknown[]> {
    if (this.#predictor === null) throw new Error(`${this.#model.name} is not loaded`);
    await this.#pass(this.#model.predictMs?.(rows.length) ?? 0, since);
    return this.#predictor.predict(rows);
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting++;
    const before = this.#turn;
    const mine = this.#waiting === 1 ? work() : before.then(work);
    this.#turn = mine.catch(() => {});
    try {
      return await mine;
    } finally {
      this.#waiting--;
    }
  }

  async #pass(milliseconds: number, since: number): Promise<void> {
    if (milliseconds === 0) return;
    if (this.#passing === 'busy') {
      const until = performance.now() + milliseconds;
      while (performance.now() < until);
      return;
    }
    const until = Math.max(since, this.#freeAt) + milliseconds;
    this.#freeAt = until;
    // A timer may ring up to a millisecond early.
    for (let left = until - sharedNow(); left > 0; left = until - sharedNow())
      await new Promise((resolve) => setTimeout(resolve, Math.ceil(left)));
  }
}
