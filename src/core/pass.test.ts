import { expect, it } from 'vitest';
import { passOf } from './pass.ts';
import { planFixture } from './plan.fixture.ts';
import type { Distribution, Flow, Step } from './plan.ts';
import { count, seconds } from './units.ts';

const SEND: Step = { kind: 'request', request: 0 };
const pause = (time: Distribution): Step => ({ kind: 'pause', time });
const constant = (s: number): Step => pause({ kind: 'constant', value: seconds(s) });
const of = (...flows: readonly Flow[]) => passOf({ ...planFixture(), flows });

it('sends and pauses by the weights of its flows, and hardly longer than the longest of them', () => {
  const short = { name: 'a', weight: 3, steps: [SEND, constant(1), SEND] };
  const long = {
    name: 'b',
    weight: 1,
    steps: [SEND, pause({ kind: 'uniform', min: seconds(4), max: seconds(6) }), SEND],
  };
  const never = { name: 'c', weight: 0, steps: [SEND, constant(99), SEND] };
  expect(of(short, long, never)).toEqual({
    requests: 2,
    responsesDecide: false,
    pause: 2,
    longest: expect.closeTo(6, 9),
  });
});

it('does not count the pause behind the last request: only the same user waits for it', () => {
  expect(of({ name: 'a', weight: 1, steps: [SEND, constant(2), SEND, constant(50)] })).toMatchObject({
    pause: 2,
    longest: 2,
  });
});

it('takes three deviations for the most where a pause has no end', () => {
  const steps = [SEND, pause({ kind: 'exponential', mean: seconds(2) }), SEND];
  expect(of({ name: 'a', weight: 1, steps })).toMatchObject({ pause: 2, longest: 8 });
});

it('repeats, and takes of branches the longest', () => {
  const repeat: Step = { kind: 'repeat', times: count(3), steps: [SEND, constant(1)] };
  const choose: Step = {
    kind: 'choose',
    of: [
      { weight: 1, steps: [constant(4), SEND] },
      { weight: 1, steps: [] },
    ],
  };
  const pass = of({ name: 'a', weight: 1, steps: [repeat, choose, SEND] });
  expect(pass).toMatchObject({ requests: 4.5, responsesDecide: false, pause: 5 });
  expect(pass.longest).toBe(7);
});

it('says where responses decide how much is sent', () => {
  const test = { kind: 'is', values: ['x'] } as const;
  const decide: Step = { kind: 'if', captured: 'state', test, steps: [SEND], otherwise: [] };
  expect(of({ name: 'a', weight: 1, steps: [SEND, decide] }).responsesDecide).toBe(true);
});
