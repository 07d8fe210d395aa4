import { describe, expect, it } from 'vitest';
import { seconds } from '../core/units.ts';
import { finishedOf, foldOf, planOf, resultOf, secondOf, type seriesOf, spread, startedOf } from './events.fixture.ts';
import { percentileIn, percentileText, successesDiffer } from './percentiles.ts';

const OK = spread(95, 1_000, 95_000);

describe('percentiles as callers had them', () => {
  it('a failure is slower than any success, and both are told apart where they differ', () => {
    const { latency } = resultOf({ ok: OK, ended: { timeout: 5 } });
    expect(percentileIn(latency.response, 'p90')?.value).toBeCloseTo(86, 1);
    expect(percentileIn(latency.responseWithFailures, 'p90')?.value).toBeCloseTo(90, 1);
    expect(percentileIn(latency.responseWithFailures, 'p99')).toMatchObject({ value: Number.POSITIVE_INFINITY });
    expect(percentileText(latency.responseWithFailures, 'p99')).toMatch(/^∞/);
    expect(percentileIn(latency.responseWithFailures, 'p99.9')).toBeNull();
    expect(successesDiffer(latency)).toBe(true);
    expect(successesDiffer(resultOf({ ok: OK }).latency)).toBe(false);
  });

  it('a request without a response at the end took at least as long as it had waited', () => {
    const waited = (ms: number) => resultOf({ ok: OK, ended: { aborted: 5 }, waited: ms * 1_000 }).latency;
    const long = waited(6_000).responseWithFailures;
    expect(long).toMatchObject({ count: 1_000, p99: 6_000, max: 6_000 });
    expect(long.ci95?.p99).toEqual([expect.any(Number), null]);
    // Whatever they would have taken, half of the requests were faster.
    expect(long.ci95?.p50?.[1]).toBeGreaterThan(40);
    // What had waited for a moment only may have taken long: p99 is bounded from below alone.
    const short = waited(10).responseWithFailures;
    expect(short.p99).toBeLessThan(96);
    expect(short.ci95?.p99?.[1]).toBeNull();
    expect(short.ci95?.p90?.[1]).toBeGreaterThan(86);
  });

  it('those begun in the warm-up and without a response through all the run count with their age', () => {
    const stuck = (made: Parameters<typeof seriesOf>[0]) =>
      secondOf(10, { ...made, sentMore: -8 }, { phase: 'warmup', generator: null });
    const run = (late: Parameters<typeof seriesOf>[0]) =>
      foldOf([
        startedOf(planOf({ warmup: seconds(1) })),
        secondOf(0, { ok: OK, sentMore: 8 }, { phase: 'warmup' }),
        ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((index) => secondOf(index, { ok: OK })),
        secondOf(10, {}, { phase: 'drain' }),
        stuck(late),
        finishedOf(),
      ]).result();
    for (const late of [{ ended: { aborted: 8 }, waited: 9_900_000 }, { ok: new Array<number>(8).fill(9_900_000) }]) {
      const { latency, totals, verdict } = run(late);
      expect(latency.responseWithFailures).toMatchObject({ count: 863, max: 9_900 });
      expect(latency.response).toMatchObject({ count: 855, max: 95 });
      expect(totals).toMatchObject({ sent: 855, ok: 855, byOutcome: { ok: 855 } });
      expect(verdict.doubts.map(({ code }) => code)).not.toContain('count-mismatch');
    }
    expect(run({ ended: { timeout: 8 } }).latency.responseWithFailures).toMatchObject({ count: 863, max: null });
  });
});
