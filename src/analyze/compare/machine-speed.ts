/** Whether the machine itself changed its speed during a comparison, by a calculation that never changes. */
import { counted, formatMs, formatShare } from '../wording.ts';
import { pairedChange } from './change.ts';
import { FEWEST } from './comparison.ts';

/** How long a fixed calculation took just before each run of a pair, ms. */
export interface PairWork {
  readonly base: number;
  readonly head: number;
}

/** Further apart than clocks and neighbours make it on a machine that is left alone. */
const APART = 0.1;
/** A lasting difference between the sides that could be taken for one of the target. */
const LEANING = 0.02;
const MISSES = 0.01;

/** What is to be said of the machine's own speed during a comparison, by a calculation that never changes. */
export function speedDoubts(pairs: readonly PairWork[]): readonly string[] {
  const known = pairs.filter(({ base, head }) => base > 0 && head > 0);
  if (known.length < 2) return [];
  const doubts: string[] = [];
  const times = known.map(({ base, head }) => (base + head) / 2);
  const [quickest, slowest] = [Math.min(...times), Math.max(...times)];
  if (slowest / quickest > 1 + APART)
    doubts.push(
      `The machine itself changed its speed: a fixed calculation before each run took ${formatMs(quickest)} to ${formatMs(slowest)}, ${formatShare(slowest / quickest - 1)} more; pairs measured in turns cancel most of that.`,
    );
  if (known.length < FEWEST) return doubts;
  const { change, interval } = pairedChange(
    known.map(({ base }) => Math.log(base)),
    known.map(({ head }) => Math.log(head)),
    MISSES,
  );
  const [low, high] = interval;
  if (Math.abs(change) > LEANING && (low > 0 || high < 0))
    doubts.push(
      `The machine itself was ${formatShare(Math.abs(Math.expm1(change)))} ${change > 0 ? 'slower' : 'faster'} before the runs of the head than before those of the base, in ${counted(known.length, 'pair')}: so much of a change may be its own.`,
    );
  return doubts;
}
