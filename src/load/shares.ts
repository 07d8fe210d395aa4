import type { LoadProfile, Plan } from '../core/plan.ts';
import { partOf, type Segment, shareOf } from '../core/segment.ts';

/**
 * The parts that so many workers have of a segment, at most one each, and none that could do nothing: where fewer requests may
 * be under way, or fewer connections open, than there are workers, as many make the load as have one of them. So caps are
 * divided exactly, and no part drops or keeps waiting all of its arrivals.
 */
export function partsOf(plan: Pick<Plan, 'load' | 'connections'>, whole: Segment, workers: number): readonly Segment[] {
  const count = Math.max(1, Math.min(workers, shareOf(scarcest(plan.load, plan.connections.limit), whole)));
  return Array.from({ length: count }, (_, index) => partOf(whole, index, count));
}

/** What an arrival needs one of, however many there are. */
export function scarcest(load: LoadProfile, connections: number | null): number {
  if (load.model === 'closed') return Number.POSITIVE_INFINITY;
  return Math.min(load.maxInFlight, connections ?? Number.POSITIVE_INFINITY);
}
