/**
 * Closed forms of queueing theory: the truth that measurements are checked against. Rates in 1/s, times in s.
 * Sources: L. Kleinrock, Queueing Systems I; D. Gross et al., Fundamentals of Queueing Theory.
 */

/** p-quantile of the sojourn time of M/M/1. @param p 0..1. @throws RangeError when unstable. */
export function mm1Quantile(p: number, lambda: number, mu: number): number {
  refuseUnstable(lambda, mu);
  return -Math.log(1 - p) / (mu - lambda);
}

/** The arrival rate at which M/M/1's p-quantile equals `limit`: λ* = μ − ln(1/(1−p))/L. At least 0. */
export function mm1LimitRate(p: number, mu: number, limit: number): number {
  return Math.max(0, mu + Math.log(1 - p) / limit);
}

/** Probability of waiting in M/M/c (Erlang's C formula). @throws RangeError when unstable. */
export function erlangC(servers: number, lambda: number, mu: number): number {
  refuseUnstable(lambda, servers * mu);
  const load = lambda / mu;
  // Erlang B by its stable recursion, then C from B.
  let blocking = 1;
  for (let k = 1; k <= servers; k++) blocking = (load * blocking) / (k + load * blocking);
  return blocking / (1 - (load / servers) * (1 - blocking));
}

/** P(T > t) of M/M/c, T the sojourn time. */
export function mmcTail(t: number, servers: number, lambda: number, mu: number): number {
  const waits = erlangC(servers, lambda, mu);
  const spare = servers - 1 - lambda / mu;
  const extra = Math.abs(spare) < 1e-9 ? waits * mu * t : (waits * (1 - Math.exp(-mu * t * spare))) / spare;
  return Math.exp(-mu * t) * (1 + extra);
}

/** p-quantile of the sojourn time of M/M/c. */
export function mmcQuantile(p: number, servers: number, lambda: number, mu: number): number {
  return solve((t) => 1 - mmcTail(t, servers, lambda, mu), p, 1 / mu);
}

/**
 * p-quantile of the sojourn time of M/G/1 where a service takes `short`, or with probability `share` `long` (s); M/D/1
 * with share 0. The wait's distribution solves F(t) = 1 − ρ + λ∫₀ᵗ F(t−x)(1 − G(x))dx (Pollaczek and Khinchine in the
 * time domain); G is a step function, so a trapezoid rule needs one pass.
 * @throws RangeError when unstable.
 */
export function twoPointQuantile(p: number, lambda: number, short: number, long = short, share = 0): number {
  const mean = short + share * (long - short);
  refuseUnstable(lambda * mean, 1);
  const step = short / GRID;
  const reach = Math.round((long / short) * GRID);
  const cdf: number[] = [1 - lambda * mean];
  /** Integrals of the distribution from 0. */
  const integral: number[] = [0];
  const before = (list: readonly number[], i: number): number => (i < 0 ? 0 : (list[i] as number));
  const half = (lambda * step) / 2;
  let last = 0;
  for (let i = 0; ; i++) {
    if (i > 0) {
      const so = (integral[i - 1] as number) + (step / 2) * (cdf[i - 1] as number);
      const known = so - (1 - share) * before(integral, i - GRID) - share * before(integral, i - reach);
      const here = (1 - lambda * mean + lambda * known) / (1 - half);
      cdf.push(here);
      integral.push(so + (step / 2) * here);
    }
    const sojourn = (1 - share) * before(cdf, i - GRID) + share * before(cdf, i - reach);
    // Who need not wait takes one of the two times exactly: there the distribution jumps.
    const jump = ((i === GRID ? 1 - share : 0) + (i === reach ? share : 0)) * (cdf[0] as number);
    if (sojourn >= p)
      return sojourn - jump < p ? i * step : (i - (sojourn - jump - p) / (sojourn - jump - last)) * step;
    last = sojourn;
  }
}

/** Steps of the short service time. */
const GRID = 400;

/** Mean wait of M/G/1 (Pollaczek and Khinchine). @param secondMoment E[S²], s². */
export function mg1MeanWait(lambda: number, mean: number, secondMoment: number): number {
  refuseUnstable(lambda * mean, 1);
  return (lambda * secondMoment) / (2 * (1 - lambda * mean));
}

/** Share of arrivals that M/M/1/K turns away; K counts the one in service. */
export function mm1kLoss(lambda: number, mu: number, places: number): number {
  const rho = lambda / mu;
  if (Math.abs(rho - 1) < 1e-12) return 1 / (places + 1);
  return ((1 - rho) * rho ** places) / (1 - rho ** (places + 1));
}

/** Closed network of one exponential server and a think time: throughput and response time of `users` (exact MVA). */
export function closedMva(users: number, service: number, think: number): { perSec: number; response: number } {
  let queue = 0;
  let response = service;
  let perSec = 0;
  for (let n = 1; n <= users; n++) {
    response = service * (1 + queue);
    perSec = n / (response + think);
    queue = perSec * response;
  }
  return { perSec, response };
}

/**
 * p-quantile of the response time where a server that answers in no time stops for `stall` out of every `period` (s),
 * its requests arriving at any instant: D(1 − (1 − p)P/D), 0 where p ≤ 1 − D/P.
 */
export function stallQuantile(p: number, stall: number, period: number): number {
  return Math.max(0, stall - (1 - p) * period);
}

function refuseUnstable(load: number, capacity: number): void {
  if (!(load < capacity)) throw new RangeError(`unstable: load ${load} is not below capacity ${capacity}`);
}

/** Where the increasing function `cdf` reaches p. */
function solve(cdf: (t: number) => number, p: number, scale: number): number {
  let high = scale;
  while (cdf(high) < p) high *= 2;
  let low = 0;
  for (let step = 0; step < 80; step++) {
    const middle = (low + high) / 2;
    if (cdf(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
