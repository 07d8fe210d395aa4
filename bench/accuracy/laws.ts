/** Targets that the search was made with, and what it should say of them. */
import type { Threshold } from '../../src/core/plan.ts';
import { Random } from '../../src/load/random.ts';
import { errorSlo, latencySlo } from './inputs.ts';
import { lasting, periodic, type Serve, slotted, sporadic } from './lasting.ts';
import { constant, exponential, queue, type Server } from './server.ts';

/** What a search should say of a target: a limit (1/s), or that the SLO fails at every load. */
export type Truth = number | 'fails-at-every-load';

/** A kind of target that searches are tried on. */
export interface Target {
  readonly name: string;
  readonly slos: readonly Threshold[];
  /** What it can do at most, about, 1/s: where its truth is looked for. */
  readonly capacity: number;
  /** A new one, at its beginning. @param seed of what is its own, like when it pauses. */
  make(seed: number): Server;
  /** Where long simulations cannot tell. */
  readonly truth?: Truth;
}

export const p95 = (limitMs: number): readonly Threshold[] => [latencySlo(95, limitMs)];

/** One in two phases, with the same mean in each (balanced); squared coefficient of variation c2 > 1. */
export function hyperexponential(mean: number, c2: number): (random: Random) => number {
  const share = (1 + Math.sqrt((c2 - 1) / (c2 + 1))) / 2;
  return (random) =>
    random.uniform() < share ? random.exponential(mean / (2 * share)) : random.exponential(mean / (2 * (1 - share)));
}

export const erlang =
  (mean: number, phases: number) =>
  (random: Random): number => {
    let sum = 0;
    for (let k = 0; k < phases; k++) sum += random.exponential(mean / phases);
    return sum;
  };

/** Of this mean; sigma is that of the logarithm. */
export const lognormal = (mean: number, sigma: number) => (random: Random) =>
  mean * Math.exp(sigma * random.normal() - sigma ** 2 / 2);

/** Fails this share of the requests, whatever the load; they take as long as the others. */
export function failing(share: number, serve: Serve): Serve {
  return (at, random) => {
    const done = serve(at, random);
    return random.uniform() < share ? -done : done;
  };
}

/**
 * Fails a share of the requests at any load, of which 1 % is allowed; else a queue.
 * @param mean service time, s.
 */
export const flatErrors = (share: number, slots: number, mean: number, limitMs: number): Target => ({
  name: `${Number((100 * share).toFixed(1))} % errors at any load${share < 0.01 ? ', allowed 1 %' : ''}`,
  slos: [latencySlo(95, limitMs), errorSlo(0.01)],
  capacity: slots / mean,
  make: () =>
    lasting(
      failing(
        share,
        slotted(slots, (_, random) => random.exponential(mean)),
      ),
    ),
  ...(share < 0.01 ? {} : { truth: 'fails-at-every-load' }),
});

/** Slow by whiles of exponential length: `slowness` times as long while it is slow. */
function wandering(mean: number, slowness: number, dwell: number, seed: number): Serve {
  const whiles = new Random(seed, 77);
  let until = 0;
  let slow = false;
  return slotted(1, (start, random) => {
    for (; start >= until; until += whiles.exponential(dwell)) slow = !slow;
    return random.exponential(mean * (slow ? slowness : 1));
  });
}

