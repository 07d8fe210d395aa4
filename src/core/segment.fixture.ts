/** Arbitrary ways to divide a load, for property tests. */
import fc from 'fast-check';
import { type Segment, weightedPart } from './segment.ts';

/** All parts of a load: of equal ones and of weighted ones. */
export const segments = (most: number, heaviest = 5): fc.Arbitrary<readonly Segment[]> =>
  fc
    .oneof(
      fc.integer({ min: 1, max: most }).map((parts) => new Array<number>(parts).fill(1)),
      fc.array(fc.integer({ min: 1, max: heaviest }), { minLength: 1, maxLength: most, size: 'max' }),
    )
    .map((weights) => weights.map((_, index) => weightedPart(weights, index)));
