import type { DataSource } from '../core/plan.ts';
import { splitmix32 } from './random.ts';

const ROUNDS = 6;

/**
 * Which row a request uses: row n of the global sequence goes to request n, whatever the number of threads.
 *
 * A shuffled pass is a permutation worked out number by number, so that no thread keeps a list: a balanced Feistel
 * network over the next power of four, walked until it lands on a row (J. Black, P. Rogaway, Ciphers with Arbitrary
 * Finite Domains, 2002). Each pass has an order of its own.
 */
export function createRowOrder({ order, rows }: DataSource, seed: number): (index: number) => number {
  if (order !== 'shuffled') return (index) => index % rows;
  const half = Math.ceil(Math.ceil(Math.log2(rows)) / 2);
  const mask = 2 ** half - 1;
  return (index) => {
    const pass = Math.floor(index / rows);
    const key = splitmix32(seed | 0) ^ splitmix32(splitmix32(pass | 0));
    let place = index % rows;
    do {
      let left = place >>> half;
      let right = place & mask;
      for (let round = 0; round < ROUNDS; round++) {
        const mixed = left ^ (splitmix32(key ^ splitmix32((round << 24) ^ right)) & mask);
        left = right;
        right = mixed;
      }
      place = ((left << half) | right) >>> 0;
    } while (place >= rows);
    return place;
  };
}
