import type { Distribution } from '../core/plan.ts';
import type { Micros } from '../core/units.ts';
import { Random } from './random.ts';

/**
 * The think times of one virtual user. Each user has its own stream of random numbers, so that they are the same
 * however the users are split among threads.
 */
export class ThinkTimes {
  readonly #distribution: Distribution;
  readonly #random: Random;

  constructor(distribution: Distribution, seed: number, user: number) {
    this.#distribution = distribution;
    this.#random = new Random(seed, 1 + user);
  }

  /** The next one, in µs. */
  next(): Micros {
    const distribution = this.#distribution;
    switch (distribution.kind) {
      case 'constant':
        return distribution.value;
      case 'uniform':
        return (distribution.min + this.#random.uniform() * (distribution.max - distribution.min)) as Micros;
      case 'exponential':
        return this.#random.exponential(distribution.mean) as Micros;
    }
  }
}
