/** What the experiments are given: targets of known laws, SLOs, searches and levels. */
import type { SearchStep } from '../../src/analyze/search/observation.ts';
import type { SearchOptions } from '../../src/analyze/search/state.ts';
import { openWarmup } from '../../src/analyze/search/window.ts';
import type { Threshold } from '../../src/core/plan.ts';
import { mm1LimitRate, mm1Quantile, mmcQuantile, twoPointQuantile } from '../../src/stats/queueing.ts';
import { bimodal, constant, exponential, queue, type Server } from './server.ts';

/** A target with one law, and what theory says of it. Rates in 1/s, times in s. */
export interface Law {
  readonly name: string;
  readonly server: Server;
  readonly capacity: number;
  /** The p95 to search for, ms. */
  readonly limitMs: number;
  quantile(p: number, rate: number): number;
}

export const LAWS: readonly Law[] = [
  {
    name: 'M/M/1',
    server: queue(1, exponential(0.01)),
    capacity: 100,
    limitMs: 100,
    quantile: (p, rate) => mm1Quantile(p, rate, 100),
  },
  {
    name: 'M/M/4',
    server: queue(4, exponential(0.04)),
    capacity: 100,
    limitMs: 150,
    quantile: (p, rate) => mmcQuantile(p, 4, rate, 25),
  },
  {
    name: 'M/D/1',
    server: queue(1, constant(0.01)),
    capacity: 100,
    limitMs: 50,
    quantile: (p, rate) => twoPointQuantile(p, rate, 0.01),
  },
  {
    name: 'bimodal M/G/1',
    server: queue(1, bimodal(0.005, 0.03, 0.2)),
    capacity: 100,
    limitMs: 100,
    quantile: (p, rate) => twoPointQuantile(p, rate, 0.005, 0.03, 0.2),
  },
];

export const latencySlo = (p: number, limitMs: number): Threshold => ({
  text: `p${p}<=${limitMs}ms`,
  metric: { kind: 'percentile', p },
  op: '<=',
  limit: limitMs * 1000,
  unit: 'µs',
});

export const errorSlo = (share: number): Threshold => ({
  text: `errors<${share * 100}%`,
  metric: { kind: 'errors' },
  op: '<',
  limit: share,
  unit: 'share',
});

export const searchOptions = (slos: readonly Threshold[], budget: number, precision = 0.02): SearchOptions => ({
  unit: 'req/s',
  slos,
  budget,
  precision,
  maxLoad: null,
  maxVus: 1024,
  settle: 0,
});

export const openStep = (rate: number, capacity: number, window: number): SearchStep => ({
  purpose: 'narrow',
  load: { model: 'open', ratePerSec: rate },
  warmup: openWarmup(rate, capacity, 1 / capacity, window),
  duration: window,
  settle: 0,
});

/** Requests that make a level's p95 worth some 400 independent ones, at utilisation ρ. */
export const levelRequests = (rho: number): number => Math.min(60_000, Math.max(4_000, 1_200 / (1 - rho) ** 2));

/** The rate at which a law's p-quantile is at `limit` (s). */
export function limitRate(law: Law, p: number, limit: number): number {
  if (law.name === 'M/M/1') return mm1LimitRate(p, law.capacity, limit);
  let low = 0.01 * law.capacity;
  let high = 0.995 * law.capacity;
  for (let step = 0; step < 30; step++) {
    const middle = (low + high) / 2;
    if (law.quantile(p, middle) < limit) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
