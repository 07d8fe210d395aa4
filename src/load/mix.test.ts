import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Mix } from './mix.ts';

/** Weights as people write them, with their round: how many choices make whole numbers of each. */
const WEIGHTS = fc
  .array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 6 })
  .filter((weights) => weights.some((weight) => weight > 0))
  .chain((weights) =>
    fc.record({ weights: fc.constant(weights), scale: fc.constantFrom(1, 0.5, 0.1, 0.001, 10, 1_000) }),
  )
  .map(({ weights, scale }) => {
    const divisor = weights.reduce(function gcd(a: number, b: number): number {
      return b === 0 ? a : gcd(b, a % b);
    }, 0);
    const whole = weights.map((weight) => weight / divisor);
    return {
      weights: weights.map((weight) => weight * scale),
      whole,
      round: whole.reduce((sum, weight) => sum + weight),
    };
  });
const SEED = fc.integer({ min: 0, max: 2 ** 32 - 1 });

function countsOf(choices: readonly number[], many: number): number[] {
  const counts = new Array<number>(many).fill(0);
  for (const choice of choices) counts[choice] = (counts[choice] ?? 0) + 1;
  return counts;
}

describe('Mix', () => {
  it('gives arrivals exactly the weights, in every thousand or a few more', () => {
    fc.assert(
      fc.property(WEIGHTS, SEED, fc.integer({ min: 0, max: 1e6 }), ({ weights, whole, round }, seed, nth) => {
        const mix = new Mix(weights, seed);
        const rounds = Math.ceil(1_000 / round);
        const many = rounds * round;
        const choices = Array.from({ length: many }, (_, place) => mix.ofArrival(nth * many + place));
        expect(countsOf(choices, weights.length)).toEqual(whole.map((weight) => weight * rounds));
      }),
    );
  });

  it('gives every user exactly the weights in each round of its passes', () => {
    fc.assert(
      fc.property(
        ...([WEIGHTS, SEED, fc.integer({ min: 0, max: 99_999 }), fc.integer({ min: 0, max: 1e4 })] as const),
        ({ weights, whole, round }, seed, user, nth) => {
          const mix = new Mix(weights, seed);
          const choices = Array.from({ length: round }, (_, pass) => mix.ofUser(user, nth * round + pass));
          expect(countsOf(choices, weights.length)).toEqual(whole);
        },
      ),
    );
  });

  it('gives as many neighbouring users exactly the weights in each pass', () => {
    fc.assert(
      fc.property(
        ...([WEIGHTS, SEED, fc.integer({ min: 0, max: 1_000 }), fc.integer({ min: 0, max: 1e6 })] as const),
        ({ weights, whole, round }, seed, nth, pass) => {
          const mix = new Mix(weights, seed);
          const choices = Array.from({ length: round }, (_, user) => mix.ofUser(nth * round + user, pass));
          expect(countsOf(choices, weights.length)).toEqual(whole);
        },
      ),
    );
  });

  it('is another one for another seed, and for other rounds', () => {
    const order = (seed: number, from: number): string => {
      const mix = new Mix([3, 2, 5], seed);
      return Array.from({ length: 30 }, (_, place) => mix.ofArrival(from + place)).join('');
    };
    expect(order(1, 0)).toBe(order(1, 0));
    expect(new Set([order(1, 0), order(2, 0), order(1, 1_000), order(2 ** 32 - 1, 0)]).size).toBe(4);
    expect(order(1, 0).slice(0, 10)).not.toBe(order(1, 0).slice(10, 20));
  });

  it('leaves no trace of the order: neighbours are as often alike as chance has it', () => {
    const mix = new Mix([1, 1], 9);
    const choices = Array.from({ length: 20_000 }, (_, number) => mix.ofArrival(number));
    const alike = choices.filter((choice, number) => choice === choices[number + 1]).length;
    // Five standard deviations.
    expect(Math.abs(alike / 20_000 - 0.5)).toBeLessThan(5 * Math.sqrt(0.25 / 20_000));
  });

  it('tells apart what weighs little from what weighs nothing', () => {
    const mix = new Mix([0, 999, 0.001], 1);
    const counts = countsOf(
      Array.from({ length: 999_001 }, (_, number) => mix.ofArrival(number)),
      3,
    );
    expect(counts).toEqual([0, 999_000, 1]);
  });

  it('has nothing to choose where only one thing weighs', () => {
    expect([new Mix([0, 7, 0], 1).only, new Mix([1], 1).only, new Mix([1, 1], 1).only]).toEqual([1, 0, null]);
    expect([new Mix([0, 7], 1).ofArrival(5), new Mix([0, 7], 1).ofUser(5, 9)]).toEqual([1, 1]);
  });

  it('numbers the passes of each choice without a gap, arrivals a thousand at a time and users round by round', () => {
    fc.assert(
      fc.property(
        ...([WEIGHTS, SEED, fc.integer({ min: 0, max: 1_000 }), fc.integer({ min: 0, max: 1e4 })] as const),
        ({ weights, whole, round }, seed, user, nth) => {
          const mix = new Mix(weights, seed);
          const check = (many: number, choose: (n: number) => number, rank: (n: number) => number): void => {
            const ranks = weights.map((): number[] => []);
            for (let n = nth * many; n < (nth + 1) * many; n++) ranks[choose(n)]?.push(rank(n));
            ranks.forEach((own, choice) => {
              const each = ((whole[choice] ?? 0) * many) / round;
              const wanted = Array.from({ length: each }, (_, place) => nth * each + place);
              expect(own.sort((a, b) => a - b)).toEqual(mix.only === choice ? own : wanted);
            });
          };
          const many = Math.ceil(1_000 / round) * round;
          check(
            many,
            (n) => mix.ofArrival(n),
            (n) => mix.rankOfArrival(n),
          );
          check(
            round,
            (n) => mix.ofUser(user, n),
            (n) => mix.rankOfUser(user, n),
          );
        },
      ),
      { numRuns: 50 },
    );
  });
});
