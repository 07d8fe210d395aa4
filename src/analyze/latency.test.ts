import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bears } from '../core/sample-size.ts';
import { Histogram } from '../stats/histogram.ts';
import { dataOf, foldOf, resultOf, spread } from './events.fixture.ts';
import { quantileWithFailures, shareOf, summarize } from './latency.ts';
import { queueRun, ratesOf } from './queue.fixture.ts';

const upTo = (n: number): Histogram => Histogram.of(dataOf(Array.from({ length: n }, (_, i) => i + 1)));

describe('summarize', () => {
  it('is in ms, with three decimals', () => {
    const times = new Histogram();
    for (const time of [1, 2, 4]) times.record(time);
    expect(summarize(times, 0, null)).toEqual({
      count: 3,
      min: 0.001,
      mean: 0.002,
      p50: null,
      p75: null,
      p90: null,
      p95: null,
      p99: null,
      'p99.9': null,
      max: 0.004,
    });
  });

  it('has all percentiles where the sample bears them', () => {
    expect(summarize(upTo(100), 0, null)).toMatchObject({ p50: 0.05, p75: 0.075, p90: 0.09, p95: 0.095, p99: null });
    expect(summarize(upTo(2000), 0, null)).toMatchObject({ p99: 1.98, 'p99.9': null, max: 2 });
  });

  it('gives intervals for what it shows only, with open ends', () => {
    const { ci95 } = summarize(upTo(100), 0, (p) => (p === 0.95 ? [90, null] : p > 0.9 ? [1, 2] : null));
    expect(ci95).toEqual({ p95: [0.09, null] });
  });

  it('has nothing of nothing', () => {
    expect(summarize(new Histogram(), 0, null)).toMatchObject({
      count: 0,
      min: null,
      mean: null,
      p50: null,
      max: null,
    });
  });

  it('takes failures as infinitely slow', () => {
    // 95 of 100 are finite: the 95th is the slowest of them, what follows is infinite.
    const summary = summarize(upTo(95), 5, null);
    expect(summary).toMatchObject({ count: 100, min: 0.001, p90: 0.09, p95: 0.095, mean: null, max: null });
    expect(summarize(upTo(94), 6, null)).toMatchObject({ p90: 0.09, p95: null });
    expect(summarize(new Histogram(), 10, null)).toMatchObject({ count: 10, min: null, p50: null });
  });

  it('never orders percentiles wrongly, and a failure makes none faster', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 1e7 }), { minLength: 1, maxLength: 500 }),
        fc.nat({ max: 50 }),
        (values, failures) => {
          const times = Histogram.of(dataOf(values));
          let before = 0;
          for (const p of [0.5, 0.75, 0.9, 0.95, 0.99, 0.999]) {
            const value = quantileWithFailures(times, failures, p);
            expect(value).toBeGreaterThanOrEqual(before);
            expect(value).toBeGreaterThanOrEqual(quantileWithFailures(times, 0, p));
            before = value;
          }
        },
      ),
    );
  });

  it('shows exactly the percentiles that can be borne', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5000 }), (n) => {
        const times = new Histogram();
        if (n > 0) times.record(50_000, n);
        const summary = summarize(times, 0, null);
        for (const name of ['p50', 'p75', 'p90', 'p95', 'p99', 'p99.9'] as const) {
          expect(summary[name]).toBe(bears(shareOf(name), n) ? 50 : null);
        }
      }),
    );
  });
});

describe('a run with failures', () => {
  it('shows both: percentiles of the successes, and those that count failures', () => {
    const { latency } = resultOf({ ok: spread(18, 100, 1800), ended: { timeout: 1, aborted: 1 } });
    expect(latency.response).toMatchObject({ count: 180, p50: 0.9, p95: 1.8, max: 1.8 });
    expect(latency.responseWithFailures).toMatchObject({ count: 200, p50: 1, p90: 1.8, p95: 30_000, max: null });
    const failed = resultOf({ ok: spread(18, 100, 1800), ended: { timeout: 2 } }).latency.responseWithFailures;
    expect(failed).toMatchObject({ count: 200, p50: 1, p90: 1.8, p95: null, max: null });
    expect(latency.responseWithFailures.ci95?.p50?.[0]).toBeLessThanOrEqual(1);
  });

  it('is the same without any', () => {
    const { latency } = resultOf({ ok: spread(18, 100, 1800) });
    expect(latency.responseWithFailures).toEqual(latency.response);
  });
});

describe('a run that is a few of its slowest responses long', () => {
  it('does not bound the median by the quiet while that it saw', () => {
    // 8 servers, 80 % busy; 4 % of the requests take 24 times as long as the others. Their median is 64 ms over a long time, and
    // in 10 s there are some twelve whiles of such requests.
    const load = ratesOf('poisson', [100, 70]);
    const service = (random: () => number): number => -Math.log(1 - random()) * (random() < 0.04 ? 832 : 34.67);
    const bounds = Array.from({ length: 40 }, (_, run) => {
      const { latency } = foldOf(queueRun({ load, servers: 8, service, seed: run + 1, warmup: 60 })).result();
      return latency.responseWithFailures.ci95?.p50?.[1] ?? null;
    });
    expect(bounds.filter((high) => high !== null && high < 60).length).toBeLessThanOrEqual(3);
  });
});
