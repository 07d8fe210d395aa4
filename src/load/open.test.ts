import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OUTCOME_CODE } from '../core/sample.ts';
import { count as counted, micros, millis } from '../core/units.ts';
import { Arrivals } from './arrivals.ts';
import { beginOpen as begin, START } from './begun.fixture.ts';
import { FixtureDriver } from './driver.fixture.ts';
import { Epochs } from './epochs.ts';
import { flow, flowsFixture } from './flows.fixture.ts';
import { OpenLoad } from './open.ts';
import { open, rateStages, rates } from './stages.fixture.ts';
import { VirtualClock } from './virtual-clock.ts';

describe('OpenLoad', () => {
  it('sends every arrival at its instant, at most a turn of the loop late', () => {
    fc.assert(
      fc.property(rateStages(50), fc.constantFrom('uniform' as const, 'poisson' as const), (stages, kind) => {
        const { driver, load, run } = begin(open(stages, kind));
        run(200);
        const arrivals = new Arrivals(open(stages, kind), 1, { index: 0, count: 1 }, null);
        for (const { dueAt, sentAt, user } of driver.sent) {
          expect(dueAt).toBe(START + arrivals.take());
          expect(sentAt).toBeGreaterThanOrEqual(dueAt);
          expect(sentAt - dueAt).toBeLessThanOrEqual(5.001);
          expect(user).toBe(-1);
        }
        expect(arrivals.peek()).toBe(Number.POSITIVE_INFINITY);
        expect(load.finished).toBe(true);
        expect([load.due, load.sent, load.dropped, load.vus]).toEqual([driver.sent.length, driver.sent.length, 0, 0]);
      }),
      { numRuns: 30 },
    );
  });

  it('is exact to the timer with relaxed timing, without turning', () => {
    const { driver, run, clock } = begin(open(rates([1, 10, 10])), { timing: 'relaxed' });
    let turns = 0;
    const after = clock.after.bind(clock);
    clock.after = (delay, callback) => {
      turns += 1;
      return after(delay, callback);
    };
    run(2);
    expect(driver.sent.map(({ sentAt }) => sentAt - START)).toEqual(Array.from({ length: 10 }, (_, n) => n * 1e5));
    // A timer for each gap, one for each answer.
    expect(turns).toBeLessThan(25);
  });

  it('does not let slow answers delay what is due', () => {
    const { driver, run } = begin(open(rates([2, 100, 100])), { serviceTime: () => 10e6 });
    run(3);
    expect(driver.sent.length).toBe(200);
    expect(driver.inFlight).toBe(200);
  });

  it('drops and counts what is due while maxInFlight are under way', () => {
    // 100/s of 50 ms each is five under way; three are allowed: three in every 50 ms.
    const { driver, load, run } = begin(open(rates([10, 100, 100]), 'uniform', 3), { serviceTime: () => 49_900 });
    run(11);
    expect(driver.mostInFlight).toBe(3);
    expect([load.due, load.sent, load.dropped]).toEqual([1_000, 600, 400]);
    expect([...load.counts.due, ...load.counts.sent, ...load.counts.dropped]).toEqual([0, 1_000, 0, 600, 0, 400]);
    expect(driver.sent.length).toBe(600);
  });

  it('splits maxInFlight among segments, exactly', () => {
    const most = [0, 1, 2].map((index) => {
      const profile = open(rates([1, 300, 300]), 'uniform', 7);
      const { driver, run } = begin(profile, { index, count: 3, serviceTime: () => 10e6 });
      run(2);
      return driver.mostInFlight;
    });
    expect(most).toEqual([3, 2, 2]);
    const { driver, load, run } = begin(open(rates([1, 300, 300]), 'uniform', 1), { index: 1, count: 3 });
    run(2);
    expect([driver.mostInFlight, load.dropped]).toEqual([0, 100]);
  });

  it('sends what is overdue at once after a stall, with the instants it was due', () => {
    const { clock, driver, load, run } = begin(open(rates([2, 100, 100])));
    clock.after(micros(503_000 + 3_000), () => clock.spend(micros(200_000)));
    run(3);
    const late = driver.sent.filter(({ dueAt, sentAt }) => sentAt - dueAt > 5.001);
    expect(late.map(({ dueAt }) => dueAt - START)).toEqual(Array.from({ length: 20 }, (_, n) => 510_000 + n * 10_000));
    expect(new Set(late.map(({ sentAt }) => sentAt - START))).toEqual(new Set([703_000]));
    expect(load.sent).toBe(200);
  });

  it('lets the loop read answers in between when sending takes long', () => {
    const { clock, driver, run } = begin(open(rates([1, 10_000, 10_000])));
    let longest = 0;
    let turnAt = 0;
    const send = driver.send.bind(driver);
    driver.send = (exchange) => {
      send(exchange);
      clock.spend(micros(200));
      longest = Math.max(longest, clock.now() - turnAt);
    };
    const soon = clock.soon.bind(clock);
    clock.soon = (callback) =>
      soon(() => {
        turnAt = clock.now();
        callback();
      });
    run(10);
    expect(driver.sent.length).toBe(10_000);
    // One batch of 16 at 200 µs exceeds the millisecond.
    expect(longest).toBe(3_200);
  });

  it('keeps few exchanges and uses them again', () => {
    const { driver, run } = begin(open(rates([10, 100, 100])));
    const seen = new Set<unknown>();
    const send = driver.send.bind(driver);
    driver.send = (exchange) => {
      seen.add(exchange);
      send(exchange);
    };
    run(11);
    expect(driver.sent.length).toBe(1_000);
    expect(seen.size).toBeLessThanOrEqual(3);
  });

  it('is finished when the curve has ended, or with the last request allowed', () => {
    const curve = begin(open(rates([1, 10, 10], [1, 0, 0])));
    curve.run(1.9);
    expect(curve.load.finished).toBe(false);
    curve.run(3);
    expect(curve.finishedAt()).toBeGreaterThanOrEqual(2e6);
    expect(curve.finishedAt()).toBeLessThanOrEqual(2e6 + 5.001);
    const capped = begin(open(rates([10, 10, 10])), { maxRequests: 6 });
    capped.run(20);
    expect(capped.driver.sent.length).toBe(6);
    expect(capped.finishedAt()).toBeLessThanOrEqual(500_005.001);
    const none = begin(open(rates([10, 10, 10])), { maxRequests: 1, index: 1, count: 2 });
    expect(none.load.finished).toBe(false);
    none.run(0.1);
    expect([none.load.finished, none.load.due]).toEqual([true, 0]);
  });

  it('sends nothing after stop', () => {
    for (const [at, sent] of [
      [0.4949, 50],
      [0.495, 50],
      [-0.001, 0],
    ] as const) {
      const { driver, load, run, finishedAt } = begin(open(rates([1, 100, 100])));
      run(at);
      load.stop();
      load.stop();
      run(3);
      expect(driver.sent.length).toBe(sent);
      expect(load.finished).toBe(true);
      expect(finishedAt()).toBeLessThan(500_000);
    }
  });

  it('sends by the new rate from the instant of an edit on, in one chain of turns', () => {
    const { driver, load, run, finishedAt } = begin(open(rates([3, 10, 10])));
    run(0.95);
    for (let again = 0; again < 20; again++) load.edit(micros(1e6), rates([2, 20, 20]));
    run(1.95);
    load.edit(micros(2e6), rates([1, 5, 5]));
    run(9);
    const due = driver.sent.map(({ dueAt }) => Math.round((dueAt - START) / 1e3));
    const every = (from: number, to: number, step: number): number[] =>
      Array.from({ length: (to - from) / step }, (_, n) => from + n * step);
    expect(due).toEqual([...every(0, 1000, 100), ...every(1000, 2000, 50), ...every(2000, 3000, 200)]);
    expect(driver.sent.every(({ dueAt, sentAt }) => sentAt - dueAt <= 10)).toBe(true);
    expect(finishedAt()).toBe(3e6);
    expect([load.due, load.sent, load.dropped]).toEqual([due.length, due.length, 0]);
  });

  it('rests at a rate of 0, and comes back', () => {
    const { driver, load, run, finishedAt } = begin(open(rates([3, 10, 10])));
    run(0.45);
    load.edit(micros(500_000), rates([2.5, 0, 0]));
    run(2);
    expect([driver.sent.length, load.finished]).toEqual([5, false]);
    load.edit(micros(2.5e6), rates([0.5, 10, 10]));
    run(9);
    expect(driver.sent.slice(5).map(({ dueAt }) => dueAt - START)).toEqual([2.5e6, 2.6e6, 2.7e6, 2.8e6, 2.9e6]);
    expect(finishedAt()).toBe(3e6);
  });

  it('loses nothing where it hears of an edit late: what was due meanwhile leaves at once', () => {
    const { driver, load, run } = begin(open(rates([3, 10, 10])));
    run(1.05);
    load.edit(micros(1e6), rates([2, 100, 100]));
    run(1.06);
    expect(driver.sent.length).toBe(17);
    run(9);
    expect(driver.sent.length).toBe(210);
    expect(load.due).toBe(210);
  });

  it('sorts requests into epochs and begins each flow as often as it weighs', () => {
    const { driver, load, run } = begin(open(rates([1, 1_000, 1_000])), {
      epochs: new Epochs(micros(START), micros(300_000)),
      flows: flowsFixture(2, [flow(30, 0), flow(20, 1)]),
    });
    run(2);
    expect(driver.sent.map(({ epoch }) => epoch).join('')).toBe(`${'0'.repeat(300)}${'1'.repeat(700)}`);
    expect(driver.sent.filter(({ request }) => request === 0).length).toBe(600);
    expect([...load.counts.due]).toEqual([...load.counts.sent]);
    const [early = 0, earlier = 0, late = 0, later = 0] = load.counts.due;
    expect([early + earlier, late + later, early + late]).toEqual([300, 700, 600]);
    load.counts.reset();
    expect([...load.counts.due, ...load.counts.sent, ...load.counts.dropped]).toEqual(new Array(12).fill(0));
    expect(load.takeCounts()).toEqual({ due: 1_000, sent: 1_000, dropped: 0 });
    expect([load.due, load.sent, load.dropped]).toEqual([0, 0, 0]);
  });

  it('takes the first requests of all segments together as warm-up', () => {
    const epochs = [0, 1].map((index) => {
      const { driver, run } = begin(open(rates([1, 10, 10])), { warmupRequests: 3, index, count: 2 });
      run(2);
      return driver.sent.map(({ epoch }) => epoch).join('');
    });
    expect(epochs).toEqual(['00111', '01111']);
  });

  it('takes a failure like any answer', () => {
    const clock = new VirtualClock();
    const driver = new FixtureDriver(
      clock,
      () => 1,
      () => OUTCOME_CODE['connect-error'],
    );
    const defaults = {
      seed: 1,
      maxRequests: null,
      epochs: new Epochs(micros(0), micros(0)),
      warmupRequests: 0,
      flows: flowsFixture(),
    };
    const load = new OpenLoad(open(rates([1, 50, 50])), { index: 0, count: 1 }, { ...defaults, clock, driver });
    driver.onDone = (exchange) => load.done(exchange);
    load.start(micros(0));
    clock.runUntil(micros(2e6));
    expect(driver.sent.length).toBe(50);
  });

  it('begins flows at the arrivals; each further step follows the one before and its pause', () => {
    const pause = { kind: 'constant', value: millis(100) } as const;
    const { driver, load, run } = begin(open(rates([0.5, 4, 4])), {
      flows: flowsFixture(3, [flow(1, 0, pause, 1, 2)]),
    });
    run(3);
    const at = driver.sent.map(({ request, dueAt }) => [request, Math.round((dueAt - START) / 1e3)]);
    expect(at).toEqual([
      [0, 0],
      [1, 120],
      [2, 140],
      [0, 250],
      [1, 370],
      [2, 390],
    ]);
    expect([load.due, load.sent, load.finished]).toEqual([6, 6, true]);
    expect(driver.sent.every(({ user }) => user === -1)).toBe(true);
  });

  it('cuts flows at the end of the curve, their pauses too', () => {
    const pause = { kind: 'constant', value: millis(400) } as const;
    const { clock, driver, load, run, finishedAt } = begin(open(rates([1, 2, 2])), {
      flows: flowsFixture(2, [flow(1, 0, pause, 1)]),
    });
    run(9);
    expect(driver.sent.map(({ request }) => request)).toEqual([0, 1, 0, 1]);
    expect([finishedAt(), load.finished, driver.inFlight]).toEqual([1e6, true, 0]);
    const late = begin(open(rates([0.6, 2, 2])), { flows: flowsFixture(2, [flow(1, 0, pause, 1)]) });
    late.run(9);
    expect(late.driver.sent.map(({ request }) => request)).toEqual([0, 1, 0]);
    expect(clock.now()).toBe(START + 9e6);
  });

  it('goes through every flow that was begun, where a number of them was asked for', () => {
    const pause = { kind: 'constant', value: millis(400) } as const;
    const { driver, load, run, finishedAt } = begin(open(rates([60, 10, 10])), {
      maxRequests: 3,
      flows: flowsFixture(2, [flow(1, 0, pause, 1)]),
    });
    run(9);
    expect(driver.sent.map(({ request }) => request)).toEqual([0, 0, 0, 1, 1, 1]);
    expect(load.finished).toBe(true);
    expect(finishedAt()).toBeGreaterThanOrEqual(620_000);
    expect(finishedAt()).toBeLessThan(630_000);
  });

  it('drops arrivals of flows beyond the most in flight, but no further step', () => {
    const { driver, load, run } = begin(open(rates([1, 10, 10])), {
      flows: flowsFixture(2, [flow(1, 0, 1)]),
      serviceTime: () => 150_000,
    });
    run(3);
    expect(load.dropped).toBe(0);
    const capped = begin(
      { ...open(rates([1, 10, 10])), maxInFlight: counted(1) },
      {
        flows: flowsFixture(2, [flow(1, 0, 1)]),
        serviceTime: () => 150_000,
      },
    );
    capped.run(3);
    expect(capped.driver.mostInFlight).toBe(1);
    expect(capped.driver.sent.map(({ request }) => request).join('')).toBe('0101010');
    expect([capped.load.due, capped.load.sent, capped.load.dropped]).toEqual([13, 7, 6]);
    expect(driver.sent.length).toBe(19);
  });

  it('sends the same flows with the same pauses at the same instants, however many segments there are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 1e6 }), (count, seed) => {
        const pause = { kind: 'uniform', min: millis(10), max: millis(90) } as const;
        const flows = [flow(2, 0, pause, 1), flow(1, 2), flow(0.5, 1, pause, 0, 2)];
        const walks = (segments: number): number[][] =>
          Array.from({ length: segments }, (_, index) => {
            const own = begin(open(rates([2, 20, 20]), 'poisson'), {
              ...{ index, count: segments, seed },
              flows: flowsFixture(3, flows, seed),
            });
            const seen: number[][] = [];
            const { onDone } = own.driver;
            own.driver.onDone = (exchange) => {
              // A step's instant is that of the turn in which the one before ended: a thread more or less, a turn more or less.
              const at = Math.floor((exchange.dueAt - START) / 1e3);
              seen.push([exchange.index, exchange.step, exchange.request, at]);
              onDone(exchange);
            };
            own.run(4);
            return seen;
          })
            .flat()
            .sort(([a = 0, step = 0], [b = 0, other = 0]) => a - b || step - other);
        const [split, whole] = [walks(count), walks(1)];
        expect(split.map((one) => one.slice(0, 3))).toEqual(whole.map((one) => one.slice(0, 3)));
        for (const [place, one] of split.entries())
          expect(Math.abs((one[3] ?? 0) - (whole[place]?.[3] ?? 0))).toBeLessThanOrEqual(1);
      }),
      { numRuns: 30 },
    );
  });

  it('ends a flow with a request that later steps are made of, where it fails', () => {
    const { driver, load, run, finishedAt } = begin(open(rates([60, 10, 10])), {
      maxRequests: 3,
      flows: flowsFixture(2, [flow(1, 0, 1)], 1, [0]),
      outcome: (sent) => (sent === 0 || sent === 3 ? OUTCOME_CODE['capture-failed'] : OUTCOME_CODE.ok),
    });
    run(9);
    expect(driver.sent.map(({ request }) => request)).toEqual([0, 0, 1, 0]);
    expect(load.finished).toBe(true);
    expect(finishedAt()).toBeLessThan(230_000);
  });

  it('sends no step of a flow that is due when the load is over, also where its end is told late', () => {
    // Both arrive in time; the second one's response comes at the very end.
    const flows = flowsFixture(2, [flow(1, 0, 1)]);
    const { driver, load, run } = begin(open(rates([1, 2, 2])), { flows, serviceTime: () => 500_000 });
    run(3);
    expect(driver.sent.map(({ request, dueAt }) => [request, dueAt - START])).toEqual([
      [0, 0],
      [1, 500_000],
      [0, 500_000],
    ]);
    expect(load.finished).toBe(true);
  });
});
