/** For tests: stages, profiles and instants, written out or arbitrary. */
import fc from 'fast-check';
import type { Stage } from '../core/plan.ts';
import { type Count, count, type Micros, micros, type PerSecond, perSecond } from '../core/units.ts';
import type { OpenProfile } from './arrivals.ts';
import type { ClosedProfile } from './users.ts';

/** Flat, rising and falling stages, jumps between them, stages of zeros and stages without duration. */
function arbitraryStages<Q extends number>(value: fc.Arbitrary<Q>): fc.Arbitrary<readonly Stage<Q>[]> {
  const duration = fc.oneof(
    fc.constant(0),
    fc.integer({ min: 1, max: 30_000 }).map((ms) => ms * 1_000),
  );
  const stage = fc
    .tuple(duration, value, value, fc.boolean())
    .map(([length, from, to, flat]): Stage<Q> => ({ duration: micros(length), from, to: flat ? from : to }));
  return fc.array(stage, { minLength: 1, maxLength: 5 });
}

/** Whole and broken rates from 0 to `most`. */
export const rateStages = (most: number): fc.Arbitrary<readonly Stage<PerSecond>[]> =>
  arbitraryStages(
    fc
      .oneof(fc.constant(0), fc.integer({ min: 0, max: most }), fc.double({ min: 0.01, max: most, noNaN: true }))
      .map(perSecond),
  );

export const userStages = (most: number): fc.Arbitrary<readonly Stage<Count>[]> =>
  arbitraryStages(
    fc.oneof(fc.integer({ min: 0, max: most }), fc.double({ min: 0, max: most, noNaN: true })).map(count),
  );

/** `[seconds, from, to]` → stages. */
export const rates = (...stages: readonly (readonly [number, number, number])[]): readonly Stage<PerSecond>[] =>
  stages.map(([seconds, from, to]) => ({ duration: micros(seconds * 1e6), from: perSecond(from), to: perSecond(to) }));

export const open = (
  rate: readonly Stage<PerSecond>[],
  arrivals: OpenProfile['arrivals'] = 'uniform',
  maxInFlight = 1e6,
): OpenProfile => ({ model: 'open', arrivals, rate, maxInFlight: count(maxInFlight) });

export const closed = (
  stages: readonly (readonly [seconds: number, from: number, to: number])[],
  thinkTime: ClosedProfile['thinkTime'] = null,
): ClosedProfile => ({
  model: 'closed',
  vus: stages.map(([seconds, from, to]) => ({ duration: micros(seconds * 1e6), from: count(from), to: count(to) })),
  thinkTime,
});

/** Within the stages' time, so many instants at equal distances, 0 first; none where they have no duration. */
export function instantsOf(stages: readonly Stage<number>[], many: number): readonly Micros[] {
  const end = stages.reduce((sum, stage) => sum + stage.duration, 0);
  return Array.from({ length: end > 0 ? many : 0 }, (_, i) => micros((end * i) / many));
}
