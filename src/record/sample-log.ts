/** Single requests of a thread, for those who want every one of them. */
import type { Exchange } from '../core/exchange.ts';
import { SAMPLE_FIELDS, type SampleBatch, type SampleSettings } from '../core/request-samples.ts';

const FIELDS = SAMPLE_FIELDS.length;
const FIRST_ROOM = 256;
/** Distinct messages of one batch; requests with further ones have none. */
const MESSAGES = 100;

/** Single requests of one thread, from one interval's end to the next: a row of numbers each, no object. */
export class SampleLog {
  readonly #settings: SampleSettings;
  #values = new Float64Array(FIRST_ROOM * FIELDS);
  #rows = 0;
  #dropped = 0;
  /** How much of the next one to keep has gathered. */
  #due = 0;
  readonly #messages = new Map<string, number>();

  constructor(settings: SampleSettings) {
    this.#settings = settings;
  }

  /** @param leftOut the generator stood still meanwhile. */
  add(exchange: Exchange, leftOut = false): void {
    this.#due += this.#settings.share;
    // Shares add up to a little less than one.
    if (this.#due < 1 - 1e-9) return;
    this.#due -= 1;
    if (this.#rows >= this.#settings.most) {
      this.#dropped++;
      return;
    }
    let at = this.#rows++ * FIELDS;
    if (at >= this.#values.length) this.#grow();
    const values = this.#values;
    for (const field of SAMPLE_FIELDS) {
      if (field === 'message') values[at++] = this.#messageOf(exchange);
      else values[at++] = field === 'leftOut' ? Number(leftOut) : exchange[field];
    }
  }

  /** Takes and empties it; null: nothing happened. */
  take(): SampleBatch | null {
    if (this.#rows === 0 && this.#dropped === 0) return null;
    const batch = {
      values: this.#values.slice(0, this.#rows * FIELDS),
      messages: [...this.#messages.keys()],
      dropped: this.#dropped,
    };
    this.#rows = 0;
    this.#dropped = 0;
    this.#messages.clear();
    return batch;
  }

  #messageOf({ message }: Exchange): number {
    if (message === '') return -1;
    const known = this.#messages.get(message);
    if (known !== undefined || this.#messages.size >= MESSAGES) return known ?? -1;
    this.#messages.set(message, this.#messages.size);
    return this.#messages.size - 1;
  }

  #grow(): void {
    const grown = new Float64Array(this.#values.length * 2);
    grown.set(this.#values);
    this.#values = grown;
  }
}
