import type { LoadUnit } from '../../core/breaking-point.ts';
import type { Level } from './level.ts';
import { loadOf } from './monotone.ts';

/** Standard errors that are chance, and what slower is no damage. */
const CHANCE = 3;
const SLOWER = Math.log(1.2);

/** Whether a level at a low load, run after the high ones, is not slower than earlier ones at that load or above. */
export function hasRecovered(level: Level, load: number, levels: readonly Level[], unit: LoadUnit): boolean {
  if (level.result.verdict === 'overloaded' || level.result.verdict === 'fail') return false;
  const earlier = levels.filter((one) => {
    const at = loadOf(one, unit);
    return one !== level && at !== null && at >= load * 0.99 && one.margins.length > 0;
  });
  return level.margins.every((margin, i) => {
    if (margin.kind !== 'value') return true;
    const before = earlier.flatMap(({ margins }) => {
      const one = margins[i];
      return one?.kind === 'value' ? [one.y + CHANCE * (one.scatter ?? 0.1)] : [Number.POSITIVE_INFINITY];
    });
    return before.length === 0 || margin.y - CHANCE * (margin.scatter ?? 0.1) <= Math.min(...before) + SLOWER;
  });
}
