/** A growing list of which the old part lies deflated. */
import { deserialize, serialize } from 'node:v8';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Items to a block, and the newest that stay as they are. */
const BLOCK = 64;
const OPEN = 64;

/**
 * A list that grows by the second for hours, of which only the end is looked at: what is older lies deflated, a third or less
 * of its size, until somebody asks for it.
 */
export class Shelf<T> {
  readonly #blocks: Buffer[] = [];
  /** The newest, in their order; they may be changed, and others put between them. */
  readonly open: T[] = [];

  get length(): number {
    return this.shelved + this.open.length;
  }

  /** How many lie on the shelf, before `open`. */
  get shelved(): number {
    return this.#blocks.length * BLOCK;
  }

  push(item: T): void {
    this.open.push(item);
    if (this.open.length < OPEN + BLOCK) return;
    this.#blocks.push(deflateRawSync(serialize(this.open.splice(0, BLOCK)), { level: 3 }));
  }

  /** Takes the newest block back from the shelf, so that its items may be changed. */
  reopen(): void {
    const block = this.#blocks.pop();
    if (block !== undefined) this.open.unshift(...thawed<T>(block));
  }

  /** The items from an index on; those that were shelved are copies. */
  *from(first: number): Generator<T> {
    for (let block = Math.floor(first / BLOCK); block < this.#blocks.length; block++) {
      yield* thawed<T>(this.#blocks[block] as Buffer).slice(Math.max(0, first - block * BLOCK));
    }
    yield* this.open.slice(Math.max(0, first - this.shelved));
  }

  [Symbol.iterator](): Generator<T> {
    return this.from(0);
  }

  /** Puts these in the place of all. */
  replace(items: Iterable<T>): void {
    const all = [...items];
    this.#blocks.length = 0;
    this.open.length = 0;
    for (const item of all) this.push(item);
  }
}

function thawed<T>(block: Buffer): T[] {
  return deserialize(inflateRawSync(block)) as T[];
}
