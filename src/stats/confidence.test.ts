import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bears, samplesFor } from '../core/sample-size.ts';
import { EMPTY_HISTOGRAM } from '../core/snapshot.ts';
import { type Batch, batchIntervals, type Interval, orderInterval } from './confidence.ts';
import { binomialCdf, studentQuantile, studentTail } from './distributions.ts';
import { Histogram } from './histogram.ts';

/** Marsaglia's xorshift32: a small generator that is the same everywhere. Uniform in (0, 1). */
function randomFrom(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return (state + 0.5) / 2 ** 32;
  };
  for (let i = 0; i < 20; i++) next();
  return next;
}

const exponential = (random: () => number, mean: number): number => -Math.log(random()) * mean;

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

const batchOf = (values: readonly number[], infinite = 0): Batch => ({
  times: histogramOf(values).toData(),
  infinite,
});

const covers = ([low, high]: Interval, truth: number): boolean => low <= truth && (high === null || truth <= high);

describe('how many samples a percentile needs', () => {
  it.each([
    [0.5, 6],
    [0.75, 13],
    [0.9, 36],
    [0.95, 72],
    [0.99, 368],
    [0.999, 3688],
    [0.1, 6],
  ])('p = %f: %i', (p, n) => {
    expect(samplesFor(p)).toBe(n);
    expect(bears(p, n)).toBe(true);
    expect(bears(p, n - 1)).toBe(false);
  });

  it('is where the exact interval gets its upper end', () => {
    for (const p of [0.5, 0.75, 0.9, 0.95, 0.99]) {
      const n = samplesFor(p);
      const upTo = (count: number): Histogram => histogramOf(Array.from({ length: count }, (_, i) => i + 1));
      expect(orderInterval(p, upTo(n))?.[1]).toBe(n);
      expect(orderInterval(p, upTo(n - 1))?.[1] ?? null).toBeNull();
    }
  });
});

describe('distribution functions', () => {
  it.each([
    [1, 12.7062],
    [4, 2.7764],
    [9, 2.2622],
    [19, 2.093],
    [29, 2.0452],
    [1000, 1.9623],
  ])('Student 0.975 at %i degrees of freedom is %f', (df, t) => {
    expect(studentQuantile(0.975, df)).toBeCloseTo(t, 4);
  });

  it('Student tails are both of them', () => {
    expect(studentTail(12.7062, 1)).toBeCloseTo(0.05, 5);
    expect(studentTail(2.093, 19)).toBeCloseTo(0.05, 4);
    expect(studentTail(0, 7)).toBe(1);
  });

  it('binomial tails equal the sum of their terms', () => {
    for (const [n, p] of [
      [1, 0.3],
      [10, 0.5],
      [100, 0.95],
      [140, 0.99],
    ] as const) {
      let term = (1 - p) ** n;
      let sum = 0;
      for (let k = 0; k < n; k++) {
        sum += term;
        expect(binomialCdf(k, n, p)).toBeCloseTo(sum, 10);
        term *= ((n - k) / (k + 1)) * (p / (1 - p));
      }
      expect(binomialCdf(n, n, p)).toBe(1);
      expect(binomialCdf(-1, n, p)).toBe(0);
    }
  });

  it('binomial tails of a million agree with the normal approximation', () => {
    const n = 1e6;
    const sd = Math.sqrt(n * 0.05 * 0.95);
    expect(binomialCdf(Math.round(0.95 * n), n, 0.95)).toBeCloseTo(0.5, 2);
    expect(binomialCdf(Math.round(0.95 * n + 1.96 * sd), n, 0.95)).toBeCloseTo(0.975, 3);
  });
});

