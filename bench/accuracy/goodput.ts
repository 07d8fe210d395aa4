import { Search } from '../../src/analyze/search/controller.ts';
import type { Observation } from '../../src/analyze/search/observation.ts';
import type { BreakingPoint } from '../../src/core/breaking-point.ts';
import type { Threshold } from '../../src/core/plan.ts';
import { micros } from '../../src/core/units.ts';
import { Random } from '../../src/load/random.ts';
import { countUpTo } from '../../src/stats/histogram.ts';
import { searchOptions } from './inputs.ts';
import { lasting, slotted } from './lasting.ts';
import { failing } from './laws.ts';
import { exponential, queue, type Server } from './server.ts';
import { runLevel } from './simulation.ts';

/** A target whose requests are good where they succeed in time and do not stall, of which the exact limit is known. */
export interface GoodputLaw {
  readonly name: string;
  readonly share: number;
  readonly limitMs: number;
  /** Share of the requests that stall between two tokens, whatever the load: in no response time, as those of streams. */
  readonly stalling: number;
  readonly make: () => Server;
  /** 1/s. */
  readonly truth: number;
}

/** Share of an M/M/c queue's requests that take longer than `t`, s. Source: Erlang; the sum of waiting and service. */
function longerThan(t: number, servers: number, mu: number, lambda: number): number {
  const a = lambda / mu;
  let term = 1;
  let sum = 1;
  for (let k = 1; k < servers; k++) {
    term *= a / k;
    sum += term;
  }
  const last = ((term * a) / servers) * (servers / (servers - a));
  const waits = last / (sum + last);
  const spare = servers - 1 - a;
  const late = Math.abs(spare) < 1e-9 ? mu * t : (1 - Math.exp(-mu * t * spare)) / spare;
  return Math.exp(-mu * t) * (1 + waits * late);
}

function law(
  name: string,
  {
    share,
    limitMs,
    servers,
    mean,
    stalling = 0,
    failed = 0,
  }: Omit<GoodputLaw, 'name' | 'make' | 'truth' | 'stalling'> & {
    readonly servers: number;
    readonly mean: number;
    readonly stalling?: number;
    readonly failed?: number;
  },
): GoodputLaw {
  const goodAt = (lambda: number): number =>
    (1 - longerThan(limitMs / 1000, servers, 1 / mean, lambda)) * (1 - stalling) * (1 - failed);
  let [low, high] = [0, servers / mean];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (goodAt(middle) > share) low = middle;
    else high = middle;
  }
  const make = (): Server =>
    failed === 0
      ? queue(servers, exponential(mean))
      : lasting(
          failing(
            failed,
            slotted(servers, (_, random) => random.exponential(mean)),
          ),
        );
  return { name, share, limitMs, stalling, make, truth: (low + high) / 2 };
}

export const GOODPUT_LAWS: readonly GoodputLaw[] = [
  law('M/M/1, goodput>95%', { share: 0.95, limitMs: 100, servers: 1, mean: 0.01 }),
  law('M/M/1, 2 % stall', { share: 0.95, limitMs: 100, servers: 1, mean: 0.01, stalling: 0.02 }),
  law('M/M/4, 1 % stall, goodput>90%', { share: 0.9, limitMs: 110, servers: 4, mean: 0.04, stalling: 0.01 }),
  law('M/M/1, goodput>99%', { share: 0.99, limitMs: 80, servers: 1, mean: 0.005 }),
  law('M/M/2, 1 % fail', { share: 0.95, limitMs: 60, servers: 2, mean: 0.01, failed: 0.01 }),
];

export const goodputSlo = (share: number): Threshold => ({
  text: `goodput>${100 * share}%`,
  metric: { kind: 'goodput' },
  op: '>',
  limit: share,
  unit: 'share',
});

/** What the recorder would have counted. */
function counted(observation: Observation, { limitMs, stalling }: GoodputLaw, random: Random): Observation {
  const goodput = observation.batches.map(({ times, infinite }) => {
    const inTime = countUpTo(times, limitMs * 1000);
    let stalled = 0;
    if (stalling > 0) for (let i = 0; i < inTime; i++) if (random.uniform() < stalling) stalled++;
    return { bad: infinite + times.count - inTime + stalled, n: times.count + infinite };
  });
  return { ...observation, goodput };
}

/** A whole search for the load up to which the share of good requests holds, in virtual time. */
export function searchGoodput(law: GoodputLaw, budget: number, seed: number): BreakingPoint {
  const limit = {
    text: `response<${law.limitMs}ms`,
    of: 'response',
    op: '<',
    limit: micros(law.limitMs * 1000),
  } as const;
  const search = new Search({ ...searchOptions([goodputSlo(law.share)], budget, 0.1), goodput: [limit] });
  const random = new Random(seed, 0);
  const stalls = new Random(seed, 5);
  const server = law.make();
  for (let step = search.step; step !== null; step = search.step)
    search.accept(
      counted(
        runLevel(step, server, random, (soFar) => search.isHopeless(soFar), null, Math.max(5, search.grace)),
        law,
        stalls,
      ),
    );
  return search.answer();
}
