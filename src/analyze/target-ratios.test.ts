import { describe, expect, it } from 'vitest';
import type { LatencySummary } from '../core/latencies.ts';
import type { NamedTarget } from '../core/plan.ts';
import type { SeriesResult } from '../core/result.ts';
import { targetRatios, targetSentences } from './target-ratios.ts';

const target = (name: string, weight = 1) => ({ name, weight }) as NamedTarget;

const summary = (
  p50: number,
  p95: number | null,
  ci95?: LatencySummary['ci95'],
  count = 10_000,
): { readonly latency: Pick<SeriesResult['latency'], 'responseWithFailures'> } => ({
  latency: {
    responseWithFailures: {
      ...{ count, min: 1, mean: 1, max: 1, p50, p75: 1, p90: 1, p95, p99: 1, 'p99.9': 1 },
      ...(ci95 === undefined ? {} : { ci95 }),
    },
  },
});

const of = (tags: Readonly<Record<string, ReturnType<typeof summary>>>, weights: readonly number[] = []) => {
  const targets = Object.keys(tags).map((name, place) => target(name.replace('target=', ''), weights[place]));
  return { plan: { targets }, ratios: targetRatios({ targets }, tags as Readonly<Record<string, SeriesResult>>) };
};

describe('targetRatios', () => {
  it('is that of the percentiles, with an interval from both', () => {
    const { ratios } = of({
      'target=a': summary(100, 200, { p50: [90, 110], p95: [200, 200] }),
      'target=b': summary(200, 300, { p50: [180, 220], p95: [150, 600] }),
    });
    expect(ratios?.base).toBe('a');
    const { p50, p95 } = ratios?.each['b'] ?? {};
    expect(p50?.ratio).toBeCloseTo(2, 10);
    // Two distances of ln 0.9 and ln 1.1 beside each other, and their roots of squares.
    expect(p50?.ci95?.[0]).toBeCloseTo(2 * Math.exp(-Math.hypot(Math.log(200 / 180), Math.log(110 / 100))), 10);
    expect(p50?.ci95?.[1]).toBeCloseTo(2 * Math.exp(Math.hypot(Math.log(220 / 200), Math.log(100 / 90))), 10);
    // Where one is known exactly the other's interval is that of the ratio.
    expect(p95?.ci95?.map((end) => Math.round(100 * (end ?? 0)))).toEqual([75, 300]);
  });

  it('has an open end where one of them has, and none without both', () => {
    const { ratios } = of({
      'target=a': summary(100, 100, { p50: [90, null] }),
      'target=b': summary(100, 100, { p50: [90, 110] }),
    });
    expect(ratios?.each['b']?.p50?.ci95?.[0]).toBe(0);
    expect(ratios?.each['b']?.p95).toEqual({ ratio: 1 });
  });

  it('is none among failures, of too small a sample, and of one target', () => {
    const { ratios } = of({ 'target=a': summary(100, null), 'target=b': summary(100, 5, undefined, 10) });
    expect(ratios?.each['b']?.p95).toBeNull();
    expect(of({ 'target=a': summary(1, 1) }).ratios).toBeNull();
    expect(targetRatios({}, {})).toBeNull();
  });

  it('is told in words that say no more than is known', () => {
    const { ratios, plan } = of(
      {
        'target=a': summary(100, 200, { p50: [99, 101], p95: [190, 210] }),
        'target=b': summary(110, 210, { p50: [109, 111], p95: [190, 230] }),
      },
      [90, 10],
    );
    expect(ratios === null ? [] : targetSentences(ratios, plan)).toEqual([
      'b beside a: p50 1.10 times as long (1.09 to 1.11): slower; p95 1.05 times as long (0.94 to 1.17): not told apart.',
      'They were measured at the same time, each with its own share of the load: a 90 %, b 10 %.',
    ]);
  });
});
