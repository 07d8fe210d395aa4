/** How many workers a segment is split among, so that none of them has nothing to do. */
import { profilesOf } from '../core/loads.ts';
import type { Plan } from '../core/plan.ts';
import { partOf, type Segment, shareOf } from '../core/segment.ts';

/**
 * The parts that so many workers have of a segment, at most one each, and none that could do nothing: where fewer requests may
 * be under way, or fewer connections open, than there are workers, as many make the load as have one of them. So caps are
 * divided exactly, and no part drops or keeps waiting all of its arrivals.
 */
export function partsOf(plan: Shared, whole: Segment, workers: number): readonly Segment[] {
  const count = Math.max(1, Math.min(workers, shareOf(scarcest(plan), whole)));
  return Array.from({ length: count }, (_, index) => partOf(whole, index, count));
}

/** What arrivals have limits of. */
export type Shared = Pick<Plan, 'load' | 'loads'> & { readonly connections: Pick<Plan['connections'], 'limit'> };

/** What an arrival needs one of, however many there are; of several loads the one that has the fewest. */
export function scarcest(plan: Shared): number {
  const limits = profilesOf(plan).flatMap((load) => (load.model === 'closed' ? [] : [load.maxInFlight]));
  if (limits.length === 0) return Number.POSITIVE_INFINITY;
  return Math.min(...limits, plan.connections.limit ?? Number.POSITIVE_INFINITY);
}
