import type { LimitEstimate, TracePoint } from './estimate.ts';

/**
 * Two levels contradict a target that stays as it is where the one at the higher load is faster: by so many standard
 * deviations (of theory's size, not of the level's own batches: a short lucky window looks precise), and by so much
 * that it matters. Or where the lower one was overloaded, and one at so many times its load passes.
 */
const CONTRADICTION = { deviations: 4.5, ratio: 1.25, near: 0.97, overloaded: 1.1 } as const;

/**
 * Whether the target's capacity changed between the first level and the last. A curve that is not monotone gives
 * contradictions too, but in any order of time; a target that changes gives them in one: where it grows, it is always
 * the later one that passes at the higher load.
 * @returns whether it answers `faster` or `slower` than at first; null: as at first.
 */
export function capacityChange(estimate: LimitEstimate | null): 'faster' | 'slower' | null {
  if (estimate === null || estimate.binding.criterion.kind !== 'latency') return null;
  const { trace } = estimate.binding;
  let faster = 0;
  let slower = 0;
  for (const low of trace) {
    for (const high of trace) {
      if (low === high || !contradict(low, high)) continue;
      if (low.level.result.index < high.level.result.index) faster++;
      else slower++;
    }
  }
  if (faster > 0 === slower > 0) return null;
  return faster > 0 ? 'faster' : 'slower';
}

function contradict(low: TracePoint, high: TracePoint): boolean {
  if (high.load < low.load * CONTRADICTION.near || high.margin.kind !== 'value') return false;
  if (low.margin.kind === 'value') {
    const apart = low.margin.y - high.margin.y;
    if (apart < Math.log(CONTRADICTION.ratio)) return false;
    return apart > CONTRADICTION.deviations * Math.hypot(low.deviation, high.deviation);
  }
  const full = low.level.result.verdict === 'overloaded' && high.level.result.verdict === 'pass';
  return full && high.load >= low.load * CONTRADICTION.overloaded;
}
