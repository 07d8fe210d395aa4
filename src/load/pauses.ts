/** Draws times of distributions, from the random numbers of one user or of one step. */
import type { Distribution } from '../core/plan.ts';
import type { Micros } from '../core/units.ts';
import { Random, splitmix32 } from './random.ts';

/** A time of a distribution, µs. */
export function draw(distribution: Distribution, random: Random): Micros {
  switch (distribution.kind) {
    case 'constant':
      return distribution.value;
    case 'uniform':
      return (distribution.min + random.uniform() * (distribution.max - distribution.min)) as Micros;
    case 'exponential':
      return random.exponential(distribution.mean) as Micros;
    case 'lognormal': {
      const { mean, deviation } = distribution;
      const variance = Math.log(1 + (deviation / mean) ** 2);
      return Math.exp(Math.log(mean) - variance / 2 + Math.sqrt(variance) * random.normal()) as Micros;
    }
  }
}

/** The sum of one time of each. @param random asked once, and only where there is something to draw. */
export function drawAll(distributions: readonly Distribution[], random: () => Random): Micros {
  let sum = 0;
  let source: Random | null = null;
  for (const distribution of distributions) {
    if (distribution.kind === 'constant') {
      sum += distribution.value;
      continue;
    }
    source ??= random();
    sum += draw(distribution, source);
  }
  return sum as Micros;
}

/**
 * The random numbers of one virtual user. Each has a stream of its own, so that its pauses are the same however the users
 * are split among threads.
 */
export const randomOfUser = (seed: number, user: number): Random => new Random(seed, 1 + user);

/** Those of an arrival's flow before one of its steps: a function of its number, as there is nobody who goes on. */
export const randomOfStep = (seed: number, index: number, step: number): Random =>
  new Random(splitmix32(seed ^ splitmix32(step)) >>> 0, 1 + index);
