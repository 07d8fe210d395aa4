/** What a compiled check is, and texts with placeholders that bodies are held against. */
import type { Exchange } from '../core/exchange.ts';
import type { Filling, Payloads } from '../core/ports.ts';
import type { OutcomeCode } from '../core/sample.ts';
import type { Excerpts } from './excerpt.ts';
import type { ResponseBuffer } from './response-buffer.ts';

/** What is wrong with a response. */
export interface Fault {
  /** In words that are equal for equal causes. */
  readonly message: string;
  /** What was expected and what came in this one response. */
  detail(excerpts: Excerpts): string;
  /** Absent: a wrong response. */
  readonly outcome?: OutcomeCode;
}

/** One check of the plan, compiled; null: it holds. */
export type Compiled = (exchange: Exchange, response: ResponseBuffer) => Fault | null;

/** A text with placeholders that responses are held against. */
export class ExpectedText {
  readonly #filling: Filling;

  constructor(payloads: Payloads | null, text: string, place: 'json' | 'text') {
    if (payloads === null) throw new Error('the plan has placeholders, and nothing fills them in');
    this.#filling = payloads.compile([{ text, place }]);
  }

  /** What it is for a request; valid until the next call. */
  bytesFor({ index, user }: Pick<Exchange, 'index' | 'user'>): Buffer {
    const length = this.#filling.fill(index, null, null, user);
    return this.#filling.bytes.subarray(0, length);
  }
}
