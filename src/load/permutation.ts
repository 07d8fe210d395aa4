/** Permutations by key that nobody has to keep a list of, for rows in a shuffled order. */
import { splitmix32 } from './random.ts';

const ROUNDS = 6;

/**
 * Permutations of 0 … size − 1, one for each key, worked out number by number, so that nobody keeps a list: a balanced
 * Feistel network over the next power of four, walked until it lands within the size (J. Black, P. Rogaway, Ciphers with
 * Arbitrary Finite Domains, 2002).
 *
 * @param size at most 2³².
 */
export function createPermutation(size: number): (place: number, key: number) => number {
  const half = Math.ceil(Math.ceil(Math.log2(size)) / 2);
  const mask = 2 ** half - 1;
  return (from, key) => {
    let place = from;
    do {
      let left = place >>> half;
      let right = place & mask;
      for (let round = 0; round < ROUNDS; round++) {
        const mixed = left ^ (splitmix32(key ^ splitmix32((round << 24) ^ right)) & mask);
        left = right;
        right = mixed;
      }
      place = ((left << half) | right) >>> 0;
    } while (place >= size);
    return place;
  };
}

/**
 * The same for one choice per request, where it must cost next to nothing: multiplications by odd numbers and shifts within the
 * next power of two, which are one to one, walked until they land within the size.
 *
 * @param size at most 2³⁰.
 */
export function createQuickPermutation(size: number): (place: number, key: number) => number {
  const bits = Math.ceil(Math.log2(size));
  const mask = 2 ** bits - 1;
  const shift = Math.max(1, bits >>> 1);
  return (from, key) => {
    const second = splitmix32(key);
    const third = splitmix32(second);
    let place = from;
    do {
      place = Math.imul((place + (key >>> 16)) & mask, key | 1) & mask;
      place ^= place >>> shift;
      place = Math.imul((place + (second >>> 16)) & mask, second | 1) & mask;
      place ^= place >>> shift;
      place = Math.imul((place + (third >>> 16)) & mask, third | 1) & mask;
      place ^= place >>> shift;
    } while (place >= size);
    return place;
  };
}
