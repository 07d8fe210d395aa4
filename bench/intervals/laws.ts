/** Targets that intervals are tried on. */
import type { Random } from '../../src/load/random.ts';

/** A target: a queue, first come first served, whose service times have the mean 1. */
export interface Law {
  readonly name: string;
  readonly servers: number;
  readonly service: (random: Random) => number;
  /** Whether the intervals' method was chosen by looking at it. */
  readonly tuned: boolean;
}

type Draw = Law['service'];

const exponential: Draw = (random) => random.exponential(1);
const constant: Draw = () => 1;

const lognormal =
  (sigma: number): Draw =>
  (random) =>
    Math.exp(sigma * random.normal() - sigma ** 2 / 2);

/** Of this tail index. */
const pareto =
  (alpha: number): Draw =>
  (random) =>
    ((alpha - 1) / alpha) * (1 - random.uniform()) ** (-1 / alpha);

/** Two exponentials with balanced means. @param scv squared coefficient of variation. */
function hyperexponential(scv: number): Draw {
  const fast = (1 + Math.sqrt((scv - 1) / (scv + 1))) / 2;
  return (random) => {
    const share = random.uniform() < fast ? fast : 1 - fast;
    return random.exponential(1 / (2 * share));
  };
}

/** 4 % take sixteen times as long as the others. */
const cached: Draw = (random) => (random.uniform() < 0.04 ? 10 : 0.625);

export const LAWS: readonly Law[] = [
  { name: 'exponential, 1 server', servers: 1, service: exponential, tuned: true },
  { name: 'constant, 1 server', servers: 1, service: constant, tuned: true },
  { name: 'exponential, 4 servers', servers: 4, service: exponential, tuned: true },
  { name: 'hyperexponential (c² = 4), 1 server', servers: 1, service: hyperexponential(4), tuned: true },
  { name: 'lognormal (σ = 1.5, c² = 8.5), 1 server', servers: 1, service: lognormal(1.5), tuned: false },
  { name: 'lognormal (σ = 1), 8 servers', servers: 8, service: lognormal(1), tuned: false },
  { name: 'Pareto (α = 2.5), 1 server', servers: 1, service: pareto(2.5), tuned: false },
  { name: 'hyperexponential (c² = 10), 4 servers', servers: 4, service: hyperexponential(10), tuned: false },
  { name: 'cache misses, 1 server', servers: 1, service: cached, tuned: false },
  { name: 'constant, 64 servers', servers: 64, service: constant, tuned: false },
];
