import { expect, it } from 'vitest';
import { speedDoubts } from './machine-speed.ts';

const pairs = (times: readonly (readonly [number, number])[]) => times.map(([base, head]) => ({ base, head }));

it('has nothing against a machine that is the same throughout, or of which little is known', () => {
  expect(
    speedDoubts(
      pairs([
        [3, 3.01],
        [3.02, 3],
        [3, 3],
        [3.01, 3.02],
        [3, 3.01],
      ]),
    ),
  ).toEqual([]);
  expect(speedDoubts([])).toEqual([]);
  expect(speedDoubts(pairs([[3, 6]]))).toEqual([]);
  expect(
    speedDoubts(
      pairs([
        [0, 0],
        [0, 0],
        [3, 3],
      ]),
    ),
  ).toEqual([]);
});

it('says how far apart its speeds were', () => {
  expect(
    speedDoubts(
      pairs([
        [3, 3],
        [3.9, 3.9],
      ]),
    ),
  ).toEqual([
    'The machine itself changed its speed: a fixed calculation before each run took 3.00 ms to 3.90 ms, 30 % more; pairs measured in turns cancel most of that.',
  ]);
});

it('says that it was slower for one side, where that lasts', () => {
  const leaning = pairs([
    [3, 3.14],
    [3.02, 3.16],
    [3, 3.15],
    [3.01, 3.14],
    [3, 3.13],
  ]);
  expect(speedDoubts(leaning)).toEqual([
    expect.stringMatching(
      /^The machine itself was 4\.\d % slower before the runs of the head than before those of the base, in 5 pairs/,
    ),
  ]);
  expect(speedDoubts(leaning.slice(0, 4))).toEqual([]);
  const turned = leaning.map(({ base, head }) => ({ base: head, head: base }));
  expect(speedDoubts(turned)).toEqual([expect.stringContaining('faster before the runs of the head')]);
});