describe('orderInterval', () => {
  it('of 1..100 for the median is the tabulated pair of ranks', () => {
    const hundred = histogramOf(Array.from({ length: 100 }, (_, i) => i + 1));
    // P(B < 40) = 0.0176 and P(B < 41) = 0.0284; P(B ≥ 61) = 0.0176, P(B ≥ 60) = 0.0284.
    expect(orderInterval(0.5, hundred)).toEqual([40, 61]);
  });

  it('has an open end where failures are too many, and none where even the lower end fails', () => {
    const values = Array.from({ length: 100 }, (_, i) => i + 1);
    expect(orderInterval(0.95, histogramOf(values), 5)).toEqual([95, null]);
    expect(orderInterval(0.95, histogramOf(values.slice(0, 10)), 90)).toBeNull();
    expect(orderInterval(0.5, new Histogram())).toBeNull();
  });

  it.each([
    { p: 0.5, n: 100 },
    { p: 0.95, n: 500 },
    { p: 0.99, n: 4000 },
  ])('covers p = $p of $n independent exponentials in 95 ± 2.5 %', ({ p, n }) => {
    const truth = -Math.log(1 - p) * 100_000;
    const runs = 800;
    let covered = 0;
    for (let run = 0; run < runs; run++) {
      const random = randomFrom(run + 1);
      const sample = histogramOf(Array.from({ length: n }, () => exponential(random, 100_000)));
      if (covers(orderInterval(p, sample) as Interval, truth)) covered++;
    }
    expect(covered / runs).toBeGreaterThan(0.925);
    expect(covered / runs).toBeLessThan(0.975);
  });
});

describe('batchIntervals', () => {
  const random = randomFrom(42);
  const noise = (n: number): number[] => Array.from({ length: n }, () => 10_000 + exponential(random, 5_000));

  it('need five batches with something in them', () => {
    const batches = Array.from({ length: 4 }, () => batchOf(noise(50)));
    expect(batchIntervals([...batches, batchOf([])])(0.5)).toBeNull();
    expect(batchIntervals([...batches, batchOf(noise(50))])(0.5)).not.toBeNull();
    expect(batchIntervals([])(0.5)).toBeNull();
  });

  it('contain their percentile, and their ends are in order', () => {
    const times = fc.array(fc.integer({ min: 0, max: 1e6 }), { maxLength: 40 });
    const someBatches = fc.array(fc.tuple(times, fc.integer({ min: 0, max: 3 })), { minLength: 5, maxLength: 20 });
    fc.assert(
      fc.property(someBatches, fc.constantFrom(0.5, 0.75, 0.9, 0.95, 0.99), (parts, p) => {
        const batches = parts.map(([values, infinite]) => batchOf(values, infinite));
        const interval = batchIntervals(batches)(p);
        if (interval === null) return;
        const [low, high] = interval;
        const merged = Histogram.of(...batches.map((batch) => batch.times));
        const total = batches.reduce((sum, batch) => sum + batch.times.count + batch.infinite, 0);
        const rank = Math.ceil(p * total - 1e-9);
        const value = rank > merged.count ? Number.POSITIVE_INFINITY : merged.atRank(rank);
        expect(low).toBeLessThanOrEqual(value);
        if (high !== null) expect(high).toBeGreaterThanOrEqual(value);
      }),
    );
  });

  it('are the value itself where all times are equal', () => {
    const of = batchIntervals(Array.from({ length: 20 }, () => batchOf(new Array(100).fill(50_000))));
    for (const p of [0.5, 0.95, 0.99]) expect(of(p)).toEqual([50_000, 50_000]);
  });

  it('of independent requests are little wider than the exact ones', () => {
    const batches = Array.from({ length: 20 }, () => noise(250));
    const exact = orderInterval(0.95, histogramOf(batches.flat())) as [number, number];
    const [low, high] = batchIntervals(batches.map((values) => batchOf(values)))(0.95) as [number, number];
    expect(high - low).toBeGreaterThan(0.9 * (exact[1] - exact[0]));
    expect(high - low).toBeLessThan(2.2 * (exact[1] - exact[0]));
  });

  it('are wider where the slow requests come together, and open where there were few such whiles', () => {
    const batches = (slow: (batch: number, request: number) => boolean) =>
      batchIntervals(
        Array.from({ length: 20 }, (_, k) => batchOf(noise(250).map((time, i) => (slow(k, i) ? time + 30_000 : time)))),
      );
    const spread = batches((_, i) => i % 2 === 0)(0.95) as [number, number];
    const together = batches((k) => k >= 10)(0.95);
    expect(spread[1]).toBeLessThan(70_000);
    expect(together?.[1]).toBeNull();
    expect(together?.[0]).toBeLessThan(spread[0]);
  });

  it('are wider the fewer responses the run is long, and open of a few', () => {
    const batches = Array.from({ length: 20 }, () => batchOf(noise(250)));
    const widthIn = (seconds: number): number => {
      const [low, high] = batchIntervals(batches, seconds * 1e6)(0.5) ?? [0, 0];
      return (high ?? Number.POSITIVE_INFINITY) - low;
    };
    // Responses take 15 ms: 4,000, 40 and a third of one after the other.
    expect(widthIn(60)).toBeLessThan(1.03 * widthIn(Number.POSITIVE_INFINITY));
    expect(widthIn(0.6)).toBeGreaterThan(1.15 * widthIn(60));
    expect(widthIn(0.005)).toBe(Number.POSITIVE_INFINITY);
  });

  it('have an open end where the upper rank is beyond the sample or among failures', () => {
    const one = (k: number): number[] => (k === 7 ? new Array(20).fill(900) : new Array(20).fill(100 + k));
    const bursty = Array.from({ length: 20 }, (_, k) => batchOf(one(k)));
    expect(batchIntervals(bursty)(0.95)?.[1]).toBeNull();
    const failing = Array.from({ length: 20 }, (_, k) => batchOf(one(k), k % 2 === 0 ? 2 : 1));
    expect(batchIntervals(failing)(0.95)?.[1] ?? null).toBeNull();
    const broken = Array.from({ length: 20 }, () => ({ times: EMPTY_HISTOGRAM, infinite: 10 }));
    expect(batchIntervals(broken)(0.5)).toBeNull();
  });
});

