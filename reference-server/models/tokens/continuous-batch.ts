import type { Alarms } from '../../alarms.ts';
import { QueueFull } from '../../strategies/strategy.ts';

/** How fast the model is, and how much it holds. Times in ms. */
export interface BatchRules {
  /** A prompt takes this long, and on top so much for each of its tokens. */
  readonly prefillMs: number;
  readonly prefillTokenMs: number;
  /** A token of every sequence in the batch takes this long, and on top so much for each sequence beyond the first. */
  readonly decodeMs: number;
  readonly decodeEachMs: number;
  /** Sequences that are decoded together at most. */
  readonly maxBatch: number;
  /** Tokens of prompts and answers that the cache holds: a sequence waits until it fits. */
  readonly kvTokens: number;
  /** Sequences that may wait; the next one is refused. */
  readonly queue: number;
}

export const USUAL_RULES: BatchRules = {
  prefillMs: 20,
  prefillTokenMs: 0.5,
  decodeMs: 10,
  decodeEachMs: 0.1,
  maxBatch: 32,
  kvTokens: 65_536,
  queue: Number.POSITIVE_INFINITY,
};

/** One answer that is being made. */
interface Sequence {
  readonly promptTokens: number;
  readonly length: number;
  /** All its steps take so many times as long. */
  readonly stretch: number;
  /** Called for each token, at the end of the step that made it. */
  readonly onToken: (index: number) => void;
  made: number;
  cancelled: boolean;
}

/**
 * Continuous batching, as servers of language models do it: in each step one token of every running sequence is decoded, and
 * sequences join and leave between steps. A step in which prompts are read takes that much longer for all: prefill holds up
 * who is decoding. Its own time alone passes; nothing is computed.
 */
export class ContinuousBatch {
  readonly rules: BatchRules;
  readonly #alarms: Alarms;
  readonly #now: () => number;
  #running: Sequence[] = [];
  readonly #waiting: Sequence[] = [];
  #held = 0;
  #stepping = false;

  constructor(alarms: Alarms, rules: BatchRules, now: () => number = () => performance.now()) {
    this.#alarms = alarms;
    this.rules = rules;
    this.#now = now;
  }

  get running(): number {
    return this.#running.length;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Share of the cache that is taken, 0..1. */
  get cacheUse(): number {
    return this.#held / this.rules.kvTokens;
  }

  /**
   * Makes an answer of so many tokens. Returns what ends it early, when nobody waits for it any more.
   *
   * @throws QueueFull
   */
  generate(promptTokens: number, length: number, stretch: number, onToken: (index: number) => void): () => void {
    const sequence: Sequence = { promptTokens, length, stretch, onToken, made: 0, cancelled: false };
    if (this.#waiting.length >= this.rules.queue && !this.#fits(sequence, this.#running.length)) throw new QueueFull();
    this.#waiting.push(sequence);
    if (!this.#stepping) this.#step(this.#now());
    return () => {
      sequence.cancelled = true;
    };
  }

  #fits({ promptTokens, length }: Sequence, running: number): boolean {
    // A sequence that is larger than the whole cache has it for itself.
    return (
      running < this.rules.maxBatch && (running === 0 || this.#held + promptTokens + length <= this.rules.kvTokens)
    );
  }

  /** @param from when the last step ended, so that steps do not drift by how late alarms ring. */
  #step(from: number): void {
    const { prefillMs, prefillTokenMs, decodeMs, decodeEachMs } = this.rules;
    this.#leave();
    const decoding = this.#running.length;
    let took = 0;
    for (const { stretch } of this.#running)
      took = Math.max(took, stretch * (decodeMs + decodeEachMs * (decoding - 1)));
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (!next.cancelled && !this.#fits(next, this.#running.length)) break;
      this.#waiting.shift();
      if (next.cancelled) continue;
      this.#running.push(next);
      this.#held += next.promptTokens + next.length;
      took += next.stretch * (prefillMs + prefillTokenMs * next.promptTokens);
    }
    this.#stepping = this.#running.length > 0;
    if (!this.#stepping) return;
    this.#alarms.at(from + took, () => {
      for (const sequence of this.#running) if (!sequence.cancelled) sequence.onToken(sequence.made++);
      this.#step(from + took);
    });
  }

  /** Who is done, or is waited for no more, gives its room back. */
  #leave(): void {
    this.#running = this.#running.filter((sequence) => {
      const stays = !sequence.cancelled && sequence.made < sequence.length;
      if (!stays) this.#held -= sequence.promptTokens + sequence.length;
      return stays;
    });
  }
}