/** The laws that the search was made with. What it is proved on is in `held-out.ts`. */
export const TUNING: readonly Target[] = [
  {
    name: 'M/M/1',
    slos: p95(100),
    capacity: 100,
    make: () => queue(1, exponential(0.01)),
    truth: 100 - Math.log(20) / 0.1,
  },
  { name: 'M/M/4', slos: p95(150), capacity: 100, make: () => queue(4, exponential(0.04)) },
  { name: 'M/D/1', slos: p95(50), capacity: 100, make: () => queue(1, constant(0.01)) },
  { name: 'M/H2/1, c² = 4', slos: p95(150), capacity: 100, make: () => queue(1, hyperexponential(0.01, 4)) },
  { name: 'M/E4/2, c² = 0.25', slos: p95(80), capacity: 200, make: () => queue(2, erlang(0.01, 4)) },
  { name: 'M/D/16, 50 ms', slos: p95(120), capacity: 320, make: () => queue(16, constant(0.05)) },
  { name: 'M/D/40, 60 ms: a cliff', slos: p95(90), capacity: 667, make: () => queue(40, constant(0.06)) },
  { name: 'M/D/100, 200 ms: a cliff', slos: p95(300), capacity: 500, make: () => queue(100, constant(0.2)) },
  { name: 'lognormal service, σ = 1.3', slos: p95(150), capacity: 125, make: () => queue(1, lognormal(0.008, 1.3)) },
  { name: 'lognormal service, σ = 1.8', slos: p95(250), capacity: 250, make: () => queue(1, lognormal(0.004, 1.8)) },
  {
    name: '8 % take 150 ms, else 4 ms, 8 slots; p90',
    slos: [latencySlo(90, 100)],
    capacity: 510,
    make: () => queue(8, (random) => (random.uniform() < 0.08 ? 0.15 : 0.004)),
  },
  {
    name: 'pauses of 120 ms, 3 s apart, 3 ms',
    slos: p95(60),
    capacity: 320,
    make: (seed) => {
      const pauses = sporadic(0.12, 3, new Random(seed, 78));
      return lasting(slotted(1, (start) => pauses.end(start, 0.003) - start));
    },
  },
  {
    name: 'quota 20 of 50 ms, 2 ms',
    slos: p95(60),
    capacity: 200,
    make: () => {
      const pauses = periodic(0.03, 0.05);
      return lasting(slotted(1, (start) => pauses.end(start, 0.002) - start));
    },
  },
  {
    name: 'M/M/2/8 with 503s',
    slos: [latencySlo(95, 400), errorSlo(0.01)],
    capacity: 200,
    make: () => lasting(slotted(2, (_, random) => random.exponential(0.01), 8)),
  },
  flatErrors(0.03, 1, 0.005, 100),
  flatErrors(0.016, 2, 0.006, 100),
  flatErrors(0.022, 1, 0.0065, 100),
  flatErrors(0.005, 1, 0.005, 50),
  flatErrors(0.008, 2, 0.008, 80),
  {
    name: 'errors grow with the queue',
    slos: [latencySlo(95, 500), errorSlo(0.02)],
    capacity: 200,
    make: () => {
      const serve = slotted(1, (_, random) => random.exponential(0.005));
      return lasting((at, random) => {
        const done = serve(at, random);
        return random.uniform() < 0.003 + 0.4 * (done - at) ? -done : done;
      });
    },
  },
  {
    name: '50 in any 250 ms, else 429',
    slos: [latencySlo(95, 100), errorSlo(0.01)],
    capacity: 200,
    make: () => {
      let window = -1;
      let count = 0;
      return lasting((at) => {
        const here = Math.floor(at / 0.25);
        if (here !== window) count = 0;
        window = here;
        return ++count > 50 ? -(at + 0.001) : at + 0.003;
      });
    },
  },
  {
    name: '3 times slower at first, fading over 8 s',
    slos: p95(50),
    capacity: 200,
    make: () => lasting(slotted(1, (start, random) => random.exponential(0.005 * (1 + 2 * Math.exp(-start / 8))))),
    truth: 200 - Math.log(20) / 0.05,
  },
  {
    name: 'slow: M/M/3, 1 s',
    slos: p95(6000),
    capacity: 3,
    make: () => queue(3, exponential(1)),
  },
  {
    name: '1.5 times slower for whiles of 2 s',
    slos: p95(50),
    capacity: 400,
    make: (seed) => lasting(wandering(0.002, 1.5, 2, seed)),
  },
  {
    name: '1.5 times slower for whiles of 10 s',
    slos: p95(50),
    capacity: 400,
    make: (seed) => lasting(wandering(0.002, 1.5, 10, seed)),
  },
];
