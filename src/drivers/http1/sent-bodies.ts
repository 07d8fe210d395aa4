/** Bodies of requests as they were sent, for a tokenizer that counts their prompts. */
export class SentBodies {
  /** Of requests that are all the same: the same object each time, so that it is counted once. */
  readonly #known = new WeakMap<Buffer, Buffer>();

  /** @param lasts whether the bytes stay as they are: else they are copied. */
  of(payload: Buffer, lasts: boolean): Buffer {
    if (!lasts) return Buffer.from(bodyOf(payload));
    const known = this.#known.get(payload) ?? bodyOf(payload);
    this.#known.set(payload, known);
    return known;
  }
}

const bodyOf = (payload: Buffer): Buffer => payload.subarray(payload.indexOf('\r\n\r\n') + 4);
