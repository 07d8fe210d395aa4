/** Targets in virtual time, by their service times. */
import type { Random } from '../../src/load/random.ts';

/** Draws one service time, s. */
export type Service = (random: Random) => number;

/**
 * A target in virtual time. A level starts on an idle target; instants are s since its start. A refused request (the
 * 503 of a full queue) has a negative departure: −(its instant).
 */
export interface Server {
  /** Departures of requests that arrive at these ascending instants, whatever becomes of the others. */
  open(arrivals: Float64Array, random: Random): Float64Array;
  /** `users` who each send again `pause` s after their answer, until `until`. In order of sending. */
  closed(users: number, until: number, random: Random, pause?: number): { sent: number[]; done: number[] };
}

export const exponential =
  (mean: number): Service =>
  (random) =>
    random.exponential(mean);

export const constant =
  (value: number): Service =>
  () =>
    value;

/** `short` mostly, `long` with this probability. */
export const bimodal =
  (short: number, long: number, share: number): Service =>
  (random) =>
    random.uniform() < share ? long : short;

/** G/G/c, first come first served, at most `places` in the system: Kiefer and Wolfowitz's recursion. */
export function queue(servers: number, service: Service, places = Number.POSITIVE_INFINITY): Server {
  const serving = (): ((at: number, random: Random) => number) => {
    const free = new Float64Array(servers);
    // Departures of those in the system, needed only where places are short; ascending for one server.
    const inside: number[] = [];
    return (at, random) => {
      if (places !== Number.POSITIVE_INFINITY) {
        for (let i = inside.length - 1; i >= 0; i--) if ((inside[i] as number) <= at) inside.splice(i, 1);
        if (inside.length >= places) return -Math.max(at, Number.MIN_VALUE);
      }
      let earliest = 0;
      for (let k = 1; k < servers; k++) if ((free[k] as number) < (free[earliest] as number)) earliest = k;
      const done = Math.max(at, free[earliest] as number) + service(random);
      free[earliest] = done;
      if (places !== Number.POSITIVE_INFINITY) inside.push(done);
      return done;
    };
  };
  return oneByOne(serving);
}

/** A target that settles each departure as the request arrives. @param serving starts a level. */
export function oneByOne(serving: () => (at: number, random: Random) => number): Server {
  return {
    open: (arrivals, random) => {
      const serve = serving();
      return arrivals.map((at) => serve(at, random));
    },
    closed: (users, until, random, pause) => closedThrough(serving(), users, until, random, pause),
  };
}

/** Answers at once, but stops for `stall` out of every `period` (s). */
export function stalling(stall: number, period: number, answer: number): Server {
  const serve = (at: number): number => {
    const phase = at % period;
    return answer + (phase < stall ? at - phase + stall : at);
  };
  return oneByOne(() => serve);
}

/** A server whose throughput follows the Universal Scalability Law of the users it holds. Closed model only. */
export function scalable(gamma: number, sigma: number, kappa: number): Server {
  return {
    open: () => {
      throw new RangeError('the scalable server is for the closed model');
    },
    closed: (users, until, random, pause) => {
      const perSec = (gamma * users) / (1 + sigma * (users - 1) + kappa * users * (users - 1));
      return queue(1, exponential(1 / perSec)).closed(users, until, random, pause);
    },
  };
}

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

/**
 * Takes all that wait, up to `most`, whenever it is idle. A batch of fewer than `efficient` is worked off one by one, at
 * `single` s each; from there on it takes `batch` s, whatever its size: latency has a hump at low loads.
 */
export function batching(single: number, batch: number, efficient: number, most: number): Server {
  const timeOf = (size: number): number => (size < efficient ? single * size : batch);
  return {
    open: microBatching(most, 0, timeOf).open,
    closed: (users, until, _, pause = 0) => {
      // All users send at once, and then as their batches come back: a queue of who waits.
      const sent: number[] = [];
      const done: number[] = [];
      const waiting = new Array<number>(users).fill(0);
      let free = 0;
      while ((waiting[0] as number) < until && free < until) {
        const size = Math.min(most, waiting.length);
        free += timeOf(size);
        for (const at of waiting.splice(0, size)) {
          sent.push(at);
          done.push(free);
          waiting.push(free + pause);
        }
      }
      return { sent, done };
    },
  };
}

/** Users in a heap by their next instant of sending; a refused one tries again at once, but a millisecond later. */
function closedThrough(
  serve: (at: number, random: Random) => number,
  users: number,
  until: number,
  random: Random,
  pause = 0,
): { sent: number[]; done: number[] } {
  const heap = new Float64Array(users);
  const sent: number[] = [];
  const done: number[] = [];
  while ((heap[0] as number) < until) {
    const at = heap[0] as number;
    const end = serve(at, random);
    sent.push(at);
    done.push(end);
    sink(heap, pause + (end < 0 ? Math.max(at + 0.001, -end) : end));
  }
  return { sent, done };
}

/** Replaces the smallest of a heap. */
function sink(heap: Float64Array, value: number): void {
  let place = 0;
  for (;;) {
    let child = 2 * place + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && (heap[child + 1] as number) < (heap[child] as number)) child++;
    if ((heap[child] as number) >= value) break;
    heap[place] = heap[child] as number;
    place = child;
  }
  heap[place] = value;
}
