/** The arithmetic of levels: how many requests one needs, how long it warms up, and which loads are explored. */
import { samplesFor } from '../../core/sample-size.ts';
import { ONE_SIDED } from './share.ts';

/** How the budget is spent, in shares of it. What is left over is the narrowing's. */
export const SHARES = { ramp: 0.15, explore: 0.12, repeat: 0.022, recover: 0.03 } as const;

/** No window is shorter (s): a scheduler's hiccup must not be all of it. */
export const SHORTEST = 0.5;
const SHORTEST_WARMUP = 0.1;
/** A warm-up may not eat more than this share of its level. */
export const WARMUP_SHARE = 0.25;
/** Exploring levels hold up to so many times the requests that a verdict needs. The fewest and most of a narrowing one. */
const EXPLORING_MORE = 5;
const NARROWING = { fewest: 400, most: 40_000 };

/**
 * Requests a level needs so that a load that differs by the relative step `epsilon` can be told from capacity, with 5 %
 * errors of both kinds: n = (c_a² + c_s²)(z + z)²/ε², Poisson arrivals and exponential service.
 */
export function requestsToResolve(epsilon: number): number {
  return (2 * (2 * ONE_SIDED) ** 2) / epsilon ** 2;
}

/** The relative difference of load that n requests resolve; the inverse of `requestsToResolve`. */
export function resolutionOf(requests: number): number {
  return 2 * ONE_SIDED * Math.sqrt(2 / requests);
}

/** Requests of a narrowing level while the interval is `width` of the estimate wide. */
export function narrowingRequests(width: number, p: number): number {
  const wanted = requestsToResolve(Math.max(0.01, width));
  return Math.min(NARROWING.most, Math.max(NARROWING.fewest, 2 * samplesFor(p), wanted));
}

/**
 * Warm-up of an open level, s: three relaxation times of M/M/1, τ = 1/(C(1−√ρ)²), and three idle responses.
 * @param capacity 1/s; null: unknown. @param window the measured part, s.
 */
export function openWarmup(rate: number, capacity: number | null, idleResponse: number, window: number): number {
  const rho = capacity === null ? 0.7 : Math.min(0.95, rate / capacity);
  const relaxation = 1 / ((capacity ?? rate / 0.7) * (1 - Math.sqrt(rho)) ** 2);
  const longest = (window * WARMUP_SHARE) / (1 - WARMUP_SHARE);
  return Math.max(SHORTEST_WARMUP, Math.min(longest, 3 * relaxation + 3 * idleResponse));
}

/** Warm-up of a closed level, s: every user has been served twice, or twice an idle response if that is longer. */
export function closedWarmup(users: number, perSec: number, idleResponse: number): number {
  return Math.max(SHORTEST_WARMUP, 2 * idleResponse, (2 * users) / Math.max(1e-9, perSec));
}

/**
 * Loads to explore, as shares of the capacity guess, ascending: as fine as the time allows; then as many times the requests
 * that a verdict needs.
 * @param deciding requests that a verdict needs at a share of the capacity. @param time for all, s. @param shortest level, s.
 */
export function exploration(
  capacity: number,
  deciding: (share: number) => number,
  time: number,
  shortest = SHORTEST,
): { readonly shares: readonly number[]; readonly more: number } {
  const grids = [gridFrom(0.1, 1.5), gridFrom(0.125, 2), gridFrom(0.25, 2)];
  const cost = (grid: readonly number[]): number =>
    grid.reduce((sum, share) => sum + Math.max(shortest, deciding(share) / (share * capacity)) * 1.2, 0);
  const shares = grids.find((grid) => cost(grid) <= time) ?? [0.5];
  return { shares, more: Math.min(EXPLORING_MORE, Math.max(1, time / cost(shares))) };
}

function gridFrom(first: number, ratio: number): number[] {
  const grid: number[] = [];
  for (let share = first; share <= 0.9; share *= ratio) grid.push(share);
  return grid;
}
