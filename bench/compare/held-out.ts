/** Services that nothing in `compare` was chosen by: what it says of a comparison is proved on these. */
import type { Law } from '../intervals/laws.ts';

type Draw = Law['service'];

/** Of shape 0.7, more variable than an exponential; divided by Γ(1 + 1/0.7), its mean. */
const weibull: Draw = (random) => random.exponential(1) ** (1 / 0.7) / 1.26582;

const erlang3: Draw = (random) => random.exponential(1 / 3) + random.exponential(1 / 3) + random.exponential(1 / 3);

const lognormal: Draw = (random) => Math.exp(0.8 * random.normal() - 0.32);

const uniform: Draw = (random) => 0.5 + random.uniform();

/** One in five takes ten times as long as the others. */
const twoKinds: Draw = (random) => random.exponential(random.uniform() < 0.2 ? 10 / 2.8 : 1 / 2.8);

export const HELD_OUT: readonly Law[] = [
  { name: 'Erlang (3 stages), 2 servers', servers: 2, service: erlang3, tuned: false },
  { name: 'uniform, 16 servers', servers: 16, service: uniform, tuned: false },
  { name: 'lognormal (σ = 0.8), 4 servers', servers: 4, service: lognormal, tuned: false },
  { name: 'Weibull (shape 0.7), 1 server', servers: 1, service: weibull, tuned: false },
  { name: 'one in five takes ten times as long, 4 servers', servers: 4, service: twoKinds, tuned: false },
];
