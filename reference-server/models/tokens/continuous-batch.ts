/** Answers of a language model made together, a token of each at a time, as vLLM makes them. */
import type { Alarms } from '../../alarms.ts';
import { QueueFull } from '../../strategies/strategy.ts';
import { PrefixCache } from './prefix-cache.ts';

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
  /** Tokens of prompts' beginnings that are remembered, and need not be read again; 0: none. */
  readonly prefixTokens: number;
  /**
   * A sequence holds room for what there is of it, not for its whole answer. When the cache is full, the youngest gives its room up, waits
   * before all others, and has everything it had read again.
   */
  readonly preempt: boolean;
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
  prefixTokens: 0,
  preempt: false,
  queue: Number.POSITIVE_INFINITY,
};

/** One answer that is being made. */
export interface Sequence {
  readonly prompt: readonly string[];
  readonly length: number;
  /** All its steps take so many times as long. */
  readonly stretch: number;
  /** Called for each token, at the end of the step that made it. */
  readonly onToken: (index: number) => void;
  made: number;
  cancelled: boolean;
  /** How often it gave its room up. */
  preempted: number;
  /** Tokens of its prompt that were remembered when it first joined. */
  cached: number;
}

/** What has happened since the start, in tokens and times. */
export interface BatchCounts {
  promptTokens: number;
  answerTokens: number;
  /** Of prompts that joined, and how many of those were remembered. */
  askedPrefix: number;
  foundPrefix: number;
  preemptions: number;
}

/**
 * Continuous batching, as servers of language models do it: in each step one token of every running sequence is decoded, and
 * sequences join and leave between steps. A step in which prompts are read takes that much longer for all: prefill holds up
 * who is decoding. Its own time alone passes; nothing is computed.
 */
export class ContinuousBatch {
  readonly rules: BatchRules;
  readonly counts: BatchCounts = { promptTokens: 0, answerTokens: 0, askedPrefix: 0, foundPrefix: 0, preemptions: 0 };
  readonly #prefixes: PrefixCache;
  readonly #alarms: Alarms;
  readonly #now: () => number;
  #running: Sequence[] = [];
  readonly #waiting: Sequence[] = [];
  #held = 0;
  #stepping = false;

  constructor(alarms: Alarms, rules: BatchRules, now: () => number = () => performance.now()) {
    this.#alarms = alarms;
    this.rules = rules;
    this.#prefixes = new PrefixCache(rules.prefixTokens);
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
   * Makes an answer of so many tokens. Returns what ends it early, when nobody waits for it any more, and what became of it.
   *
   * @throws QueueFull
   */
  generate(
    prompt: readonly string[],
    length: number,
    stretch: number,
    onToken: (index: number) => void,
  ): { readonly sequence: Readonly<Sequence>; readonly cancel: () => void } {
    const sequence: Sequence = {
      ...{ prompt, length, stretch, onToken, made: 0, cancelled: false, preempted: 0, cached: 0 },
    };
    if (this.#waiting.length >= this.rules.queue && !this.#fits(sequence)) throw new QueueFull();
    this.#waiting.push(sequence);
    if (!this.#stepping) this.#step(this.#now());
    return {
      sequence,
      cancel: () => {
        sequence.cancelled = true;
      },
    };
  }

  /** Tokens of the cache that are its own: with preemption what there is of it, and the next one. */
  #roomOf({ prompt, length, made }: Sequence): number {
    return prompt.length + (this.rules.preempt ? made + 1 : length);
  }

  #fits(sequence: Sequence): boolean {
    const { maxBatch, kvTokens } = this.rules;
    const running = this.#running.length;
    // A sequence that is larger than the whole cache has it for itself.
    return running < maxBatch && (running === 0 || this.#held + this.#roomOf(sequence) <= kvTokens);
  }

  /** @param from when the last step ended, so that steps do not drift by how late alarms ring. */
  #step(from: number): void {
    const { decodeMs, decodeEachMs } = this.rules;
    this.#leave();
    const full = this.#makeRoom();
    const decoding = this.#running.length;
    let took = 0;
    for (const { stretch } of this.#running)
      took = Math.max(took, stretch * (decodeMs + decodeEachMs * (decoding - 1)));
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      // Who has just given its room up would take it again.
      if (!next.cancelled && (full || !this.#fits(next))) break;
      this.#waiting.shift();
      if (next.cancelled) continue;
      this.#running.push(next);
      this.#held += this.#roomOf(next);
      took += this.#prefill(next);
    }
    this.#stepping = this.#running.length > 0;
    if (!this.#stepping) return;
    this.#alarms.at(from + took, () => {
      for (const sequence of this.#running.slice(decoding)) this.#prefixes.keep(sequence.prompt);
      for (const sequence of this.#running)
        if (!sequence.cancelled) {
          this.counts.answerTokens++;
          sequence.onToken(sequence.made++);
        }
      this.#step(from + took);
    });
  }

  /** How long it takes to read the prompt of who joins: of one that was there before, with all that it had made. */
  #prefill(sequence: Sequence): number {
    const { prefillMs, prefillTokenMs } = this.rules;
    const { prompt, made, stretch, preempted } = sequence;
    const { counts } = this;
    const known = this.#prefixes.known(prompt);
    if (preempted === 0) {
      sequence.cached = known;
      counts.promptTokens += prompt.length;
    }
    counts.askedPrefix += prompt.length;
    counts.foundPrefix += known;
    return stretch * (prefillMs + prefillTokenMs * (prompt.length + made - known));
  }

  /** Everybody needs room for one more token: the youngest leave until there is. @returns whether somebody had to. */
  #makeRoom(): boolean {
    let left = false;
    while (this.rules.preempt && this.#held > this.rules.kvTokens && this.#running.length > 1) {
      const youngest = this.#running.pop() as Sequence;
      this.#held -= this.#roomOf(youngest);
      youngest.preempted++;
      this.counts.preemptions++;
      this.#waiting.unshift(youngest);
      left = true;
    }
    return left;
  }

  /** Who is done, or is waited for no more, gives its room back. */
  #leave(): void {
    this.#running = this.#running.filter(({ cancelled, made, length }) => !cancelled && made < length);
    this.#held = this.#running.reduce((held, sequence) => held + this.#roomOf(sequence), 0);
  }
}
