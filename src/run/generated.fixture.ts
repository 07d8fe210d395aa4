/** A whole segment in virtual time: what a load thread does, without the thread. */
import type { LoadChange } from '../core/command.ts';
import { planFixture } from '../core/plan.fixture.ts';
import type { LoadProfile, OneLoad, Plan } from '../core/plan.ts';
import type { IntervalSnapshot } from '../core/snapshot.ts';
import { type Bytes, count, type Micros, micros, millis, perSecond, seconds } from '../core/units.ts';
import { FixtureDriver } from '../load/driver.fixture.ts';
import { VirtualClock } from '../load/virtual-clock.ts';
import { Generation } from './generation.ts';

/** When the load starts, by the clock. */
export const START = seconds(1);

export function planFor(load: LoadProfile, changes: Partial<Plan> = {}): Plan {
  const requests = [{ name: 'GET /', method: 'GET', path: '/', headers: [], body: null }];
  return planFixture({ requests, load, ...changes });
}

export const users = (vus: number, duration: number): OneLoad => ({
  model: 'closed',
  vus: [{ duration: micros(duration), from: count(vus), to: count(vus) }],
  thinkTime: null,
});
export const arrivals = (rate: number, duration: number): OneLoad => ({
  model: 'open',
  arrivals: 'uniform',
  rate: [{ duration: micros(duration), from: perSecond(rate), to: perSecond(rate) }],
  maxInFlight: count(1000),
});

/** @param changes each with the instant at which the generation is told of it, µs since the start of the load. */
export function generate(
  plan: Plan,
  serviceTime: (n: number, clock: VirtualClock) => number,
  stopAt: number | null = null,
  changes: readonly { readonly told: number; readonly change: LoadChange }[] = [],
  standstill: { readonly at: number; readonly lasts: number; readonly asleep?: boolean } | null = null,
  samples: ConstructorParameters<typeof Generation>[6] = null,
) {
  const clock = new VirtualClock(micros(0), micros(5));
  const snapshots: IntervalSnapshot[] = [];
  const connects: number[] = [];
  let ended = 0;
  const driver = new FixtureDriver(clock, (n) => serviceTime(n, clock));
  let slept = 0;
  const health = {
    loopDelayP99: micros(0),
    loopDelayMax: micros(0),
    utilization: null,
    gcMax: micros(0),
    cpu: 0,
    cpuWait: null,
    rss: 0 as Bytes,
  };
  const generation = new Generation(
    plan,
    { index: 0, count: 1 },
    START,
    {
      clock,
      createDriver: () => driver,
      createProbe: () => ({ take: () => health, slept: () => taken(), close: () => {} }),
      measureConnect: (_plan, at, done) => {
        connects.push(at.now());
        at.after(millis(2), () => done(millis(2), millis(1)));
        return () => {};
      },
    },
    (parts) => snapshots.push(...parts),
    () => {
      ended++;
    },
    samples,
  );
  const taken = (): Micros => {
    const since = slept;
    slept = 0;
    return since as Micros;
  };
  if (standstill !== null)
    clock.after((START + standstill.at) as Micros, () => {
      if (standstill.asleep === true) slept = standstill.lasts;
      else clock.spend(standstill.lasts as Micros);
    });
  for (const { told, change } of changes) clock.after((START + told) as Micros, () => generation.change(change));
  if (stopAt !== null) clock.after((START + stopAt) as Micros, () => generation.stop());
  clock.runUntil(seconds(600));
  const sum = (pick: (snapshot: IntervalSnapshot) => number): number => snapshots.reduce((n, s) => n + pick(s), 0);
  return { snapshots, ended, driver, sum, connects };
}
