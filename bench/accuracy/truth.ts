/** The truth about a target that has no formula, by long simulations. */
import type { Criterion } from '../../src/analyze/search/criteria.ts';
import { criteriaOf } from '../../src/analyze/search/criteria.ts';
import { Random } from '../../src/load/random.ts';
import type { Target, Truth } from './laws.ts';

/** Requests of a long simulation at one load, and how many targets they are spread over. */
const REQUESTS = 3_000_000;
const ROUGH = 100_000;
const TARGETS = 10;

/** The share of requests that break a criterion at a load, over a long time. A mean has none. */
function brokenShare(target: Target, { kind, limit }: Criterion, rate: number, requests: number): number {
  let broken = 0;
  let total = 0;
  for (let one = 0; one < TARGETS; one++) {
    const random = new Random(1_000 + one, 4);
    const server = target.make(9_000 + one);
    const arrivals = new Float64Array(requests / TARGETS);
    let at = 0;
    for (let i = 0; i < arrivals.length; i++) arrivals[i] = at += random.exponential(1 / rate);
    const done = server.open(arrivals, random);
    const from = arrivals.length / 20;
    for (let i = from; i < arrivals.length; i++) {
      const end = done[i] as number;
      const time = (Math.abs(end) - (arrivals[i] as number)) * 1e6;
      if (end < 0 || (kind === 'latency' && time > limit)) broken++;
      total++;
    }
  }
  return broken / total;
}

/** Where the first of the target's SLOs breaks, by bisection between long simulations. */
export function truthOf(target: Target): Truth {
  if (target.truth !== undefined) return target.truth;
  const limits = criteriaOf(target.slos).map((criterion) => {
    const allowed = criterion.kind === 'errors' ? criterion.limit : 1 - (criterion.p ?? 0);
    let [low, high] = [target.capacity * 0.02, target.capacity * 1.05];
    if (brokenShare(target, criterion, low, ROUGH) >= allowed) return 0;
    for (let step = 0; step < 14; step++) {
      if (step === 4) [low, high] = [low * 0.93, high * 1.07];
      const middle = (low + high) / 2;
      if (brokenShare(target, criterion, middle, step < 4 ? ROUGH : REQUESTS) < allowed) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  });
  const first = Math.min(...limits);
  return first === 0 ? 'fails-at-every-load' : first;
}
