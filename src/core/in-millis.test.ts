import { expect, it } from 'vitest';
import { breakingPointInMillis, changeInMillis, planInMillis } from './in-millis.ts';
import { planFixture } from './plan.fixture.ts';
import type { Threshold } from './plan.ts';
import { count, micros, millis, perSecond, seconds } from './units.ts';

const LIMIT: Threshold = {
  text: 'p95<250ms',
  metric: { kind: 'percentile', p: 95 },
  op: '<',
  limit: 250_000,
  unit: 'µs',
};
const SHARE: Threshold = { text: 'errors<1%', metric: { kind: 'errors' }, op: '<', limit: 0.01, unit: 'share' };

it('gives a plan with every time in ms, and nothing else changed', () => {
  const plan = planFixture({
    load: {
      model: 'closed',
      vus: [{ duration: seconds(2), from: count(1_000), to: count(2_000) }],
      thinkTime: { kind: 'uniform', min: millis(1), max: micros(2_500) },
    },
    flows: [
      {
        name: 'a',
        weight: 1_000,
        steps: [
          { kind: 'request', request: 0 },
          { kind: 'pause', time: { kind: 'lognormal', mean: millis(20), deviation: millis(7) } },
          { kind: 'pause', time: { kind: 'exponential', mean: millis(30) } },
        ],
      },
    ],
    requests: planFixture().requests.map((request) => ({ ...request, timeout: millis(400) })),
    rampEnd: seconds(1),
    warmup: seconds(3),
    connections: { limit: count(8_000), maxAge: seconds(60), dnsTtl: seconds(30) },
    thresholds: [LIMIT, SHARE],
    search: {
      unit: 'req/s',
      slos: [LIMIT],
      budget: seconds(60),
      precision: 0.1,
      extendTo: seconds(600),
      maxLoad: 5_000,
      maxVus: count(9_000),
      settle: seconds(4),
      instanceHeader: null,
    },
  });
  expect(planInMillis(plan)).toEqual({
    ...plan,
    load: {
      model: 'closed',
      vus: [{ duration: 2_000, from: 1_000, to: 2_000 }],
      thinkTime: { kind: 'uniform', min: 1, max: 2.5 },
    },
    flows: [
      {
        name: 'a',
        weight: 1_000,
        steps: [
          { kind: 'request', request: 0 },
          { kind: 'pause', time: { kind: 'lognormal', mean: 20, deviation: 7 } },
          { kind: 'pause', time: { kind: 'exponential', mean: 30 } },
        ],
      },
    ],
    requests: plan.requests.map((request) => ({ ...request, timeout: 400 })),
    rampEnd: 1_000,
    warmup: 3_000,
    timeout: 30_000,
    gracefulStop: 5_000,
    interval: 1_000,
    connections: { limit: 8_000, maxAge: 60_000, dnsTtl: 30_000 },
    thresholds: [{ ...LIMIT, limit: 250, unit: 'ms' }, SHARE],
    search: {
      ...plan.search,
      slos: [{ ...LIMIT, limit: 250, unit: 'ms' }],
      budget: 60_000,
      extendTo: 600_000,
      settle: 4_000,
    },
  });
});

it('gives what a person changed in ms', () => {
  const edit = { model: 'open', ratePerSec: perSecond(5_000), ramp: millis(500) } as const;
  const stages = [{ duration: seconds(1), from: 5_000, to: 5_000 }];
  expect(changeInMillis({ type: 'edited', at: micros(1_500), edit, stages })).toEqual({
    ...{ type: 'edited', at: 1.5 },
    edit: { model: 'open', ratePerSec: 5_000, ramp: 500 },
    stages: [{ duration: 1_000, from: 5_000, to: 5_000 }],
  });
  expect(changeInMillis({ type: 'reset', at: seconds(2) })).toEqual({ type: 'reset', at: 2_000 });
});

it('gives when the levels of a search began, and their pauses', () => {
  const level = {
    index: 0,
    load: { model: 'closed', vus: 1, pause: millis(80) },
    startedAfter: seconds(7),
    seconds: 3,
  };
  const open = { index: 1, load: { model: 'open', ratePerSec: 90 }, startedAfter: seconds(9), seconds: 3 };
  const { levels, spentSeconds } = breakingPointInMillis({ levels: [level, open], spentSeconds: 12 } as never);
  expect([levels, spentSeconds]).toEqual([
    [
      { ...level, load: { model: 'closed', vus: 1, pause: 80 }, startedAfter: 7_000 },
      { ...open, startedAfter: 9_000 },
    ],
    12,
  ]);
});
