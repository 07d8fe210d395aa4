import { expect, it } from 'vitest';
import type { RunEvent } from '../core/event.ts';
import type { Exchange } from '../core/exchange.ts';
import { planFixture } from '../core/plan.fixture.ts';
import type { LoadProfile, Plan } from '../core/plan.ts';
import type { Driver } from '../core/ports.ts';
import type { RunResult } from '../core/result.ts';
import { type Bytes, count, type Micros, micros, millis, seconds } from '../core/units.ts';
import { VirtualClock } from '../load/virtual-clock.ts';
import { Generation } from '../run/generation.ts';
import { finishedOf, foldOf, planOf, secondOf, startedOf } from './events.fixture.ts';
import { headline } from './headline.ts';

/** A generator that takes its time between an answer and the next request, and does not know it. */
class LateDriver implements Driver {
  onDone: (exchange: Exchange) => void = () => {};
  inFlight = 0;
  readonly #clock: VirtualClock;
  readonly #takes: () => number;
  readonly #late: number;

  constructor(clock: VirtualClock, takes: () => number, late: number) {
    this.#clock = clock;
    this.#takes = takes;
    this.#late = late;
  }

  send(exchange: Exchange): void {
    this.inFlight++;
    exchange.sentAt = this.#clock.now();
    exchange.dueAt = exchange.sentAt;
    this.#clock.after(this.#takes() as Micros, () => {
      exchange.doneAt = this.#clock.now();
      exchange.firstByteAt = exchange.doneAt;
      this.#clock.after(this.#late as Micros, () => {
        this.inFlight--;
        this.onDone(exchange);
      });
    });
  }

  abort(): void {}
  retire(): void {}
  close(): void {}
}

const users = (vus: number, length: number, changes: Partial<Extract<LoadProfile, { model: 'closed' }>> = {}) => ({
  model: 'closed' as const,
  vus: [{ duration: seconds(length), from: count(vus), to: count(vus) }],
  thinkTime: null,
  ...changes,
});

/** A run in virtual time; the answers take 40 to 60 ms. */
function runOf(load: LoadProfile, late: number, changes: Partial<Plan> = {}): RunResult {
  const plan = planFixture({ load, ...changes });
  const clock = new VirtualClock(micros(0), micros(5));
  let n = 0;
  const takes = (): number => 40_000 + ((n++ * 7919) % 20_000);
  const events: RunEvent[] = [startedOf(plan)];
  const nothing = micros(0);
  const health = { loopDelayP99: nothing, loopDelayMax: nothing, utilization: null, gcMax: nothing };
  new Generation(
    plan,
    { index: 0, count: 1 },
    seconds(1),
    {
      clock,
      createDriver: () => new LateDriver(clock, takes, late),
      createProbe: () => ({
        take: () => ({ ...health, cpu: 0, cpuWait: null, rss: 0 as Bytes }),
        slept: () => 0 as Micros,
        close: () => {},
      }),
      measureConnect: () => () => {},
    },
    (snapshots) => events.push(...snapshots.map((snapshot) => ({ type: 'interval' as const, snapshot }))),
    () => events.push(finishedOf()),
  );
  clock.runUntil(seconds(600));
  return foldOf(events).result();
}

const idleOf = (result: RunResult) => result.verdict.doubts.find(({ code }) => code === 'hidden-idle');

it('a generator without delay has no hidden idle time', () => {
  expect(idleOf(runOf(users(10, 60), 0))).toBeUndefined();
  expect(idleOf(runOf(users(10, 60), millis(0.5)))).toBeUndefined();
});

