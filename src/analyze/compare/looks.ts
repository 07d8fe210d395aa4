/** When a comparison that grows pair by pair is looked at, and what each look may miss. */
import { CONFIDENCE, FEWEST } from './comparison.ts';

/** What may miss at the first of two looks: little, since there is a second one. */
const FIRST_LOOK = 0.01;
/** Each look at least this many times as late as the one before: more of them would cost each too much of its odds. */
const GROWTH = 1.5;
const MISSES = 1 - CONFIDENCE;

export interface Looks {
  /** After how many pairs, the last one at the end. */
  readonly at: readonly number[];
  /**
   * Of the intervals of a look. All that they may miss together is what one look alone may: 5 % (Bonferroni's inequality).
   *
   * @param pairs at which it is looked, planned or not: one that ends early takes what the next look may miss.
   */
  confidenceAt(pairs: number): number;
}

/** Two looks at most: after the fewest pairs that decide anything, and at the end. */
export function fewLooks(pairs: number): Looks {
  if (pairs <= FEWEST) return { at: [pairs], confidenceAt: () => CONFIDENCE };
  return {
    at: [FEWEST, pairs],
    confidenceAt: (at) => 1 - (at <= FEWEST ? FIRST_LOOK : MISSES - FIRST_LOOK),
  };
}

/** As many as it takes to end soon after it is decided. @param most pairs that fit. */
export function growingLooks(most: number): Looks {
  const at: number[] = [];
  for (let next = FEWEST; next * (1 + (GROWTH - 1) / 2) < most; next = Math.ceil(next * GROWTH)) at.push(next);
  at.push(Math.max(FEWEST, most));
  return { at, confidenceAt: () => 1 - MISSES / at.length };
}
