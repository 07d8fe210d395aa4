import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OUTCOME_CODE, type OutcomeCode } from '../core/sample.ts';
import { micros, millis } from '../core/units.ts';
import { beginClosed as begin, START } from './begun.fixture.ts';
import type { FixtureDriver } from './driver.fixture.ts';
import { flow, flowsFixture } from './flows.fixture.ts';
import { closed } from './stages.fixture.ts';
import type { ClosedProfile } from './users.ts';

/** Passes of virtual users through flows: their steps, pauses and pace. */

describe('a user of a closed load', () => {
  it('goes through flows step by step, pausing between steps and thinking between passes', () => {
    const pause = { kind: 'constant', value: millis(100) } as const;
    const { driver, run } = begin(closed([[1.2, 1, 1]], { kind: 'constant', value: millis(20) }), {
      flows: flowsFixture(2, [flow(1, 0, pause, 1, 1, pause, pause)]),
    });
    run(3);
    const at = driver.sent.map(({ request, dueAt }) => [request, (dueAt - START) / 1e3]);
    expect(at).toEqual([
      [0, 0],
      [1, 150],
      [1, 200],
      [0, 470],
      [1, 620],
      [1, 670],
      [0, 940],
      [1, 1090],
      [1, 1140],
    ]);
  });

  it('pauses for no flow that is never begun', () => {
    const pause = { kind: 'constant', value: millis(400) } as const;
    const { driver, run } = begin(closed([[1, 1, 1]]), { flows: flowsFixture(2, [flow(0, 0, pause), flow(1, 1)]) });
    run(2);
    expect(driver.sent.map(({ request }) => request)).toEqual(new Array(20).fill(1));
  });

  it('numbers passes, which share their row, and ends after so many whole ones', () => {
    const { driver, load, run, finishedAt } = begin(closed([[9, 2, 2]]), {
      maxRequests: 5,
      warmupRequests: 2,
      flows: flowsFixture(2, [flow(1, 0, 1)]),
    });
    const indices: string[] = [];
    const { onDone } = driver;
    driver.onDone = (exchange) => {
      indices.push(`${exchange.index}.${exchange.request}`);
      onDone(exchange);
    };
    run(9);
    expect(indices.sort()).toEqual(['0.0', '0.1', '1.0', '1.1', '2.0', '2.1', '3.0', '3.1', '4.0', '4.1']);
    expect(driver.sent.map(({ epoch }) => epoch).join('')).toBe('0000111111');
    expect([load.finished, load.vus, driver.retired.sort()]).toEqual([true, 0, [0, 1]]);
    // With the last request of the last pass, not with the end of the curve.
    expect(finishedAt()).toBe(250_000);
  });

  it('cuts the pass of a user that goes, and begins another when it comes back', () => {
    const pause = { kind: 'constant', value: millis(300) } as const;
    const { driver, load, run } = begin(
      closed([
        [0.2, 1, 1],
        [0.5, 0, 0],
        [0.2, 1, 1],
      ]),
      { flows: flowsFixture(2, [flow(1, 0, pause, 1)]) },
    );
    run(3);
    expect(driver.sent.map(({ request, dueAt }) => [request, dueAt - START])).toEqual([
      [0, 0],
      [0, 700_000],
    ]);
    expect([load.finished, driver.inFlight]).toEqual([true, 0]);
  });

  it('is cut with the last pass of a user that goes, where the rest has been begun', () => {
    const pause = { kind: 'constant', value: millis(400) } as const;
    const { load, run } = begin(
      closed([
        [0.3, 1, 1],
        [0.1, 0, 0],
        [9, 1, 1],
      ]),
      { maxRequests: 1, flows: flowsFixture(2, [flow(1, 0, pause, 1)]) },
    );
    run(0.29);
    expect(load.finished).toBe(false);
    run(0.31);
    expect(load.finished).toBe(true);
  });

  it('gives each user the same passes and pauses, however many segments there are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 1e6 }), (count, seed) => {
        const pause = { kind: 'exponential', mean: millis(40) } as const;
        const flows = [flow(2, 0, pause, 1), flow(1, 2), flow(1, 1, pause)];
        const walks = (segments: number): string[] =>
          Array.from({ length: segments }, (_, index) => {
            const own = begin(closed([[2, 5, 5]]), {
              ...{ index, count: segments, seed },
              flows: flowsFixture(3, flows, seed),
            });
            own.run(4);
            return own.driver.sent.map(({ user, request, dueAt }) => `${user} ${dueAt} ${request}`);
          })
            .flat()
            .sort();
        expect(walks(count)).toEqual(walks(1));
      }),
      { numRuns: 30 },
    );
  });

  it('ends a pass with a request that later steps are made of, where it fails; with others it goes on', () => {
    const pause = { kind: 'constant', value: millis(100) } as const;
    const failing = (sent: number): OutcomeCode => (sent === 0 || sent === 4 ? OUTCOME_CODE.timeout : OUTCOME_CODE.ok);
    const { driver, run } = begin(closed([[0.8, 1, 1]]), {
      flows: flowsFixture(3, [flow(1, 0, 1, 2, pause)], 1, [0]),
      outcome: failing,
    });
    run(3);
    expect(driver.sent.map(({ request, dueAt }) => `${request} ${(dueAt - START) / 1e3}`)).toEqual([
      '0 0',
      '0 150',
      '1 200',
      '2 250',
      '0 400',
      '0 550',
      '1 600',
      '2 650',
    ]);
  });

  it('is finished where the last pass is ended so', () => {
    const { driver, load, run, finishedAt } = begin(closed([[9, 1, 1]]), {
      maxRequests: 1,
      flows: flowsFixture(2, [flow(1, 0, 1)], 1, [0]),
      outcome: () => OUTCOME_CODE['capture-failed'],
    });
    run(9);
    expect(driver.sent.length).toBe(1);
    expect([load.finished, finishedAt()]).toEqual([true, 50_000]);
  });
});

describe('a user with pacing', () => {
  const paced = (seconds: number, users = 1): ClosedProfile => ({
    ...closed([[seconds, users, users]]),
    pacing: micros(1e6),
  });
  const pause = (value: number) => ({ kind: 'constant' as const, value: micros(value) });
  const dueOf = ({ sent }: FixtureDriver): number[] => sent.map(({ dueAt }) => (dueAt - START) / 1e6);

  it('begins a pass by the clock, whatever the last one took', () => {
    const { driver, load, run } = begin(paced(5), { serviceTime: (sent) => 100_000 * (sent + 1) });
    run(6);
    expect(dueOf(driver)).toEqual([0, 1, 2, 3, 4]);
    expect(load.counts.overran).toBe(0);
  });

  it('begins at once where that took longer, counts it, and keeps the pace from there', () => {
    const { driver, load, run } = begin(paced(5), { serviceTime: (sent) => (sent === 1 ? 1_500_000 : 200_000) });
    run(6);
    expect(dueOf(driver)).toEqual([0, 1, 2.5, 3.5, 4.5]);
    expect(load.counts.overran).toBe(1);
  });

  it('has pauses and think time within', () => {
    const flows = flowsFixture(1, [flow(1, 0, pause(300_000), 0, pause(200_000))]);
    const { driver, load, run } = begin(
      { ...paced(3), thinkTime: { kind: 'constant', value: micros(100_000) } },
      { flows },
    );
    run(4);
    expect(dueOf(driver)).toEqual([0, 0.35, 1, 1.35, 2, 2.35]);
    expect(load.counts.overran).toBe(0);
  });
});
