/** The streams of several makers of a load as one, up to the end of the last. */
import type { Commanded, Commands } from '../core/command.ts';
import type { IntervalSnapshot } from '../core/snapshot.ts';
import { Joiner } from './join.ts';
import { Queue } from './queue.ts';

/** Who makes a load and may be told to end it. */
export interface Stoppable extends Commanded {
  stop(): void;
}

/**
 * What several makers of a load tell, as one stream: it ends once all of them have, with the reason where one is known.
 */
export class JoinedSnapshots {
  readonly #queue = new Queue<IntervalSnapshot>();
  readonly #joiner: Joiner;
  readonly #working: Set<number>;
  #failure: Error | null = null;

  /** @param emitted what is done to each joined snapshot on its way. */
  constructor(makers: number, emitted = (snapshot: IntervalSnapshot): IntervalSnapshot => snapshot) {
    this.#working = new Set(Array.from({ length: makers }, (_, index) => index));
    this.#joiner = new Joiner(makers, (snapshot) => this.#queue.push(emitted(snapshot)));
  }

  /** Makers that have not ended, by number. */
  get working(): ReadonlySet<number> {
    return this.#working;
  }

  /** Why the stream is going to fail; null: it is not. */
  get failure(): Error | null {
    return this.#failure;
  }

  accept(maker: number, snapshots: readonly IntervalSnapshot[]): void {
    this.#joiner.accept(maker, snapshots);
  }

  /** A maker tells nothing more. */
  end(maker: number): void {
    if (!this.#working.delete(maker)) return;
    this.#joiner.end(maker);
    if (this.#working.size > 0) return;
    if (this.#failure === null) this.#queue.end();
    else this.#queue.fail(this.#failure);
  }

  /** The stream fails with this, once all have ended. The first reason counts. */
  failAtEnd(error: Error): void {
    this.#failure ??= error;
  }

  /** The stream fails at once. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#queue.fail(this.#failure);
  }

  /**
   * Reads to the end of the drain; it can be read once. The signal stops `maker`, which carries commands out until
   * then.
   */
  async *read(
    maker: Stoppable,
    signal: AbortSignal,
    commands: Commands | undefined,
  ): AsyncGenerator<IntervalSnapshot, void, undefined> {
    const stop = (): void => maker.stop();
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    const detach = commands?.attach(maker);
    try {
      yield* this.#queue;
    } finally {
      signal.removeEventListener('abort', stop);
      detach?.();
    }
  }
}
