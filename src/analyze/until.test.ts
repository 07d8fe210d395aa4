import { describe, expect, it } from 'vitest';
import type { Plan } from '../core/plan.ts';
import { Random } from '../load/random.ts';
import { finishedOf, foldOf, planOf, secondOf, spread, startedOf } from './events.fixture.ts';
import { headline } from './headline.ts';
import { isPrecise, Looks, precisionOf } from './until.ts';

const until: NonNullable<Plan['until']> = { text: 'p95±5%', p: 95, precision: 0.05 };

describe('how well a percentile is known', () => {
  it('is how far the ends are from it, each by itself', () => {
    expect(precisionOf(200, [190, 220])).toEqual({ below: 0.05, above: 0.1 });
    expect(precisionOf(200, [190, null])).toEqual({ below: 0.05, above: null });
    expect(precisionOf(Number.POSITIVE_INFINITY, [190, null])).toBeNull();
    expect(precisionOf(200, null)).toBeNull();
  });

  it('is enough where both ends are near, never with an open one', () => {
    expect(isPrecise({ below: 0.05, above: 0.04 }, until)).toBe(true);
    expect(isPrecise({ below: 0.01, above: 0.051 }, until)).toBe(false);
    expect(isPrecise({ below: 0.051, above: 0.01 }, until)).toBe(false);
    expect(isPrecise({ below: 0.01, above: null }, until)).toBe(false);
    expect(isPrecise(null, until)).toBe(false);
  });
});

describe('when it is looked', () => {
  it('at steps that widen with the run', () => {
    const looks = new Looks();
    const due = Array.from({ length: 61 }, (_, seconds) => seconds).filter((seconds) => looks.isDue(seconds));
    expect(due).toEqual([20, 24, 29, 35, 42, 51]);
  });
});

describe('a run that went on for it', () => {
  const run = (seconds: number, known: boolean, times: (index: number) => readonly number[], asked = until) => {
    const intervals = Array.from({ length: seconds }, (_, index) => secondOf(index, { ok: times(index) }));
    const fold = foldOf([
      startedOf(planOf({ until: asked })),
      ...intervals,
      ...(known ? [{ type: 'known', at: intervals.length } as never] : []),
      finishedOf('completed', seconds),
    ]);
    return { fold, result: fold.result() };
  };
  const narrow = () => spread(100, 90_000, 100_000);
  const random = new Random(3, 3);
  const wide = () => Array.from({ length: 20 }, () => Math.round(random.exponential(50_000)));

  it('says that it ended for it', () => {
    const { result } = run(10, true, narrow);
    expect(result.until).toMatchObject({ asked: 'p95±5%', reached: true });
    expect(result.until?.above).toBeLessThan(0.05);
    expect(result.until).not.toHaveProperty('moreSeconds');
    expect(headline(result).why).toMatch(/It ended when that was known to ±5 %: p95 is known to −[\d.]+ % and \+/);
    expect(result.verdict.doubts.map(({ code }) => code)).not.toContain('not-known');
  });

  it('says how wide it was, and how much longer it takes, where it ended before', () => {
    const { result } = run(10, false, wide);
    expect(result.until).toMatchObject({ reached: false });
    const doubt = result.verdict.doubts.find(({ code }) => code === 'not-known');
    expect(doubt?.invalidates).toBe(false);
    expect(doubt?.message).toMatch(/^The load ended before p95±5% was reached: p95 is known to −/);
    expect(doubt?.message).toMatch(/; it takes (at least )?about \d+ (s|min|h) more\.$/);
    // A longer run of the same kind needs less more of it.
    const loose = run(10, false, wide, { ...until, precision: 0.5 }).result.until?.moreSeconds ?? 0;
    expect(result.until?.moreSeconds).toBeGreaterThan(10 * Math.max(1, loose));
  });

  it('knows a target that always takes as long, although it drifts by less than can be read', () => {
    const { fold } = run(20, false, (index) => new Array<number>(100).fill(index < 10 ? 200_000 : 200_128));
    const { value, certainty } = fold.known as NonNullable<typeof fold.known>;
    expect(isPrecise(precisionOf(value, certainty?.interval ?? null), { precision: 0.005 })).toBe(true);
  });

  it('is told nothing where there is no interval yet', () => {
    const { fold, result } = run(3, false, narrow);
    expect(fold.known?.certainty).toBeNull();
    expect(result.until).toEqual({ asked: 'p95±5%', reached: false, moreSeconds: null });
  });
});
