/** The load above which the generator itself is not fit, so that no level is run there. */
import type { LevelPurpose, LoadUnit } from '../../core/breaking-point.ts';
import type { Level } from './level.ts';
import { loadOf } from './monotone.ts';

/** How far below a load at which the generator failed it is trusted again. */
const BELOW_CEILING = 0.85;
/** Levels whose load was chosen for another reason than to find the limit. */
const ASIDE: readonly LevelPurpose[] = ['repeat', 'recover'];

/**
 * The lowest load at which the generator failed (was unfit, twice running), and above which it never was fit; null: none. It
 * does not fail for good at a single load that is less than it has done in the ramp: something else may have run, so
 * another load decides.
 */
export function ceilingOf(levels: readonly Level[], unit: LoadUnit): number | null {
  const fit = levels.filter(({ result }) => result.verdict !== 'void');
  const highest = Math.max(0, ...fit.map((level) => loadOf(level, unit) ?? 0));
  const failed = levels.flatMap((level, i) => {
    const load = loadOf(level, unit);
    // Only a void level is followed by the same step.
    const again = levels[i - 1]?.step === level.step && level.result.verdict === 'void';
    return again && load !== null && load > highest && !ASIDE.includes(level.step.purpose) ? [load] : [];
  });
  const [first, second] = failed;
  if (first === undefined) return null;
  const done = unit !== 'vus' ? Math.max(0, ...fit.map(({ result }) => result.achievedPerSec)) : highest;
  return second === undefined && first < done ? null : Math.min(...failed);
}

/** The highest load for which the generator is trusted. */
export function trustedBelow(ceiling: number | null): number {
  return ceiling === null ? Number.POSITIVE_INFINITY : ceiling * BELOW_CEILING;
}
