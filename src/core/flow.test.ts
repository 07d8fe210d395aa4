import { expect, it } from 'vitest';
import { firstPasses, flowsOf, requestShares, sentBy } from './flow.ts';
import { planFixture } from './plan.fixture.ts';
import type { Flow, Plan } from './plan.ts';
import { count, millis } from './units.ts';

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

function passesOf(plan: Pick<Plan, 'flows' | 'requests'>, holds = true): number[][] {
  const passes: number[][] = [];
  for (const pass of firstPasses(plan, () => holds)) passes.push([...pass]);
  return passes;
}

it('comes to every request that is ever sent once, with those before it', () => {
  expect(passesOf({ requests })).toEqual([[0], [1], [2]]);
  expect(passesOf({ requests, flows })).toEqual([[0], [1, 2]]);
  const more: Flow[] = [
    { name: 'off', weight: 0, steps: [step(2)] },
    { name: 'long', weight: 1, steps: [step(0), step(1), step(0)] },
    { name: 'known', weight: 1, steps: [step(1)] },
  ];
  expect(passesOf({ requests, flows: more })).toEqual([[0, 1]]);
  const nested: Flow[] = [
    {
      name: 'deep',
      weight: 1,
      steps: [
        { kind: 'repeat', times: count(9), steps: [step(0), { kind: 'group', name: 'g', steps: [step(0), step(1)] }] },
        {
          kind: 'choose',
          of: [
            { weight: 0, steps: [step(3)] },
            { weight: 1, steps: [step(1)] },
            { weight: 2, steps: [] },
            { weight: 2, steps: [step(2)] },
          ],
        },
        step(0),
      ],
    },
  ];
  expect(passesOf({ requests, flows: nested })).toEqual([[0, 1, 2]]);
});

it('goes the way that a response decides on, and comes to the other where another flow does', () => {
  const decide: Flow['steps'][number] = {
    ...{ kind: 'if', captured: 'state', test: { kind: 'is', values: ['done'] } },
    ...{ steps: [step(1)], otherwise: [step(2)] },
  };
  const both: Flow[] = [
    { name: 'first', weight: 1, steps: [step(0), decide] },
    { name: 'other', weight: 1, steps: [step(0), step(2)] },
  ];
  expect(passesOf({ requests, flows: both }, true)).toEqual([
    [0, 1],
    [0, 2],
  ]);
  expect(passesOf({ requests, flows: both }, false)).toEqual([[0, 2]]);
});

it('ends a pass where no request that is new can come any more', () => {
  const decide = (inside: number): Flow['steps'][number] => ({
    ...{ kind: 'if', captured: 'state', test: { kind: 'is', values: ['done'] } },
    ...{ steps: [step(inside)], otherwise: [] },
  });
  const known: Flow = { name: 'known', weight: 1, steps: [step(0), step(2)] };
  const branch: Flow = { name: 'branch', weight: 1, steps: [step(0), decide(1), step(2)] };
  expect(passesOf({ requests, flows: [known, branch] }, true)).toEqual([
    [0, 2],
    [0, 1],
  ]);
  expect(passesOf({ requests, flows: [known, branch] }, false)).toEqual([[0, 2], [0]]);
  const twice: Flow = { ...branch, steps: [...branch.steps, step(1)] };
  expect(passesOf({ requests, flows: [known, twice] }, false)).toEqual([
    [0, 2],
    [0, 2, 1],
  ]);
});
