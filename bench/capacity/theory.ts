import { Random } from '../../src/load/random.ts';
import type { Server } from '../accuracy/server.ts';

/** An SLO, in s or as a share of all requests. */
export interface Slo {
  readonly p95?: number;
  readonly errors?: number;
}

const ARRIVALS = 200_000;

/**
 * Micro-batching as `--strategy batch` does it: a batch leaves when it is full or its first has waited `wait` s, and the model
 * is free; `cost` is what a batch of so many takes, s. Open model only.
 */
export function microBatching(most: number, wait: number, cost: (size: number) => number): Server {
  return {
    open: (arrivals) => {
      const departures = new Float64Array(arrivals.length);
      let next = 0;
      let free = 0;
      while (next < arrivals.length) {
        const first = arrivals[next] as number;
        const full = arrivals[next + most - 1] ?? Number.POSITIVE_INFINITY;
        const start = Math.max(free, Math.min(first + wait, full));
        let end = next;
        while (end < arrivals.length && end - next < most && (arrivals[end] as number) <= start) end++;
        free = start + cost(end - next);
        departures.fill(free, next, end);
        next = end;
      }
      return departures;
    },
    closed: () => {
      throw new RangeError('this simulation is of the open model');
    },
  };
}

/** Whether Poisson arrivals at a rate, many of them, have what is asked. */
export function holds(server: Server, rate: number, slo: Slo): boolean {
  const random = new Random(1, 0);
  const arrivals = new Float64Array(ARRIVALS);
  let at = 0;
  for (let i = 0; i < ARRIVALS; i++) {
    at += random.exponential(1 / rate);
    arrivals[i] = at;
  }
  const departures = server.open(arrivals, random);
  const refused = departures.reduce((sum, end) => sum + (end < 0 ? 1 : 0), 0);
  if (slo.errors !== undefined && refused / ARRIVALS >= slo.errors) return false;
  if (slo.p95 === undefined) return true;
  const times = departures.map((end, i) => (end < 0 ? Number.POSITIVE_INFINITY : end - (arrivals[i] as number)));
  return (times.sort()[Math.floor(0.95 * ARRIVALS)] as number) <= slo.p95;
}

/** The rate up to which it holds, below twice `capacity`; the same arrivals, closer together, at every step. */
export function limitOf(server: Server, capacity: number, slo: Slo): number {
  let low = 0;
  let high = 2 * capacity;
  for (let step = 0; step < 14; step++) {
    const middle = (low + high) / 2;
    if (holds(server, middle, slo)) low = middle;
    else high = middle;
  }
  return low;
}
