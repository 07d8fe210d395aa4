import { describe, expect, it } from 'vitest';
import { BatchFold } from './batches.ts';
import { seriesOf } from './events.fixture.ts';

/** One answer per interval, that took as many µs as the interval's index. */
function foldedOf(indices: readonly number[]): BatchFold {
  const fold = new BatchFold();
  for (const index of indices) fold.addMeasured(index, seriesOf({ ok: [index], ended: { timeout: 2 } }));
  return fold;
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('batches', () => {
  it('are the intervals themselves when there are few', () => {
    const batches = BatchFold.batches([foldedOf(range(3, 9))], 'callers', { first: 3, last: 9 });
    expect(batches.map(({ times, infinite }) => [times.min, times.max, infinite])).toEqual(
      range(3, 9).map((index) => [index, index, 2]),
    );
    expect(BatchFold.batches([foldedOf(range(3, 9))], 'response', { first: 3, last: 9 })[0]?.infinite).toBe(0);
  });

  it('are empty where a request name was silent', () => {
    const batches = BatchFold.batches([foldedOf([0, 1, 5])], 'response', { first: 0, last: 5 });
    expect(batches.map(({ times }) => times.count)).toEqual([1, 1, 0, 0, 0, 1]);
    expect(BatchFold.batches([new BatchFold()], 'response', { first: 0, last: -1 })).toEqual([]);
  });

  it.each([
    [0, 39],
    [7, 166],
    [0, 160],
    [5, 1900],
    [0, 2047],
  ])('are twenty stretches of nearly equal time, in order and without a loss (%i to %i)', (first, last) => {
    const all = range(first, last);
    const batches = BatchFold.batches([foldedOf(all)], 'callers', { first, last });
    expect(batches.length).toBe(20);
    expect(batches.reduce((sum, { times }) => sum + times.count, 0)).toBe(all.length);
    expect(batches.reduce((sum, { infinite }) => sum + infinite, 0)).toBe(2 * all.length);
    let next = first;
    for (const { times } of batches) {
      expect(times.min).toBe(next);
      expect(times.count).toBe(times.max - times.min + 1);
      next = times.max + 1;
      expect(times.count / (all.length / 20)).toBeGreaterThan(0.7);
      expect(times.count / (all.length / 20)).toBeLessThan(1.3);
    }
  });
});
