/** Whole runs against simulated queues: what a target of known behaviour makes of a load, second by second. */
import type { RunEvent } from '../core/event.ts';
import type { LoadProfile, Plan } from '../core/plan.ts';
import { stagesOf, valueAt } from '../core/plan.ts';
import { count, micros, perSecond, seconds } from '../core/units.ts';
import { randomOf } from '../stats/random.fixture.ts';
import { finishedOf, planOf, secondOf, startedOf } from './events.fixture.ts';

/** A constant rate, or rates one after the other; each for so many seconds. */
export function ratesOf(arrivals: 'uniform' | 'poisson', ...stages: readonly (readonly [rate: number, s: number])[]) {
  return {
    model: 'open',
    arrivals,
    rate: stages.map(([rate, length]) => ({ duration: seconds(length), from: perSecond(rate), to: perSecond(rate) })),
    maxInFlight: count(10_000),
  } as const satisfies LoadProfile;
}

interface Queue {
  readonly load: Extract<LoadProfile, { model: 'open' }>;
  readonly servers?: number;
  /** Time that one request takes a server, ms; `at` in s. */
  readonly service: (random: () => number, at: number) => number;
  readonly seed?: number;
  /** s. */
  readonly warmup?: number;
  readonly plan?: Partial<Plan>;
}

interface Request {
  readonly dueAt: number;
  readonly doneAt: number;
}

interface Second {
  sent: number;
  readonly times: number[];
}

/** The stream of such a run, first come first served; every request gets its response, if only in the drain. */
export function queueRun({ load, servers = 1, service, seed = 1, warmup = 0, plan = {} }: Queue): RunEvent[] {
  const random = randomOf(seed);
  const length = stagesOf(load).reduce((sum, { duration }) => sum + duration, 0) / 1e6;
  const free = new Array<number>(servers).fill(0);
  const requests: Request[] = [];
  for (let at = 0; ; ) {
    const rate = valueAt(load.rate, micros(at * 1e6));
    if (rate === 0 || at >= length) break;
    const server = free.indexOf(Math.min(...free));
    const doneAt = Math.max(at, free[server] as number) + service(random, at) / 1e3;
    free[server] = doneAt;
    requests.push({ dueAt: at, doneAt });
    at += load.arrivals === 'poisson' ? -Math.log(1 - random()) / rate : 1 / rate;
  }
  const last = requests.reduce((latest, { doneAt }) => Math.max(latest, doneAt), length);
  const events: RunEvent[] = [startedOf(planOf({ load, warmup: seconds(warmup), ...plan }))];
  const made = [false, true].map(() =>
    Array.from({ length: Math.ceil(last) + 1 }, (): Second => ({ sent: 0, times: [] })),
  );
  for (const { dueAt, doneAt } of requests) {
    const buckets = made[Number(dueAt < warmup)] as Second[];
    (buckets[Math.floor(dueAt)] as Second).sent++;
    (buckets[Math.floor(doneAt)] as Second).times.push(Math.round((doneAt - dueAt) * 1e6));
  }
  let inFlight = 0;
  for (let index = 0; index < last; index++) {
    const phase = index >= length ? 'drain' : index < warmup ? 'warmup' : 'measure';
    for (const buckets of made) inFlight += (buckets[index] as Second).sent - (buckets[index] as Second).times.length;
    for (const warm of [false, true]) {
      const { sent, times } = (made[Number(warm)] as Second[])[index] as Second;
      const primary = warm === (phase === 'warmup');
      if (!primary && times.length === 0) continue;
      events.push(
        secondOf(
          index,
          { ok: times, sentMore: sent - times.length },
          { phase: warm ? 'warmup' : phase, inFlight, vus: 0, ...(primary ? {} : { generator: null }) },
        ),
      );
    }
  }
  return [...events, finishedOf('completed', Math.ceil(last))];
}
