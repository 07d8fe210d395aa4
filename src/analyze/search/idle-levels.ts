import { Histogram } from '../../stats/histogram.ts';
import type { Level } from './level.ts';

const FEWEST_TIMES = 10;

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

/** The squared coefficient of variation of the idle target's response times; null: unknown. */
export function idleVariability(levels: readonly Level[]): number | null {
  const times = idleTimes(levels);
  if (times.count < FEWEST_TIMES || !(times.mean > 0)) return null;
  let squares = 0;
  times.forEach((lowest, highest, count) => {
    squares += count * ((lowest + highest) / 2 - times.mean) ** 2;
  });
  return squares / (times.count - 1) / times.mean ** 2;
}
