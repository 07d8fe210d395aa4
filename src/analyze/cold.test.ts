import { describe, expect, it } from 'vitest';
import { Random } from '../load/random.ts';
import { finishedOf, foldOf, OPEN, planOf, secondOf, startedOf } from './events.fixture.ts';

/** Ten seconds of a hundred requests: `scale` makes a second slower. */
function codes(scale: (index: number, random: Random) => number, plan = planOf(), fewest = 100) {
  const random = new Random(11, 3);
  const events = Array.from({ length: 10 }, (_, index) =>
    secondOf(index, {
      ok: Array.from({ length: fewest }, () => Math.round(20_000 + scale(index, random) * random.exponential(10_000))),
    }),
  );
  return foldOf([startedOf(plan), ...events, finishedOf()]).result().verdict.doubts;
}

const coldOf = (...args: Parameters<typeof codes>) => codes(...args).find(({ code }) => code === 'cold-start');

describe('a start that is slower than the rest', () => {
  it('is told with how long to leave out', () => {
    const cold = coldOf((index) => (index < 3 ? 40 : 1));
    expect(cold?.invalidates).toBe(false);
    expect(cold?.message).toMatch(
      /^The start was slower than all that came after it: p95 up to 1\.\d\d s in the first 3 s,/,
    );
    expect(cold?.hint).toContain('--warmup 3s');
  });

  it('is told where only some of its requests are slow', () => {
    // As the first request of each worker is, which imports the model.
    expect(coldOf((index, random) => (index === 0 && random.uniform() < 0.6 ? 300 : 1))?.hint).toContain('--warmup 1s');
  });

  it('is none where it is like the rest, or hardly matters', () => {
    expect(coldOf(() => 1)).toBeUndefined();
    // One slow request in a second, of a thousand in all.
    let first = true;
    const once = coldOf(() => {
      const scale = first ? 300 : 1;
      first = false;
      return scale;
    });
    expect(once).toBeUndefined();
  });

  it('is none where it comes again, or the rest is slower', () => {
    expect(coldOf((index) => (index % 4 === 0 ? 40 : 1))).toBeUndefined();
    expect(coldOf((index) => (index < 3 ? 1 : 40))).toBeUndefined();
  });

  it('takes the place of a drift that is the same', () => {
    const doubts = codes((index) => 40 / (index + 1) ** 2, planOf({ load: OPEN }));
    expect(doubts.filter(({ code }) => code === 'cold-start' || code === 'drifting')).toHaveLength(1);
  });

  it('is none of a run too short to tell', () => {
    expect(coldOf((index) => (index < 3 ? 40 : 1), planOf(), 5)).toBeUndefined();
  });
});
