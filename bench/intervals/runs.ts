/** Runs in virtual time, the percentiles and intervals that are printed of them, and the truth. */
import { percentileText } from '../../src/analyze/percentiles.ts';
import type { PercentileName } from '../../src/core/latencies.ts';
import { Random } from '../../src/load/random.ts';
import { queue } from '../accuracy/server.ts';
import { simulatedRun } from '../simulated-run.ts';
import type { Law } from './laws.ts';

/** A run at a constant rate of Poisson arrivals: so many requests in so many seconds, against a target in its steady state. */
export interface Size {
  readonly requests: number;
  readonly seconds: number;
}

/** What a run printed of one percentile, ms: the lowest and highest values that the ends stand for. Null: no interval. */
export interface Printed {
  readonly text: string;
  readonly low: number;
  /** Infinity: an open end. */
  readonly high: number;
}

/** Requests before the measured ones, so that the target has forgotten its idle start. */
const BURN_IN = 10_000;

/** Response times and when they were due, s, of `n` requests after the burn-in. @param mean between arrivals. */
export function requestsOf(
  law: Law,
  load: number,
  mean: number,
  n: number,
  random: Random,
): { due: number[]; took: number[] } {
  const { servers, service } = law;
  const scale = mean * servers * load;
  const arrivals = new Float64Array(BURN_IN + n);
  let at = 0;
  for (let i = 0; i < arrivals.length; i++) {
    at += random.exponential(mean);
    arrivals[i] = at;
  }
  const done = queue(servers, (draw) => scale * service(draw)).open(arrivals, random);
  const from = arrivals[BURN_IN - 1] ?? 0;
  const due = Array.from(arrivals.subarray(BURN_IN), (instant) => instant - from);
  return { due, took: due.map((_, i) => (done[BURN_IN + i] ?? 0) - (arrivals[BURN_IN + i] ?? 0)) };
}

/** The law's true percentiles at a load, in means between arrivals: of three million requests. */
export function truthOf(law: Law, load: number, shares: readonly number[], requests = 3e6): number[] {
  const pieces = 10;
  const all = new Float64Array(requests);
  for (let piece = 0; piece < pieces; piece++) {
    const { took } = requestsOf(law, load, 1, requests / pieces, new Random(9_000_000 + piece, 5));
    all.set(took, (requests / pieces) * piece);
  }
  all.sort();
  return shares.map((share) => all[Math.ceil(share * requests) - 1] ?? Number.NaN);
}

/** What `rampart run` prints of such a run, through its own fold and its own words. */
export function printedOf(
  law: Law,
  load: number,
  size: Size,
  names: readonly PercentileName[],
  seed: number,
): (Printed | null)[] {
  const mean = size.seconds / size.requests;
  const { due, took } = requestsOf(law, load, mean, Math.ceil(size.requests * 1.2), new Random(seed, 7));
  const { latency } = simulatedRun(due, took, size.requests / size.seconds, size.seconds);
  return names.map((name) => read(percentileText(latency.responseWithFailures, name)));
}

/** A histogram's buckets are so wide: a time is read as its bucket's upper edge. */
const BUCKET = 0.001;

/** `198 ms (164 or more)`, `1.20 s (0.99 to 1.43)`; null without an interval. */
function read(text: string | null): Printed | null {
  const [, unit, low = '', high] = /^\S+ (ms|s) \((\S+) (?:to (\S+)|or more)\)$/.exec(text ?? '') ?? [];
  if (text === null || unit === undefined) return null;
  const ms = (digits: string): number => Number(digits.replaceAll(',', '')) * (unit === 's' ? 1_000 : 1);
  /** Half of a number's last digit, which rounding takes or adds. */
  const rounded = (digits: string): number => ms(`0.5e-${digits.split('.')[1]?.length ?? 0}`);
  return {
    text,
    low: (ms(low) - rounded(low)) * (1 - BUCKET),
    high: high === undefined ? Number.POSITIVE_INFINITY : ms(high) + rounded(high),
  };
}
