/** Sums of exponential random numbers that any segment finds by number, for Poisson arrivals. */
import { Random, splitmix32 } from './random.ts';

/** Numbers of a block, and of a leaf: 2 to these powers. */
const HEIGHT = 16;
const LEAF = 5;
const BLOCK_SIZE = 2 ** HEIGHT;
const LEAF_SIZE = 2 ** LEAF;
const ONE_WORD = 2 ** -32;

/**
 * Sums of the first n + 1 of a sequence of independent Exp(1) numbers, for ascending n: the instants of a Poisson process of
 * rate 1. Which n are asked for does not change them, so whoever needs every thousandth pays for that one alone: the
 * cost grows with the logarithm of the gap between two n that are asked for, not with the gap.
 *
 * The sum of a block of 2¹⁶ numbers is Gamma-distributed and drawn at once. Of a sum of 2m such numbers the first m are a
 * Beta(m, m) share, whatever the sum is: so each block is halved, by random numbers of the place alone, down to leaves of 32
 * numbers, which share theirs as so many Exp(1) numbers do. Both ends of a half are handed down as they are, so
 * neighbours agree on the instant between them, bit for bit.
 * Source of the Beta share in closed form: G. Ulrich (1984), in L. Devroye, Non-Uniform Random Variate Generation, IX.4.
 */
export class ExponentialSums {
  readonly #random: Random;
  #block = -1;
  /** Two keys of the block under way. */
  #first = 0;
  #second = 0;
  #place = 0;
  /** By height: the ends of the stretch of 2^height numbers that `#place` lies in. */
  readonly #from = new Float64Array(HEIGHT + 1);
  readonly #to = new Float64Array(HEIGHT + 1);
  /** Of the leaf under way: the product of its first numbers' uniform ones, up to the number last asked for, and of all. */
  #factors = 0;
  #product = 1;
  #logOfAll = 0;

  constructor(seed: number) {
    this.#random = new Random(seed, 0);
  }

  /** The sum of the numbers 0 to n. @param n not below that of the call before. */
  at(n: number): number {
    const block = Math.floor(n / BLOCK_SIZE);
    const place = n - block * BLOCK_SIZE;
    let height = HEIGHT;
    if (block === this.#block) height = 32 - Math.clz32(place ^ this.#place);
    else while (this.#block < block) this.#next();
    this.#place = place;
    if (height > LEAF) this.#descend(place, height);
    return this.#within(place);
  }

  #next(): void {
    const random = this.#random;
    const begin = this.#block < 0 ? 0 : (this.#to[HEIGHT] as number);
    this.#block += 1;
    this.#from[HEIGHT] = begin;
    this.#to[HEIGHT] = begin + random.gamma(BLOCK_SIZE);
    this.#first = (random.uniform() * 2 ** 32) | 0;
    this.#second = (random.uniform() * 2 ** 32) | 0;
  }

  /** Finds the leaf of a place, from the stretch of a height on. */
  #descend(place: number, height: number): void {
    const from = this.#from;
    const to = this.#to;
    let low = from[height] as number;
    let high = to[height] as number;
    for (let at = height; at > LEAF; at--) {
      const middle = Math.min(high, low + (high - low) * this.#share(at, place >>> at));
      if (((place >>> (at - 1)) & 1) === 1) low = middle;
      else high = middle;
      from[at - 1] = low;
      to[at - 1] = high;
    }
    this.#factors = 0;
    this.#product = 1;
    this.#logOfAll = 0;
  }

  /** What the first half of 2^height numbers has of their sum, 0 to 1. */
  #share(height: number, number: number): number {
    const node = splitmix32((1 << (HEIGHT - height)) + number);
    const first = splitmix32(this.#first ^ node) >>> 0;
    const second = splitmix32(this.#second ^ node) >>> 0;
    const power = (2 * Math.log((first + 0.5) * ONE_WORD)) / ((1 << height) - 1);
    return 0.5 + 0.5 * Math.sqrt(-Math.expm1(power)) * Math.cos(2 * Math.PI * ONE_WORD * second);
  }

  /** The sum up to a place of the leaf under way. */
  #within(place: number): number {
    const low = this.#from[LEAF] as number;
    const high = this.#to[LEAF] as number;
    const last = place & (LEAF_SIZE - 1);
    if (last === LEAF_SIZE - 1) return high;
    // The leaves are the nodes below the last that are halved.
    const key = splitmix32(this.#first ^ splitmix32((BLOCK_SIZE + place) >>> LEAF));
    if (this.#logOfAll === 0) this.#logOfAll = Math.log(productOf(key, 0, LEAF_SIZE, 1));
    this.#product = productOf(key, this.#factors, last + 1, this.#product);
    this.#factors = last + 1;
    return Math.min(high, low + (high - low) * (Math.log(this.#product) / this.#logOfAll));
  }
}

/** Of the uniform numbers `from` to `to` of a leaf, times what it was before. */
function productOf(key: number, from: number, to: number, before: number): number {
  let product = before;
  for (let one = from; one < to; one++) {
    const word = splitmix32(key ^ Math.imul(one, 0x9e3779b9)) >>> 0;
    product *= (word + 0.5) * ONE_WORD;
  }
  return product;
}
