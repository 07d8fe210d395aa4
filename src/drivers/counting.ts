/** A driver whose streams are counted by a tokenizer, where the server tells no count: after they have ended, one in a turn of the event loop. */
import type { Exchange, StreamedTimes } from '../core/exchange.ts';
import { PassingDriver } from '../core/passing-driver.ts';
import type { Clock, Driver } from '../core/ports.ts';
import { OUTCOME_CODE } from '../core/sample.ts';
import type { TokenCounter } from '../core/streamed.ts';
import { promptText } from './stream/prompt-text.ts';

/** One that is not given back until its tokens are known. */
interface Held {
  readonly exchange: Exchange;
  readonly stream: StreamedTimes;
  /** Null: the server told, or it was too long to be kept. */
  readonly text: string | null;
  readonly prompt: Buffer | null;
}

export class CountingDriver extends PassingDriver {
  readonly #clock: Clock;
  readonly #count: TokenCounter;
  /** Of bodies that are the same in all requests. */
  readonly #prompts = new WeakMap<Buffer, number>();
  readonly #held: Held[] = [];

  constructor(inner: Driver, clock: Clock, count: TokenCounter) {
    super(inner);
    this.#clock = clock;
    this.#count = count;
  }

  override get inFlight(): number {
    return super.inFlight + this.#held.length;
  }

  send(exchange: Exchange): void {
    this.inner.send(exchange);
  }

  override abort(): void {
    while (this.#held.length > 0) this.#countFirst();
    super.abort();
  }

  protected override done(exchange: Exchange): void {
    const { stream, outcome, sent } = exchange;
    const text = stream === null || stream.outputTokens >= 0 ? null : (stream.text ?? null);
    const prompt = stream === null || stream.inputTokens >= 0 ? null : sent;
    if (stream === null || outcome !== OUTCOME_CODE.ok || (text === null && prompt === null)) {
      this.onDone(exchange);
      return;
    }
    // Its reader may follow another stream before this one is counted.
    const { pieces, firstAt, lastAt, longestGap, outputTokens, inputTokens, finish } = stream;
    const kept = { pieces, firstAt, lastAt, longestGap, outputTokens, inputTokens, finish };
    this.#held.push({ exchange, stream: kept, text, prompt });
    if (this.#held.length === 1) this.#clock.soon(this.#next);
  }

  readonly #next = (): void => {
    this.#countFirst();
    if (this.#held.length > 0) this.#clock.soon(this.#next);
  };

  #countFirst(): void {
    const held = this.#held.shift();
    if (held === undefined) return;
    const { exchange, stream, text, prompt } = held;
    const output = text === null ? -1 : this.#counted(text);
    const input = prompt === null ? -1 : this.#ofPrompt(prompt);
    exchange.stream = {
      ...stream,
      ...(output < 0 ? {} : { outputTokens: output, countedOutput: true }),
      ...(input < 0 ? {} : { inputTokens: input, countedInput: true }),
    };
    this.onDone(exchange);
  }

  #ofPrompt(body: Buffer): number {
    const known = this.#prompts.get(body);
    if (known !== undefined) return known;
    const text = promptText(body.toString('utf8'));
    const tokens = text === null ? -1 : this.#counted(text);
    this.#prompts.set(body, tokens);
    return tokens;
  }

  /** -1: the tokenizer does not take it. */
  #counted(text: string): number {
    try {
      const tokens = this.#count(text);
      return Number.isSafeInteger(tokens) && tokens >= 0 ? tokens : -1;
    } catch {
      return -1;
    }
  }
}
