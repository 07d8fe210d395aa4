/** Targets whose time goes on from level to level: periodic, slow by times, or cold. */
import type { Random } from '../../src/load/random.ts';
import { oneByOne, type Server } from './server.ts';

/** Decides the departure of a request that arrives at an instant; negative: refused or failed, then. Instants are s. */
export type Serve = (at: number, random: Random) => number;

/**
 * A target whose time goes on from level to level, as a real one's does: what is periodic, slow by times or still cold at
 * one level is so at the next.
 * @param serve of one target; its instants are s since the target began.
 */
export function lasting(serve: Serve): Server {
  let now = 0;
  return oneByOne(() => {
    const begun = now;
    return (at, random) => {
      const done = serve(begun + at, random);
      now = Math.max(now, begun + at, Math.abs(done));
      return done < 0 ? -Math.max(Math.abs(done) - begun, Number.MIN_VALUE) : done - begun;
    };
  });
}

/** First come, first served by `slots`. @param work how long a request that starts then takes until it is done, s. */
export function slotted(
  slots: number,
  work: (start: number, random: Random) => number,
  places = Number.POSITIVE_INFINITY,
): Serve {
  const free = new Float64Array(slots);
  let inside: number[] = [];
  return (at, random) => {
    if (places !== Number.POSITIVE_INFINITY) {
      inside = inside.filter((end) => end > at);
      if (inside.length >= places) return -at;
    }
    let earliest = 0;
    for (let k = 1; k < slots; k++) if ((free[k] as number) < (free[earliest] as number)) earliest = k;
    const start = Math.max(at, free[earliest] as number);
    const done = start + work(start, random);
    free[earliest] = done;
    if (places !== Number.POSITIVE_INFINITY) inside.push(done);
    return done;
  };
}

/** A clock that stands still by times: what takes `work` from `start` on ends later by the pauses in between. */
export interface Pauses {
  /** When work of so long, begun then, is done. */
  end(start: number, work: number): number;
}

/** Stands still in [k·period, k·period + length). */
export function periodic(length: number, period: number): Pauses {
  const awake = period - length;
  return {
    end: (start, work) => {
      const phase = start % period;
      const begun = phase < length ? start - phase + length : start;
      const left = period - (begun % period === 0 && begun > start ? 0 : begun % period);
      if (work <= left) return begun + work;
      const rest = work - left;
      const whole = Math.floor(rest / awake);
      const over = rest - whole * awake;
      const next = begun + left + whole * period;
      return over > 0 ? next + length + over : next;
    },
  };
}

/** Pauses of `length` at random instants, on average `gap` apart. @param whiles their random numbers. */
export function sporadic(length: number, gap: number, whiles: Random): Pauses {
  let from = whiles.exponential(gap);
  const past: number[] = [];
  const pauseAfter = (at: number): number => {
    while (from + length <= at) {
      past.push(from);
      from += length + whiles.exponential(gap);
    }
    return from;
  };
  return {
    end: (start, work) => {
      let at = start;
      let left = work;
      for (;;) {
        const pause = pauseAfter(at);
        if (pause <= at) at = pause + length;
        else if (at + left <= pause) return at + left;
        else {
          left -= pause - at;
          at = pause + length;
        }
      }
    },
  };
}

/** Processor sharing: all requests under way share one server, each at most at full speed. Open and closed. */
export function sharing(service: (random: Random) => number, servers = 1): Server {
  /** @param next the following arrival, or Infinity. @param left called at each departure. */
  const run = (next: () => number, service: () => number, left: (request: number, at: number) => void): void => {
    // Attained service of a request that was there from the beginning; each leaves when it has attained its own.
    const inside: { request: number; until: number }[] = [];
    let attained = 0;
    let now = 0;
    let count = 0;
    let arrival = next();
    for (;;) {
      const speed = inside.length === 0 ? 0 : Math.min(1, servers / inside.length);
      let first = -1;
      for (let i = 0; i < inside.length; i++)
        if (first < 0 || (inside[i] as { until: number }).until < (inside[first] as { until: number }).until) first = i;
      const departs =
        first < 0 ? Number.POSITIVE_INFINITY : now + ((inside[first] as { until: number }).until - attained) / speed;
      if (arrival === Number.POSITIVE_INFINITY && first < 0) return;
      if (arrival <= departs) {
        attained += speed * (arrival - now);
        now = arrival;
        inside.push({ request: count++, until: attained + service() });
        arrival = next();
      } else {
        attained += speed * (departs - now);
        now = departs;
        const [gone] = inside.splice(first, 1);
        left((gone as { request: number }).request, now);
      }
      if (inside.length > 20_000) throw new RangeError('too many requests share one server');
    }
  };
  return {
    open: (arrivals, random) => {
      const done = new Float64Array(arrivals.length);
      let i = 0;
      run(
        () => arrivals[i++] ?? Number.POSITIVE_INFINITY,
        () => service(random),
        (request, at) => {
          done[request] = at;
        },
      );
      return done;
    },
    closed: (users, until, random) => {
      const sent: number[] = [];
      const done: number[] = [];
      runClosed(users, until, () => service(random), servers, sent, done);
      return { sent, done };
    },
  };
}

function runClosed(
  users: number,
  until: number,
  service: () => number,
  servers: number,
  sent: number[],
  done: number[],
): void {
  const speed = Math.min(1, servers / users);
  const left = Float64Array.from({ length: users }, service);
  const request = Int32Array.from({ length: users }, (_, user) => {
    sent.push(0);
    return user;
  });
  done.length = users;
  let now = 0;
  let active = users;
  while (active > 0) {
    let first = -1;
    for (let u = 0; u < users; u++)
      if ((request[u] as number) >= 0 && (first < 0 || (left[u] as number) < (left[first] as number))) first = u;
    const step = left[first] as number;
    now += step / speed;
    for (let u = 0; u < users; u++) left[u] = (left[u] as number) - step;
    done[request[first] as number] = now;
    if (now < until) {
      request[first] = sent.length;
      sent.push(now);
      done.push(0);
      left[first] = service();
    } else {
      request[first] = -1;
      active--;
    }
  }
}
