/** The levels of the idle target that count, and the response times in them. */
import { Histogram } from '../../stats/histogram.ts';
import type { Level } from './level.ts';

/** The idle levels that count, in order of time. */
export function idleLevels(levels: readonly Level[]): Level[] {
  return levels.filter(({ step, margins }) => step.purpose === 'idle' && margins.length > 0);
}

/** Response times of the idle target: of the last windows, that agree. */
export function idleTimes(levels: readonly Level[]): Histogram {
  const last = idleLevels(levels).slice(-2);
  return Histogram.of(...last.map((level) => timesOf(level).toData()));
}

/** All response times of a level. */
export function timesOf({ observation }: Level): Histogram {
  return Histogram.of(...observation.batches.map(({ times }) => times));
}
