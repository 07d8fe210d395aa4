import { describe, expect, it } from 'vitest';
import { resultOf, spread } from '../events.fixture.ts';
import { durationText, type MeasuredPair, prospectOf, prospectSentence } from './prospect.ts';

const RUN = resultOf({ ok: spread(200, 4_000, 12_000) });
const ASKED = { planned: 10, margin: 0.05, confidenceOf: () => 0.96 };

/** A run whose percentiles are so many times those of the others, known to this share of them. */
function run(times: number, known: number | null) {
  const { latency } = RUN;
  const value = 10 * times;
  const ci95 =
    known === null
      ? {}
      : { p50: [value / (1 + known), value * (1 + known)], p95: [value / (1 + known), value * (1 + known)] };
  const all = { ...latency.responseWithFailures, p50: value, p95: value, ci95 };
  return { ...RUN, latency: { ...latency, responseWithFailures: all } } as typeof RUN;
}

/** Three pairs, whose ln-ratios lie so far about zero. */
const pairs = (apart: number, known: number | null): readonly MeasuredPair[] =>
  [-apart, 0, apart].map((ratio) => ({ base: run(1, known), head: run(Math.exp(ratio), known) }));

describe('what a comparison can show', () => {
  it('is little more than the margin where runs hardly differ, and needs nothing more', () => {
    const found = prospectOf(pairs(0.001, 0.002), ASKED);
    expect(found?.visible.p95).toBeGreaterThan(0.05);
    expect(found?.visible.p95).toBeLessThan(0.056);
    expect(found).toMatchObject({ goal: 0.1, by: 'p95', longer: null, pairs: null });
  });

  it('grows with the noise of the runs, of which longer runs have less', () => {
    const [some, much] = [0.1, 0.2].map((known) => prospectOf(pairs(known / 2, known), ASKED));
    expect(some?.visible.p95).toBeGreaterThan(0.1);
    expect(much?.visible.p95).toBeGreaterThan(some?.visible.p95 ?? 1);
    // What is twice as far apart takes four times as many requests.
    expect((much?.longer ?? 0) / (some?.longer ?? 1)).toBeCloseTo(4, 0);
    expect(much?.pairs).toBeGreaterThan(some?.pairs ?? 1_000);
  });

  it('is not mended by longer runs where they differ by themselves, but by more of them', () => {
    expect(prospectOf(pairs(0.08, 0.001), ASKED)).toMatchObject({ longer: null, pairs: expect.any(Number) });
    expect(prospectOf(pairs(1.5, 0.001), ASKED)).toMatchObject({ longer: null, pairs: null });
  });

  it('takes more pairs where it is looked at more often', () => {
    const once = prospectOf(pairs(0.08, 0.1), ASKED)?.pairs ?? 1_000;
    expect(prospectOf(pairs(0.08, 0.1), { ...ASKED, confidenceOf: () => 0.99 })?.pairs).toBeGreaterThan(once);
  });

  it('is not known of runs that do not know their own percentiles', () => {
    expect(prospectOf(pairs(0.1, null), ASKED)).toBeNull();
    expect(prospectOf([], ASKED)).toBeNull();
  });
});

describe('the sentence', () => {
  const ways = { seconds: 10, pairs: (count: number) => `--pairs ${count}`, untilDecided: null };

  it('says what is found, and what finds twice the margin', () => {
    expect(
      prospectSentence({ visible: { p50: 0.08, p95: 0.142 }, goal: 0.1, by: 'p95', longer: 3.9, pairs: 23 }, 10, ways),
    ).toBe(
      '10 pairs of such runs find a p50 that rose by about 8 %, or a p95 that rose by about 14 %; three pairs know that within a factor of two. To find 10 % of p95 takes --duration 40s, or --pairs 23.',
    );
    const both = { visible: { p95: 0.142 }, goal: 0.1, by: 'p95' as const, longer: 3.9, pairs: 23 };
    expect(prospectSentence(both, 10, { ...ways, untilDecided: '--budget 16m' })).toMatch(
      /takes --duration 40s, or --pairs 23; --budget 16m measures until it is decided\.$/,
    );
    expect(
      prospectSentence({ visible: { p95: 0.07 }, goal: 0.1, by: 'p95', longer: null, pairs: null }, 10, ways),
    ).toBe('10 pairs of such runs find a p95 that rose by about 7 %; three pairs know that within a factor of two.');
  });

  it('names no length where none would do, and a multiple where none was given', () => {
    const none = { visible: { p95: 0.9 }, goal: 0.1, by: 'p95' as const, longer: null, pairs: null };
    expect(prospectSentence(none, 10, ways)).toMatch(/neither longer ones nor 100 pairs would do\.$/);
    expect(prospectSentence({ ...none, longer: 3.94 }, 10, { ...ways, seconds: null })).toMatch(
      /takes runs 3\.9 times as long\.$/,
    );
  });

  it('writes lengths as flags take them', () => {
    expect([8, 40, 400, 9_000].map(durationText)).toEqual(['8s', '40s', '7m', '3h']);
  });
});
