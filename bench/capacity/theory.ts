/** The rate up to which a simulated deployment holds an SLO. */
import { Random } from '../../src/load/random.ts';
import type { Server } from '../accuracy/server.ts';

/** An SLO, in s or as a share of all requests. */
export interface Slo {
  readonly p95?: number;
  readonly errors?: number;
}

const ARRIVALS = 200_000;

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
