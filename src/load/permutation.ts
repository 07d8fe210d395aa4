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