/**
 * M/M/1 by Lindley's recursion, started in its stationary state: response times cut into 20 windows of equal time.
 * The true p-quantile of the response is −ln(1 − p) / (μ − λ).
 */
function queueWindows(seed: number, rho: number, n: number): number[][] {
  const random = randomFrom(seed);
  const service = 10_000;
  const gap = service / rho;
  let wait = random() < rho ? exponential(random, service / (1 - rho)) : 0;
  let now = 0;
  const windows = Array.from({ length: 20 }, (): number[] => []);
  const end = n * gap;
  while (now < end) {
    const response = wait + exponential(random, service);
    windows[Math.floor((now / end) * 20)]?.push(response);
    const next = exponential(random, gap);
    now += next;
    wait = Math.max(0, response - next);
  }
  return windows;
}

describe('coverage at a loaded server (M/M/1, p95, n = 3000)', () => {
  const coverage = (rho: number, runs: number) => {
    const truth = (Math.log(20) * 10_000) / (1 - rho);
    let byBatches = 0;
    let independent = 0;
    let bounded = 0;
    for (let run = 0; run < runs; run++) {
      const windows = queueWindows(run + 1, rho, 3000);
      const interval = batchIntervals(windows.map((window) => batchOf(window)))(0.95) as Interval;
      if (covers(interval, truth)) byBatches++;
      if (interval[1] !== null) bounded++;
      if (covers(orderInterval(0.95, histogramOf(windows.flat())) as Interval, truth)) independent++;
    }
    return { byBatches: byBatches / runs, independent: independent / runs, bounded: bounded / runs };
  };

  it('the interval by batches keeps its promise at half utilisation, the independent one does not', () => {
    const { byBatches, independent, bounded } = coverage(0.5, 100);
    expect(byBatches).toBeGreaterThanOrEqual(0.92);
    expect(bounded).toBeGreaterThan(0.8);
    expect(independent).toBeLessThan(0.7);
  });

  it.each([0.8, 0.9])('and at %f, where few have an upper end', (rho) => {
    const { byBatches, independent, bounded } = coverage(rho, 100);
    expect(byBatches).toBeGreaterThanOrEqual(0.9);
    expect(independent).toBeLessThan(0.5);
    expect(bounded).toBeLessThan(0.5);
  });
});
