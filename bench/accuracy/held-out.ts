/** Targets that the search is proved on, and that nothing in it was chosen by. */
import { Random } from '../../src/load/random.ts';
import { errorSlo, latencySlo } from './inputs.ts';
import { lasting, periodic, type Serve, sharing, slotted } from './lasting.ts';
import { flatErrors, lognormal, p95, type Target } from './laws.ts';
import { constant, exponential, queue } from './server.ts';

/** From `least` on; with the exponent alpha > 1 its mean is least·α/(α − 1). */
const pareto = (least: number, alpha: number) => (random: Random) => least * (1 - random.uniform()) ** (-1 / alpha);

const weibull = (scale: number, shape: number) => (random: Random) =>
  scale * (-Math.log(1 - random.uniform())) ** (1 / shape);

/** Other people's requests take a share of the server, more at some times than at others. */
function shared(mean: number, quiet: number, busy: number, dwell: number, seed: number): Serve {
  const others = new Random(seed, 79);
  let until = 0;
  let crowded = false;
  let next = 0;
  let free = 0;
  const rate = (): number => (crowded ? busy : quiet);
  const advance = (at: number): void => {
    for (;;) {
      const gap = others.exponential(1 / rate());
      const arrival = Math.min(next + gap, until);
      if (arrival > at) {
        next = at;
        return;
      }
      next = arrival;
      if (arrival === until) {
        crowded = !crowded;
        until += others.exponential(dwell);
      } else free = Math.max(free, arrival) + others.exponential(mean);
    }
  };
  return (at, random) => {
    advance(at);
    free = Math.max(free, at) + random.exponential(mean);
    return free;
  };
}

/** `tokens` per second, `burst` of them at most; without one a request is refused at once. */
function bucket(tokens: number, burst: number, service: number): Serve {
  let left = burst;
  let last = 0;
  return (at) => {
    left = Math.min(burst, left + tokens * (at - last));
    last = at;
    if (left < 1) return -(at + 0.0005);
    left -= 1;
    return at + service;
  };
}

/** What the search is proved on: nothing in it was chosen by these. Rates are those of machines, 100/s and above, if not slow. */
export const HELD_OUT: readonly Target[] = [
  { name: 'M/M/1, 4 ms', slos: p95(40), capacity: 250, make: () => queue(1, exponential(0.004)) },
  { name: 'M/D/2, 10 ms', slos: p95(30), capacity: 200, make: () => queue(2, constant(0.01)) },
  { name: 'M/D/64, 100 ms: a cliff', slos: p95(130), capacity: 640, make: () => queue(64, constant(0.1)) },
  { name: 'M/M/8, 20 ms', slos: p95(90), capacity: 400, make: () => queue(8, exponential(0.02)) },
  { name: 'lognormal service, σ = 1.5', slos: p95(100), capacity: 200, make: () => queue(1, lognormal(0.005, 1.5)) },
  { name: 'Pareto service, α = 2.5, 2 slots', slos: p95(50), capacity: 400, make: () => queue(2, pareto(0.003, 2.5)) },
  { name: 'Weibull service, shape 0.6', slos: p95(80), capacity: 266, make: () => queue(1, weibull(0.0025, 0.6)) },
  {
    name: 'processor sharing, 4 cores, lognormal',
    slos: p95(60),
    capacity: 380,
    make: () => sharing(lognormal(0.01, 0.7), 4),
  },
  {
    name: '30 ms on the way, then M/M/1, 3 ms',
    slos: p95(60),
    capacity: 333,
    make: () => {
      const serve = slotted(1, (_, random) => random.exponential(0.003));
      return lasting((at, random) => serve(at, random) + 0.03);
    },
  },
  {
    name: 'cache: 4 % miss and take 300 ms, 16 slots',
    slos: p95(100),
    capacity: 940,
    make: () => queue(16, (random) => (random.uniform() < 0.04 ? 0.3 : 0.005)),
  },
  {
    name: 'pauses of 200 ms every 5 s, 2 ms',
    slos: p95(50),
    capacity: 480,
    make: () => {
      const pauses = periodic(0.2, 5);
      return lasting(slotted(1, (start) => pauses.end(start, 0.002) - start));
    },
  },
  {
    name: 'quota of 50 in every 100 ms, 2 ms',
    slos: p95(100),
    capacity: 250,
    make: () => {
      const pauses = periodic(0.05, 0.1);
      return lasting(slotted(1, (start) => pauses.end(start, 0.002) - start));
    },
  },
  {
    name: 'token bucket, 300/s, 2 ms',
    slos: [latencySlo(95, 100), errorSlo(0.01)],
    capacity: 330,
    make: () => lasting(bucket(300, 20, 0.002)),
  },
  flatErrors(0.02, 1, 0.004, 100),
  {
    name: 'errors grow with the requests in flight',
    slos: [latencySlo(95, 500), errorSlo(0.01)],
    capacity: 400,
    make: () => {
      const serve = slotted(4, (_, random) => random.exponential(0.01));
      return lasting((at, random) => {
        const done = serve(at, random);
        return random.uniform() < Math.min(0.5, Math.max(0, done - at - 0.03)) ? -done : done;
      });
    },
  },
  {
    name: 'five times slower in its first 20 s',
    slos: p95(50),
    capacity: 200,
    make: () => lasting(slotted(1, (start, random) => random.exponential(start < 20 ? 0.025 : 0.005))),
    truth: 200 - Math.log(20) / 0.05,
  },
  {
    name: '80 % take 4 ms, 20 % take 40 ms; 4 slots',
    slos: p95(150),
    capacity: 357,
    make: () => queue(4, (random) => random.exponential(random.uniform() < 0.2 ? 0.04 : 0.004)),
  },
  {
    name: 'others send 50 or 150/s to it by turns of 1 s, 2 ms',
    slos: p95(40),
    capacity: 400,
    make: (seed) => lasting(shared(0.002, 50, 150, 1, seed)),
  },
  { name: 'Pareto service, α = 2.2, 1 slot', slos: p95(120), capacity: 200, make: () => queue(1, pareto(0.0027, 2.2)) },
  {
    name: 'cliff: 48 slots, 60 to 90 ms',
    slos: p95(110),
    capacity: 640,
    make: () => queue(48, (random) => 0.06 + 0.03 * random.uniform()),
  },
  flatErrors(0.025, 8, 0.02, 200),
  { name: 'slow: 4 slots, 2 s', slos: p95(10_000), capacity: 2, make: () => queue(4, exponential(2)) },
];
