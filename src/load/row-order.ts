import type { DataSource } from '../core/plan.ts';
import { createPermutation } from './permutation.ts';
import { splitmix32 } from './random.ts';

/**
 * Which row a request uses: row n of the global sequence goes to request n, whatever the number of threads. Each shuffled
 * pass has an order of its own.
 */
export function createRowOrder({ order, rows }: DataSource, seed: number): (index: number) => number {
  if (order !== 'shuffled') return (index) => index % rows;
  const permuted = createPermutation(rows);
  return (index) => {
    const pass = Math.floor(index / rows);
    return permuted(index % rows, splitmix32(seed | 0) ^ splitmix32(splitmix32(pass | 0)));
  };
}
