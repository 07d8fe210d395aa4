/** What callers of a queue with a known law would have waited. */
import { quantile } from './statistics.ts';

/** A queue with a known law, and the load it is asked to bear. Times in ms. */
export interface Scene {
  readonly service: 'fixed' | 'exp';
  readonly mean: number;
  readonly slots: number;
  /** Frozen for the last `frozen` of every `period`; no work is done then. */
  readonly stall: { readonly frozen: number; readonly period: number } | null;
  /** Evenly spaced, per second. */
  readonly rate: number;
  readonly seconds: number;
}

/** p50, p95 and p99 of a run, each with the range that 90 % of runs fall into. */
export type Truth = readonly { readonly middle: number; readonly low: number; readonly high: number }[];

const RUNS = 200;

/**
 * What callers would have waited, had every request of the scene been sent when it was due: first come, first served, over
 * equal slots (Kiefer–Wolfowitz recursion), worked out without a clock or a network. Two hundred runs, since one run of an
 * exponential law differs from the next.
 */
export function truthOf(scene: Scene): Truth {
  const runs = scene.service === 'exp' ? RUNS : 1;
  const found = Array.from({ length: runs }, (_, n) => responsesOf(scene, randomFrom(n + 1)));
  return [0.5, 0.95, 0.99].map((p) => {
    const values = found.map((responses) => quantile(responses, p)).sort((a, b) => a - b);
    return { middle: quantile(values, 0.5), low: quantile(values, 0.05), high: quantile(values, 0.95) };
  });
}

function responsesOf({ service, mean, slots, stall, rate, seconds }: Scene, random: () => number): Float64Array {
  const free = new Float64Array(slots);
  const responses = new Float64Array(rate * seconds);
  for (let n = 0; n < responses.length; n++) {
    const dueAt = (n / rate) * 1e3;
    let first = 0;
    for (let slot = 1; slot < slots; slot++) if ((free[slot] as number) < (free[first] as number)) first = slot;
    const work = service === 'fixed' ? mean : -mean * Math.log(1 - random());
    const endAt = endOf(Math.max(dueAt, free[first] as number), work, stall);
    free[first] = endAt;
    responses[n] = endAt - dueAt;
  }
  return responses.sort();
}

/** When work that may begin at `start` ends, if it rests while the server is frozen. */
function endOf(start: number, work: number, stall: Scene['stall']): number {
  if (stall === null) return start + work;
  const { frozen, period } = stall;
  let at = start;
  let left = work;
  for (;;) {
    const freezeAt = Math.floor(at / period) * period + period - frozen;
    if (at + left < freezeAt) return at + left;
    left -= Math.max(0, freezeAt - at);
    at = freezeAt + frozen;
  }
}

/** xorshift32 (Marsaglia, 2003): a long run of draws is not needed. */
function randomFrom(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
