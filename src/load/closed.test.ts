import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { valueAt } from '../core/plan.ts';
import { OUTCOME_CODE, type OutcomeCode } from '../core/sample.ts';
import { segments } from '../core/segment.fixture.ts';
import { micros, millis } from '../core/units.ts';
import { beginClosed as begin, START } from './begun.fixture.ts';
import { Epochs } from './epochs.ts';
import { flow, flowsFixture } from './flows.fixture.ts';
import { closed, instantsOf, userStages } from './stages.fixture.ts';

/** Virtual users, each of which sends its next request after its last response. */

describe('ClosedLoad', () => {
  it('sends again at the instant of the answer', () => {
    const { driver, load, run, finishedAt } = begin(closed([[1, 3, 3]]));
    run(2);
    expect(driver.sent.length).toBe(60);
    for (const user of [0, 1, 2]) {
      const own = driver.sent.filter((sent) => sent.user === user).map(({ dueAt }) => dueAt - START);
      expect(own).toEqual(Array.from({ length: 20 }, (_, n) => n * 50_000));
    }
    expect(driver.sent.every(({ dueAt, sentAt }) => dueAt === sentAt)).toBe(true);
    expect([load.due, load.sent, load.dropped]).toEqual([60, 60, 0]);
    expect(finishedAt()).toBe(1e6);
    expect(driver.retired.sort()).toEqual([0, 1, 2]);
  });

  it('has as many users as the curve is high, at all times', () => {
    fc.assert(
      fc.property(userStages(30), (stages) => {
        const { clock, driver, load } = begin({ model: 'closed', vus: stages, thinkTime: null });
        for (const at of instantsOf(stages, 60)) {
          clock.runUntil(micros(START + at));
          const value = valueAt(stages, at);
          if (Math.abs(value - Math.round(value)) > 1e-6) expect(load.vus).toBe(Math.ceil(value));
          // Those of the last 50 ms may still be finishing.
          expect(driver.inFlight).toBeGreaterThanOrEqual(load.vus);
        }
        clock.runUntil(micros(START + 200e6));
        expect([load.finished, load.vus, driver.inFlight]).toEqual([true, 0, 0]);
      }),
      { numRuns: 50 },
    );
  });

  it('lets a user finish its request before it goes, and retires it then', () => {
    const { clock, driver, load, run } = begin(
      closed([
        [1, 2, 2],
        [1, 1, 1],
      ]),
      { serviceTime: () => 300_000 },
    );
    run(1.1);
    expect([load.vus, driver.inFlight, driver.retired]).toEqual([1, 2, []]);
    run(1.3);
    expect([load.vus, driver.inFlight, driver.retired]).toEqual([1, 1, [1]]);
    run(5);
    expect(driver.retired).toEqual([1, 0]);
    expect(clock.now()).toBe(START + 5e6);
  });

  it('lets a user that comes back while its request is under way go on with one request', () => {
    const { driver, load, run } = begin(
      closed([
        [1, 1, 1],
        [0.1, 0, 0],
        [1, 1, 1],
      ]),
      { serviceTime: () => 300_000 },
    );
    run(1.15);
    expect([load.vus, driver.inFlight, driver.retired.length]).toEqual([1, 1, 0]);
    run(5);
    expect(driver.mostInFlight).toBe(1);
    expect(driver.sent.length).toBe(7);
    expect(driver.retired).toEqual([0]);
  });

  it('lengthens the cycles by the think time', () => {
    const think = { kind: 'constant', value: millis(150) } as const;
    const { driver, run } = begin(closed([[2, 1, 1]], think));
    run(5);
    expect(driver.sent.map(({ dueAt }) => dueAt - START)).toEqual(Array.from({ length: 10 }, (_, n) => n * 200_000));
    const random = begin(closed([[1_000, 2, 2]], { kind: 'exponential', mean: millis(150) }));
    random.run(1_100);
    expect(Math.abs(random.driver.sent.length / 10_000 - 1)).toBeLessThan(0.03);
    const none = begin(closed([[2, 1, 1]], { kind: 'constant', value: micros(0) }));
    none.run(5);
    expect(none.driver.sent.length).toBe(40);
  });

  it('does not think on when it should go', () => {
    const think = { kind: 'constant', value: millis(500) } as const;
    const { driver, load, run } = begin(
      closed(
        [
          [0.2, 1, 1],
          [0.5, 0, 0],
          [0.2, 1, 1],
        ],
        think,
      ),
    );
    run(0.3);
    expect([load.vus, driver.retired]).toEqual([0, [0]]);
    run(5);
    expect(driver.sent.map(({ dueAt }) => dueAt - START)).toEqual([0, 700_000]);
  });

  it('thinks the same in whatever segment a user is', () => {
    const profile = closed([[5, 0, 6]], { kind: 'uniform', min: millis(10), max: millis(90) });
    const sent = (index: number, count: number): string[] => {
      const { driver, run } = begin(profile, { index, count });
      run(10);
      return driver.sent.map(({ user, dueAt }) => `${user}@${dueAt}`);
    };
    expect([0, 1, 2, 3].flatMap((index) => sent(index, 4)).sort()).toEqual(sent(0, 1).sort());
  });

  it('sends exactly maxRequests over all segments that have users', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        segments(9),
        fc.integer({ min: 0, max: 200 }),
        (users, each, maxRequests) => {
          let sent = 0;
          for (const segment of each) {
            const { driver, load, run } = begin(closed([[60, users, users]]), { segment, maxRequests });
            run(59);
            expect(load.finished).toBe(true);
            expect([load.vus, driver.inFlight]).toEqual([0, 0]);
            sent += driver.sent.length;
          }
          expect(sent).toBe(maxRequests);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('is finished with the last request allowed, not before start returns', () => {
    const { driver, load, run, finishedAt } = begin(closed([[10, 2, 2]]), { maxRequests: 5 });
    run(1);
    expect(driver.sent.length).toBe(5);
    expect(finishedAt()).toBe(100_000);
    expect(load.vus).toBe(0);
    const none = begin(closed([[10, 2, 2]]), { maxRequests: 0 });
    expect(none.load.finished).toBe(false);
    none.run(0);
    expect([none.load.finished, none.load.sent]).toEqual([true, 0]);
    const idle = begin(closed([[10, 1, 1]]), { index: 1, count: 2 });
    idle.run(9.9);
    expect(idle.load.finished).toBe(false);
    idle.run(10);
    expect([idle.load.finished, idle.load.sent]).toEqual([true, 0]);
  });

  it('sends nothing after stop, and lets what is under way end', () => {
    for (const thinkTime of [null, { kind: 'constant', value: millis(30) } as const]) {
      const { driver, load, run, finishedAt } = begin(closed([[10, 0, 50]], thinkTime));
      run(5.031);
      const before = driver.sent.length;
      load.stop();
      load.stop();
      expect(finishedAt()).toBe(5.031e6);
      run(20);
      expect(driver.sent.length).toBe(before);
      expect([load.vus, driver.inFlight]).toEqual([0, 0]);
      expect(driver.retired.sort((a, b) => a - b)).toEqual(Array.from({ length: 26 }, (_, user) => user));
    }
  });

  it('sends nothing due after the end, however late the timer is', () => {
    const { clock, driver, run } = begin(closed([[1, 1, 1]]), { serviceTime: () => 99_950 });
    // The loop is held up from 999 ms on, so that the answer of 999.5 ms is seen after the end but before its timer.
    clock.after(micros(3_000 + 999_000), () => clock.spend(micros(70_000)));
    run(3);
    expect(driver.sent.map(({ dueAt }) => dueAt - START)).toEqual(Array.from({ length: 10 }, (_, n) => n * 99_950));
  });

  it('backs off from a target that cannot be reached, until it connects', () => {
    const refused = OUTCOME_CODE['connect-error'];
    const outcome = (sent: number): OutcomeCode => (sent < 10 || sent === 11 ? refused : OUTCOME_CODE.ok);
    const { driver, run } = begin(closed([[6, 1, 1]]), { serviceTime: () => 100, outcome });
    run(5);
    const gaps = driver.sent.slice(1, 14).map(({ dueAt }, i) => (dueAt - driver.sent[i]!.sentAt - 100) / 1_000);
    expect(gaps).toEqual([10, 20, 40, 80, 160, 320, 640, 1_000, 1_000, 1_000, 0, 10, 0]);
  });

  it('does not back off from other failures, nor beyond the think time', () => {
    const timeout = begin(closed([[1, 1, 1]]), { outcome: () => OUTCOME_CODE.timeout });
    timeout.run(2);
    expect(timeout.driver.sent.length).toBe(20);
    const think = { kind: 'constant', value: millis(50) } as const;
    const refused = begin(closed([[1, 1, 1]], think), { outcome: () => OUTCOME_CODE['connect-error'] });
    refused.run(2);
    expect(refused.driver.sent.length).toBe(10);
  });

  it('sorts requests into epochs by the instant at which they were due, through a reset', () => {
    const epochs = new Epochs(micros(START), micros(0));
    const { driver, load, run } = begin(closed([[1, 1, 1]]), { epochs, flows: flowsFixture(2) });
    run(0.42);
    epochs.reset(START + 500_000);
    load.counts.grow(epochs.count * 2);
    run(0.6);
    epochs.reset(START + 700_000);
    load.counts.grow(epochs.count * 2);
    run(2);
    expect(driver.sent.map(({ epoch }) => epoch).join('')).toBe('11111111112222333333');
    // Of 10 requests each of the two has 5 in any round of two passes, whichever comes first.
    const [, , ...sent] = [...load.counts.sent];
    expect([sent[0]! + sent[1]!, sent[2]! + sent[3]!, sent[4]! + sent[5]!]).toEqual([10, 4, 6]);
    expect(sent[0]! + sent[2]! + sent[4]!).toBe(10);
  });

  it('sorts requests into epochs and begins each flow as often as it weighs', () => {
    const { driver, load, run } = begin(closed([[0.5, 1, 1]]), {
      epochs: new Epochs(micros(START), micros(200_000)),
      flows: flowsFixture(3, [flow(3, 0), flow(1.5, 1), flow(0.5, 2), flow(0, 0)]),
    });
    run(2);
    expect(driver.sent.map(({ epoch }) => epoch).join('')).toBe('0000111111');
    expect(
      driver.sent
        .map(({ request }) => request)
        .sort()
        .join(''),
    ).toBe('0000001112');
    expect([...load.counts.sent].reduce((sum, sent) => sum + sent)).toBe(10);
    expect(load.takeCounts()).toEqual({ due: 10, sent: 10, dropped: 0 });
    expect([load.due, load.sent]).toEqual([0, 0]);
    const first = begin(closed([[0.5, 1, 1]]), { warmupRequests: 3 });
    first.run(2);
    expect(first.driver.sent.map(({ epoch }) => epoch).join('')).toBe('0001111111');
  });
});
