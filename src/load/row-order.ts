/** Which row of the data a request uses: in turn, shuffled for each pass, or as a trace has them. */
import type { DataSource } from '../core/plan.ts';
import type { Trace } from '../core/rows.ts';
import { createPermutation } from './permutation.ts';
import { splitmix32 } from './random.ts';

/** Which row request `index` uses. @param user see `Exchange.user`; absent: none. */
export type RowOrder = (index: number, user?: number) => number;

/**
 * Which row a request uses: row n of the global sequence goes to request n, whatever the number of threads; or row n to
 * user n. Each shuffled pass has an order of its own. Rows of a trace are used in the order of time.
 */
export function createRowOrder({ order, rows }: DataSource, seed: number, trace?: Pick<Trace, 'rows'>): RowOrder {
  const placed = trace?.rows;
  if (placed !== undefined) return (index) => placed[index % rows] as number;
  // A request before the load has no user: it is like the first one's.
  if (order === 'per-user') return (_, user = -1) => Math.max(0, user) % rows;
  if (order !== 'shuffled') return (index) => index % rows;
  const permuted = createPermutation(rows);
  return (index) => {
    const pass = Math.floor(index / rows);
    return permuted(index % rows, splitmix32(seed | 0) ^ splitmix32(splitmix32(pass | 0)));
  };
}
