import { expect, it } from 'vitest';
import { flowsOf, requestShares, sentBy } from './flow.ts';
import { planFixture } from './plan.fixture.ts';
import type { Flow, Plan } from './plan.ts';
import { millis } from './units.ts';

const [template] = planFixture().requests;
const requests = ['a', 'b', 'c'].flatMap((name) => (template === undefined ? [] : [{ ...template, name }]));
const step = (request: number): Flow['steps'][number] => ({ kind: 'request', request });
const flows: Plan['flows'] = [
  { name: 'one', weight: 3, steps: [step(0)] },
  {
    name: 'three',
    weight: 1,
    steps: [step(1), { kind: 'pause', time: { kind: 'constant', value: millis(1) } }, step(2), step(1)],
  },
];

it('makes a flow of each request where none are said', () => {
  expect(flowsOf({ requests })).toEqual([
    { name: 'a', weight: 1, steps: [step(0)] },
    { name: 'b', weight: 1, steps: [step(1)] },
    { name: 'c', weight: 1, steps: [step(2)] },
  ]);
  expect(flowsOf({ requests, flows })).toBe(flows);
  expect(requestShares({ requests })).toEqual([1 / 3, 1 / 3, 1 / 3]);
});

it('tells how often flows send each request', () => {
  expect(requestShares({ requests, flows })).toEqual([3 / 6, 2 / 6, 1 / 6]);
  expect(flows?.map(({ steps }) => sentBy(steps, 3))).toEqual([
    [1, 0, 0],
    [0, 2, 1],
  ]);
});
