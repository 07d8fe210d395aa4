import { expect, it } from 'vitest';
import { planFixture } from '../core/plan.fixture.ts';
import type { Distribution, Flow, Step } from '../core/plan.ts';
import { count, millis, seconds } from '../core/units.ts';
import { pausesOf } from './pauses.ts';

const vus = [{ duration: seconds(1), from: count(1), to: count(1) }];
const pause = (time: Distribution): Step => ({ kind: 'pause', time });
const SEND: Step = { kind: 'request', request: 0 };
const of = (thinkTime: Distribution | null, flows?: readonly Flow[]) => {
  const { mean, deviation, longest } = pausesOf(
    planFixture({ load: { model: 'closed', vus, thinkTime }, ...(flows === undefined ? {} : { flows }) }),
  );
  return [mean / 1e3, deviation / 1e3, longest / 1e3].map((value) => Number(value.toFixed(3)));
};

it('are the think time, where a pass is one request', () => {
  expect(of(null)).toEqual([0, 0, 0]);
  expect(of({ kind: 'constant', value: millis(5) })).toEqual([5, 0, 5]);
  expect(of({ kind: 'uniform', min: millis(0), max: millis(12) })).toEqual([6, 3.464, 6]);
  expect(of({ kind: 'exponential', mean: millis(7) })).toEqual([7, 7, 7]);
  expect(of({ kind: 'lognormal', mean: millis(7), deviation: millis(3) })).toEqual([7, 3, 7]);
});

it('are spread over the requests of all flows by their weights', () => {
  const flows = [
    { name: 'a', weight: 3, steps: [SEND, pause({ kind: 'constant', value: millis(20) }), SEND] },
    { name: 'b', weight: 1, steps: [SEND] },
    { name: 'never', weight: 0, steps: [SEND, pause({ kind: 'constant', value: seconds(99) })] },
  ];
  // Of four passes seven requests: three times 20 and 4 ms, once 4 ms.
  const mean = 76 / 7;
  const spread = Math.sqrt((3 * (24 - 2 * mean) ** 2 + (4 - mean) ** 2) / 7);
  expect(of({ kind: 'constant', value: millis(4) }, flows)).toEqual([
    Number(mean.toFixed(3)),
    Number(spread.toFixed(3)),
    24,
  ]);
});

it('follow steps within steps, and take of what a response decides the most', () => {
  const still = (time: number): Step => pause({ kind: 'constant', value: millis(time) });
  const flowOf = (...steps: Step[]): Flow[] => [{ name: 'f', weight: 1, steps: [SEND, ...steps] }];
  // Four requests and 30 ms.
  const repeat: Step = {
    kind: 'repeat',
    times: count(3),
    steps: [SEND, { kind: 'group', name: 'g', steps: [still(10)] }],
  };
  expect(of(null, flowOf(repeat))).toEqual([7.5, 0, 30]);
  // Half of the time 40 ms: of one request 20, give or take 20.
  const choose: Step = {
    kind: 'choose',
    of: [
      { weight: 1, steps: [still(40)] },
      { weight: 1, steps: [] },
    ],
  };
  expect(of(null, flowOf(choose))).toEqual([20, 20, 20]);
  const test = { kind: 'is', values: ['a'] } as const;
  const either: Step = { kind: 'if', captured: 'x', test, steps: [SEND, still(10)], otherwise: [still(4), still(4)] };
  expect(of(null, flowOf(either))).toEqual([10, 0, 10]);
});
