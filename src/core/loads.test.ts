import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { together } from './loads.ts';
import { durationOf, type OneLoad, type Stage, stagesOf, valueAt } from './plan.ts';
import { count, micros, perSecond, seconds } from './units.ts';

const stages = (most: number) =>
  fc.array(
    fc
      .tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: most }), fc.integer({ min: 0, max: most }))
      .map(([length, from, to]): Stage<never> => ({ duration: seconds(length), from: from as never, to: to as never })),
    { minLength: 1, maxLength: 4 },
  );

const users = (vus: readonly Stage<never>[]): OneLoad => ({ model: 'closed', vus, thinkTime: null });
const arrivals = (rate: readonly Stage<never>[], pattern: 'uniform' | 'poisson' = 'uniform'): OneLoad => ({
  ...{ model: 'open', arrivals: pattern, rate, maxInFlight: count(10) },
});

describe('together', () => {
  it('is the sum of the curves at every instant, as long as the longest', () => {
    fc.assert(
      fc.property(fc.array(stages(50), { minLength: 1, maxLength: 4 }), fc.nat({ max: 99 }), (curves, share) => {
        for (const make of [users, arrivals]) {
          const loads = curves.map((curve) => make(curve));
          const sum = together(loads);
          expect(durationOf(sum)).toBe(Math.max(...loads.map(durationOf)));
          // Off the borders, where a curve may have two values.
          const at = micros(Math.floor((durationOf(sum) * share) / 100) + 0.5);
          const wanted = loads.reduce((all, load) => all + valueAt(stagesOf(load), at), 0);
          expect(valueAt(stagesOf(sum), at)).toBeCloseTo(wanted, 6);
        }
      }),
    );
  });

  it('keeps users and arrivals apart, in stages of the same length', () => {
    const flat = (length: number, value: number): Stage<never>[] => [
      { duration: seconds(length), from: value as never, to: value as never },
    ];
    const mixed = together([users(flat(10, 3)), arrivals(flat(4, 5), 'poisson'), arrivals(flat(20, 1))]);
    expect(mixed).toEqual({
      model: 'mixed',
      vus: [
        { duration: seconds(4), from: count(3), to: count(3) },
        { duration: seconds(6), from: count(3), to: count(3) },
        { duration: seconds(10), from: count(0), to: count(0) },
      ],
      rate: [
        { duration: seconds(4), from: perSecond(6), to: perSecond(6) },
        { duration: seconds(6), from: perSecond(1), to: perSecond(1) },
        { duration: seconds(10), from: perSecond(1), to: perSecond(1) },
      ],
      arrivals: 'poisson',
      maxInFlight: count(20),
    });
  });
});
