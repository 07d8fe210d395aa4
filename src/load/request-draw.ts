/** Random numbers of placeholders: not a sequence, but a function of seed, placeholder and the request's number. */
import { splitmix32 } from './random.ts';

/** Random numbers of one placeholder, by the request's number: splitmix32 of the number under four keys of seed and stream. */
export class RequestDraw {
  readonly #keys: Int32Array;

  constructor(seed: number, stream: number) {
    const low = splitmix32(seed | 0);
    const high = splitmix32(Math.floor(seed / 2 ** 32) | 0);
    this.#keys = Int32Array.from({ length: 4 }, (_, word) => splitmix32(low ^ splitmix32(high ^ (4 * stream + word))));
  }

  /** Of what else is drawn in the same place. */
  get key(): number {
    return this.#keys[3] as number;
  }

  /** One to one in the number (its lower 32 bits), so that no two requests of a run draw the same UUID. */
  #word(index: number, word: number): number {
    const mixed = splitmix32((this.#keys[word] as number) ^ splitmix32(index | 0));
    return index < 2 ** 32 ? mixed >>> 0 : splitmix32(mixed ^ Math.floor(index / 2 ** 32)) >>> 0;
  }

  /** In [0, 1), of 53 random bits. @param which of two independent ones. */
  uniform(index: number, which: 0 | 1 = 0): number {
    const first = 2 * which;
    return ((this.#word(index, first) >>> 5) * 2 ** 26 + (this.#word(index, first + 1) >>> 6)) / 2 ** 53;
  }

  /** Version 4 (RFC 9562). */
  uuid(index: number): string {
    const second = (this.#word(index, 1) & 0xffff0fff) | 0x4000;
    const third = (this.#word(index, 2) & 0x3fffffff) | 0x80000000;
    const first = this.#word(index, 0);
    const last = this.#word(index, 3);
    return `${half(first >>> 16)}${half(first)}-${half(second >>> 16)}-${half(second)}-${half(third >>> 16)}-${half(third)}${half(last >>> 16)}${half(last)}`;
  }
}

const OCTETS = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, '0'));

/** The lower 16 bits as four hexadecimal digits. */
const half = (word: number): string => (OCTETS[(word >>> 8) & 0xff] as string) + (OCTETS[word & 0xff] as string);