it('2 % of the response time are a doubt, with its numbers', () => {
  const doubt = idleOf(runOf(users(10, 60), millis(3)));
  expect(doubt).toMatchObject({ invalidates: false });
  expect(doubt?.message).toMatch(
    /^Virtual users were idle for (2\.9|3\.0)\d ms between requests \((5\.\d+|6\.0\d?|6) %/,
  );
  expect(doubt?.message).toMatch(/the response took (49|50)\.\d ms, the rest is the generator's\.$/);
});

it('half of it voids the measurement', () => {
  expect(idleOf(runOf(users(10, 60), millis(20)))).toMatchObject({ invalidates: false });
  const result = runOf(users(10, 60), millis(30));
  expect(idleOf(result)).toMatchObject({ invalidates: true });
  expect(result.verdict.status).toBe('invalid');
});

it('thinking is not idling, being late with it is', () => {
  const thinking = (late: number, kind: 'constant' | 'exponential') => {
    const thinkTime = kind === 'constant' ? { kind, value: millis(200) } : { kind, mean: millis(200) };
    return idleOf(runOf(users(40, 60, { thinkTime }), late));
  };
  expect(thinking(0, 'constant')).toBeUndefined();
  expect(thinking(0, 'exponential')).toBeUndefined();
  expect(thinking(millis(30), 'constant')?.message).toMatch(
    /idle for (29|30)\.?\d* ms .* and thinking 200 ms, the rest/,
  );
});

it('a short run says nothing: the requests cut by its ends could be all of it', () => {
  expect(idleOf(runOf(users(10, 0.5), millis(3)))).toBeUndefined();
});

it('looks at steady stretches only, after the warm-up', () => {
  const ramp = { duration: seconds(30), from: count(0), to: count(20) };
  const flat = { duration: seconds(60), from: count(20), to: count(20) };
  expect(idleOf(runOf(users(0, 0, { vus: [ramp] }), millis(15)))).toBeUndefined();
  const both = users(0, 0, { vus: [ramp, flat, { ...ramp, from: count(20), to: count(0) }] });
  expect(idleOf(runOf(both, 0, { warmup: seconds(10) }))).toBeUndefined();
  expect(idleOf(runOf(both, millis(30), { warmup: seconds(40) }))).toMatchObject({ invalidates: true });
});

it('a user whose one response takes all the run was not idle', () => {
  const events = [
    startedOf(planOf({ load: users(4, 10) })),
    ...Array.from({ length: 10 }, (_, index) =>
      secondOf(index, { ok: new Array<number>(20).fill(100_000), sentMore: index === 0 ? 2 : 0 }),
    ),
    secondOf(10, { ended: { aborted: 2 }, waited: 15_000_000, sentMore: -2 }, { phase: 'drain', endAt: 15_000_000 }),
    finishedOf(),
  ];
  const { verdict } = foldOf(events).result();
  expect(verdict.doubts.map(({ code }) => code)).not.toContain('hidden-idle');
  expect(verdict.doubts.find(({ code }) => code === 'starved-users')?.message).toBe(
    '2 of 4 virtual users waited for one response for more than half of the run (15.0 s at the longest). The others had theirs in 100 ms (median); by requests, the few that waited hardly count.',
  );
  expect(headline(foldOf(events).result()).sentence).toMatch(/^2 of 4 virtual users waited for one response .*\)\.$/);
  const without = foldOf([...events.slice(0, -2), finishedOf()]).result();
  expect(without.verdict.doubts.map(({ code }) => code)).toContain('hidden-idle');
});

it('says nothing where users left: how long they had waited is not known', () => {
  const idleWith = (ended: { readonly cancelled?: number }) =>
    idleOf(
      foldOf([
        startedOf(planOf({ load: users(10, 10) })),
        ...Array.from({ length: 10 }, (_, n) => secondOf(n, { ok: new Array<number>(10).fill(100_000), ended })),
        finishedOf('completed', 10),
      ]).result(),
    );
  expect(idleWith({})).toBeDefined();
  expect(idleWith({ cancelled: 2 })).toBeUndefined();
});

it('a first response that is slow for a moment starves nobody, however short the run', () => {
  const events = [
    startedOf(planOf({ load: users(1, 10) })),
    secondOf(0, { ok: new Array<number>(19).fill(1_000), sentMore: 1 }, { endAt: 60_000 }),
    secondOf(1, { ok: [36_000], sentMore: -1 }, { phase: 'drain', startAt: 60_000, endAt: 70_000 }),
    finishedOf('completed', 1),
  ];
  expect(
    foldOf(events)
      .result()
      .verdict.doubts.map(({ code }) => code),
  ).not.toContain('starved-users');
});

it('counts add up at the end of every run, in the interval of whatever phase they were due', () => {
  const { totals, verdict } = runOf(users(10, 3), 0, { warmup: seconds(1) });
  expect(totals.sent).toBe(totals.ok + totals.failed + (totals.byOutcome.aborted ?? 0));
  expect(verdict.doubts.map(({ code }) => code)).not.toContain('count-mismatch');
});
