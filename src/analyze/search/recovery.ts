/** Whether latency came back at half the load, after the levels that were too much. */
import type { LoadUnit } from '../../core/breaking-point.ts';
import type { Level } from './level.ts';
import { placed } from './monotone.ts';

/** Standard errors that are chance, and what slower is no damage. */
const CHANCE = 3;
const SLOWER = Math.log(1.2);
/** Levels up to so many times the load show what it was like. */
const NEAR = 1.5;

/**
 * Whether a level at a low load, run after the high ones, is not slower than the earlier ones a little above: than the median of
 * them, since a target that is slow by times makes every level different. Where there is none, than the next above.
 */
export function hasRecovered(level: Level, load: number, levels: readonly Level[], unit: LoadUnit): boolean {
  if (level.result.verdict === 'overloaded' || level.result.verdict === 'fail') return false;
  const above = placed(levels, unit).filter((one) => one.level.step.purpose !== 'recover' && one.load >= load * 0.99);
  const near = above.filter((one) => one.load <= load * NEAR);
  const earlier = near.length > 0 ? near : above.slice(0, 1);
  return level.margins.every((margin, i) => {
    if (margin.kind === 'above' || margin.y === null) return true;
    const before = earlier
      .map(({ level: { margins } }) => {
        const one = margins[i];
        return one !== undefined && one.kind !== 'above' && one.y !== null
          ? one.y + CHANCE * (one.scatter ?? 0.1)
          : Number.POSITIVE_INFINITY;
      })
      .sort((a, b) => a - b);
    const median = before[Math.floor((before.length - 1) / 2)] ?? Number.POSITIVE_INFINITY;
    return margin.y - CHANCE * (margin.scatter ?? 0.1) <= median + SLOWER;
  });
}
