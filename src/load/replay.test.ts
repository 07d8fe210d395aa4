import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Plan, ReplayedTrace } from '../core/plan.ts';
import type { Trace } from '../core/rows.ts';
import type { Segment } from '../core/segment.ts';
import { count, micros } from '../core/units.ts';
import type { OpenProfile } from './arrivals.ts';
import { FixtureDriver } from './driver.fixture.ts';
import { Epochs } from './epochs.ts';
import { flowsFixture } from './flows.fixture.ts';
import { OpenLoad } from './open.ts';
import { ReplayedArrivals, replayed } from './replay.ts';
import { VirtualClock } from './virtual-clock.ts';

const gaps = fc.array(fc.nat(2_000_000), { minLength: 1, maxLength: 60 });

/** A trace with these gaps behind its arrivals. */
function traceOf(lengths: readonly number[]): Trace {
  const dueAt = new Float64Array(lengths.length);
  let at = 0;
  for (const [place, gap] of lengths.entries()) {
    dueAt[place] = at;
    at += gap;
  }
  return { dueAt, period: at + 1 };
}

interface Way {
  readonly loop?: boolean;
  readonly duration: number;
  readonly segment?: Segment;
  readonly maxRequests?: number | null;
}

function taken(trace: Trace, { loop = false, duration, segment = { index: 0, count: 1 }, maxRequests = null }: Way) {
  const arrivals = new ReplayedArrivals(trace, loop, micros(duration), segment, maxRequests);
  const all: [index: number, due: number][] = [];
  while (arrivals.peek() !== Number.POSITIVE_INFINITY) {
    const { index } = arrivals;
    all.push([index, arrivals.take()]);
  }
  return { all, cut: arrivals.cut };
}

describe('ReplayedArrivals', () => {
  it('are due at the instants of the trace, once', () => {
    fc.assert(
      fc.property(gaps, (lengths) => {
        const trace = traceOf(lengths);
        const { all, cut } = taken(trace, { duration: trace.period });
        expect(all).toEqual([...trace.dueAt].map((due, place) => [place, due]));
        expect(cut).toBe(false);
      }),
    );
  });

  it('begin anew a period later, up to the end of the load', () => {
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 20_000_000 }), (lengths, duration) => {
        const trace = traceOf(lengths);
        const expected: [number, number][] = [];
        for (let pass = 0; pass * trace.period < duration; pass++)
          for (const [place, due] of trace.dueAt.entries())
            if (pass * trace.period + due < duration)
              expected.push([pass * lengths.length + place, pass * trace.period + due]);
        expect(taken(trace, { loop: true, duration: Math.min(duration, 40 * trace.period) }).all).toEqual(
          expected.filter(([, due]) => due < 40 * trace.period),
        );
      }),
    );
  });

  it('are shared by segments exactly', () => {
    fc.assert(
      fc.property(
        gaps,
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        fc.option(fc.nat(100)),
        (lengths, parts, loop, maxRequests) => {
          const trace = traceOf(lengths);
          const duration = 2.5 * trace.period;
          const whole = taken(trace, { loop, duration, maxRequests });
          const shares = Array.from({ length: parts }, (_, index) =>
            taken(trace, { loop, duration, maxRequests, segment: { index, count: parts } }),
          );
          expect(shares.flatMap(({ all }) => all).sort(([a], [b]) => a - b)).toEqual(whole.all);
          for (const [index, { all }] of shares.entries()) for (const [n] of all) expect(n % parts).toBe(index);
        },
      ),
    );
  });

  it('end with the number of requests that is wanted, and say so', () => {
    const trace = traceOf([10, 10, 10]);
    expect(taken(trace, { duration: 31, maxRequests: 2 })).toEqual({
      all: [
        [0, 0],
        [1, 10],
      ],
      cut: true,
    });
    expect(taken(trace, { duration: 31, maxRequests: 3 })).toMatchObject({ cut: false });
    expect(taken(trace, { duration: 31, maxRequests: 30, loop: true })).toMatchObject({ cut: false });
    expect(taken(trace, { duration: 5, maxRequests: 2 })).toEqual({ all: [[0, 0]], cut: false });
  });
});

const profile = (replay: Partial<ReplayedTrace>, duration: number): OpenProfile => ({
  model: 'open',
  arrivals: { replay: { file: 't.csv', arrivals: count(1), speed: 1, ...replay } },
  rate: [{ duration: micros(duration), from: 1 as never, to: 1 as never }],
  maxInFlight: count(1_000),
});

describe('a plan that replays', () => {
  it('has its schedule, and does not run without its trace', () => {
    const plan: Pick<Plan, 'load' | 'maxRequests'> = { load: profile({ loop: true }, 25), maxRequests: null };
    const segment = { index: 0, count: 1 };
    const schedule = replayed(plan, traceOf([10, 10]), segment);
    expect([schedule?.take(), schedule?.take(), schedule?.take(), schedule?.take()]).toEqual([
      0,
      10,
      21,
      Number.POSITIVE_INFINITY,
    ]);
    expect(() => replayed(plan, undefined, segment)).toThrow('did not come with the plan');
    const uniform = { ...plan, load: { ...profile({}, 25), arrivals: 'uniform' as const } };
    expect(replayed(uniform, undefined, segment)).toBeUndefined();
  });

  it('is sent at its instants, at most a turn of the loop late, and ends with it', () => {
    fc.assert(
      fc.property(gaps, (lengths) => {
        const trace = traceOf(lengths);
        const start = 5_000_000;
        const clock = new VirtualClock(micros(start - 3_000));
        const driver = new FixtureDriver(clock, () => 20_000);
        const own = profile({}, trace.period);
        const load = new OpenLoad(
          own,
          { index: 0, count: 1 },
          {
            ...{ clock, driver, seed: 1, maxRequests: null, warmupRequests: 0, flows: flowsFixture() },
            epochs: new Epochs(micros(start), micros(0)),
            schedule: new ReplayedArrivals(trace, false, micros(trace.period), { index: 0, count: 1 }, null),
          },
        );
        driver.onDone = (exchange) => load.done(exchange);
        load.start(micros(start));
        clock.runUntil(micros(start + trace.period + 1_000_000));
        expect(driver.sent.map(({ dueAt }) => dueAt - start)).toEqual([...trace.dueAt]);
        for (const { dueAt, sentAt } of driver.sent) expect(sentAt - dueAt).toBeLessThanOrEqual(5.001);
        expect(load.finished).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});
