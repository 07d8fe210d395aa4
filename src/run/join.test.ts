import { describe, expect, it } from 'vitest';
import type { IntervalSnapshot } from '../core/snapshot.ts';
import type { Micros } from '../core/units.ts';
import { Joiner } from './join.ts';
import { snapshotOf } from './snapshot.fixture.ts';

describe('Joiner', () => {
  it('gives an interval out once every segment has passed it, in order, whatever the order of delivery', () => {
    const emitted: IntervalSnapshot[] = [];
    const joiner = new Joiner(2, (snapshot) => emitted.push(snapshot));
    joiner.accept(0, [snapshotOf(0, 'measure', [1])]);
    joiner.accept(0, [snapshotOf(1, 'measure', [2])]);
    expect(emitted).toEqual([]);
    joiner.accept(1, [snapshotOf(0, 'measure', [3])]);
    expect(emitted.map(({ index, load }) => [index, load.sent])).toEqual([[0, 2]]);
    joiner.end(1);
    expect(emitted.map(({ index, load }) => [index, load.sent])).toEqual([
      [0, 2],
      [1, 1],
    ]);
  });

  it('keeps the phases of an interval apart, the one with the generator first', () => {
    const emitted: IntervalSnapshot[] = [];
    const joiner = new Joiner(1, (snapshot) => emitted.push(snapshot));
    const { generator: _, ...straggler } = snapshotOf(2, 'warmup', [7]);
    joiner.accept(0, [snapshotOf(2, 'measure', [1, 2]), straggler]);
    expect(emitted.map(({ phase }) => phase)).toEqual(['measure', 'warmup']);
  });

  it('joins segments that end their load at different times', () => {
    const emitted: IntervalSnapshot[] = [];
    const joiner = new Joiner(2, (snapshot) => emitted.push(snapshot));
    joiner.accept(0, [{ ...snapshotOf(0, 'measure', [1]), endAt: 400_000 as Micros }]);
    joiner.accept(0, [{ ...snapshotOf(0, 'drain', [2]), startAt: 400_000 as Micros }]);
    joiner.end(0);
    joiner.accept(1, [snapshotOf(0, 'measure', [3, 4])]);
    joiner.end(1);
    expect(emitted.map(({ phase, load, endAt }) => [phase, load.sent, endAt])).toEqual([
      ['measure', 3, 1_000_000],
      ['drain', 1, 1_000_000],
    ]);
  });
});
