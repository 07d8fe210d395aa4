/** Which beginnings of prompts a language model need not read again. */

/** Tokens of a block: as in servers of language models, what is shared is shared by whole blocks. */
export const BLOCK = 16;

/**
 * Which beginnings of prompts were read before, block by block; the ones that were not used for longest go first. A block is known by
 * its words and the block before it, so that only the same beginning is found again.
 */
export class PrefixCache {
  readonly #blocks: number;
  /** By the number of the block before and its words; in order of their last use. */
  readonly #known = new Map<string, number>();
  #next = 1;

  /** @param tokens that it holds; whole blocks of them count. */
  constructor(tokens: number) {
    this.#blocks = Math.floor(tokens / BLOCK);
  }

  /** How many tokens of the prompt are known from its beginning on. The last token is always read: the answer begins from it. */
  known(prompt: readonly string[]): number {
    let before = 0;
    let found = 0;
    for (const block of blocksOf(prompt.slice(0, -1))) {
      const key = `${before} ${block}`;
      const number = this.#known.get(key);
      if (number === undefined) break;
      this.#touch(key, number);
      before = number;
      found += BLOCK;
    }
    return found;
  }

  /** The prompt has been read. */
  keep(prompt: readonly string[]): void {
    if (this.#blocks === 0) return;
    let before = 0;
    for (const block of blocksOf(prompt)) {
      const key = `${before} ${block}`;
      const number = this.#known.get(key) ?? this.#next++;
      this.#touch(key, number);
      before = number;
      if (this.#known.size > this.#blocks) this.#known.delete(this.#known.keys().next().value as string);
    }
  }

  #touch(key: string, number: number): void {
    this.#known.delete(key);
    this.#known.set(key, number);
  }
}

function* blocksOf(words: readonly string[]): Generator<string, void> {
  for (let at = 0; at + BLOCK <= words.length; at += BLOCK) yield words.slice(at, at + BLOCK).join(' ');
}
