import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durationOf } from '../core/plan.ts';
import { segments } from '../core/segment.fixture.ts';
import { placeIn, type Segment } from '../core/segment.ts';
import { count, micros } from '../core/units.ts';
import { Arrivals, type OpenProfile } from './arrivals.ts';
import { areaAt } from './curve.ts';
import { open, rateStages, rates } from './stages.fixture.ts';

const whole: Segment = { index: 0, count: 1 };

interface Arrival {
  readonly index: number;
  readonly at: number;
}

function all(profile: OpenProfile, seed = 1, segment = whole, maxRequests: number | null = null): Arrival[] {
  const arrivals = new Arrivals(profile, seed, segment, maxRequests);
  const found: Arrival[] = [];
  while (arrivals.peek() !== Number.POSITIVE_INFINITY) found.push({ index: arrivals.index, at: arrivals.take() });
  expect(arrivals.take()).toBe(Number.POSITIVE_INFINITY);
  return found;
}

const times = (arrivals: readonly Arrival[]): number[] => arrivals.map(({ at }) => at);

describe('uniform arrivals', () => {
  it('are equally spaced at a constant rate, the first at once', () => {
    const found = times(all(open(rates([10, 100, 100]))));
    expect(found).toEqual(Array.from({ length: 1_000 }, (_, n) => n * 10_000));
  });

  it('get closer on a ramp', () => {
    const found = times(all(open(rates([10, 0, 100]))));
    expect(found.length).toBe(500);
    expect([found[0], found[5], found[20], found[125]]).toEqual([0, 1e6, 2e6, 5e6]);
  });

  it('pause in a stage of zeros, and a first stage of zeros delays the first', () => {
    expect(times(all(open(rates([1, 0, 0], [1, 2, 2], [1, 0, 0], [1, 2, 2]))))).toEqual([1e6, 1.5e6, 3e6, 3.5e6]);
    expect(all(open(rates([5, 0, 0])))).toEqual([]);
  });
});

describe('Poisson arrivals', () => {
  const found = times(all(open(rates([200, 100, 100]), 'poisson'), 11));
  const gaps = found.map((at, i) => (at - (found[i - 1] ?? 0)) / 10_000);

  it('have exponential gaps: mean 1, CV 1, Kolmogorov-Smirnov at 5 %, no correlation', () => {
    const n = gaps.length;
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / n;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / (n - 1);
    expect(Math.abs(n - 20_000)).toBeLessThan(3 * Math.sqrt(20_000));
    expect(Math.abs(mean - 1)).toBeLessThan(3 / Math.sqrt(n));
    expect(Math.abs(Math.sqrt(variance) / mean - 1)).toBeLessThan(3 / Math.sqrt(n));
    const sorted = [...gaps].sort((a, b) => a - b);
    const distance = Math.max(...sorted.map((gap, i) => Math.abs(1 - Math.exp(-gap) - (i + 0.5) / n)));
    expect(distance).toBeLessThan(1.36 / Math.sqrt(n));
    const lagged = gaps.reduce((sum, gap, i) => sum + (gap - mean) * ((gaps[i - 1] ?? mean) - mean), 0) / n / variance;
    expect(Math.abs(lagged)).toBeLessThan(3 / Math.sqrt(n));
  });

  it('have Poisson counts per second: index of dispersion near 1', () => {
    const counts = new Array<number>(200).fill(0);
    for (const at of found) counts[Math.floor(at / 1e6)]! += 1;
    const mean = found.length / 200;
    const dispersion = counts.reduce((sum, seen) => sum + (seen - mean) ** 2, 0) / 199 / mean;
    expect(Math.abs(dispersion - 1)).toBeLessThan(3 * Math.sqrt(2 / 199));
  });

  it('follow a ramp: as many as its integral, within three standard deviations, by halves', () => {
    const ramp = times(all(open(rates([100, 0, 400]), 'poisson'), 5));
    const early = ramp.filter((at) => at < 50e6).length;
    expect(Math.abs(early - 5_000)).toBeLessThan(3 * Math.sqrt(5_000));
    expect(Math.abs(ramp.length - early - 15_000)).toBeLessThan(3 * Math.sqrt(15_000));
  });

  it('depend on the seed', () => {
    expect(all(open(rates([1, 9, 9]), 'poisson'), 1)).not.toEqual(all(open(rates([1, 9, 9]), 'poisson'), 2));
  });
});

describe('bursty arrivals', () => {
  const SIZE = 5;
  const found = times(all(open(rates([400, 50, 50]), { bursty: count(SIZE) }), 11));
  const bursts = found.filter((_, n) => n % SIZE === 0);

  it('come so many at one instant, the instants exponentially apart at a fifth of the rate', () => {
    for (const [n, at] of found.entries()) expect(at).toBe(bursts[Math.floor(n / SIZE)]);
    const n = bursts.length;
    expect(new Set(bursts).size).toBe(n);
    const gaps = bursts.map((at, i) => (at - (bursts[i - 1] ?? 0)) / 100_000);
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / n;
    expect(Math.abs(mean - 1)).toBeLessThan(3 / Math.sqrt(n));
    const sorted = [...gaps].sort((a, b) => a - b);
    const distance = Math.max(...sorted.map((gap, i) => Math.abs(1 - Math.exp(-gap) - (i + 0.5) / n)));
    expect(distance).toBeLessThan(1.36 / Math.sqrt(n));
  });

  it('have the mean rate that was asked for, also on a ramp', () => {
    expect(Math.abs(found.length - 20_000)).toBeLessThan(3 * Math.sqrt(20_000 * SIZE));
    const ramp = times(all(open(rates([100, 0, 400]), { bursty: count(8) }), 5));
    const early = ramp.filter((at) => at < 50e6).length;
    expect(Math.abs(early - 5_000)).toBeLessThan(3 * Math.sqrt(8 * 5_000));
    expect(Math.abs(ramp.length - early - 15_000)).toBeLessThan(3 * Math.sqrt(8 * 15_000));
  });

  it('of one at once would be Poisson arrivals', () => {
    const stages = rates([10, 5, 50], [10, 50, 0]);
    expect(all(open(stages, { bursty: count(1) }), 3)).toEqual(all(open(stages, 'poisson'), 3));
  });
});

describe('any arrivals', () => {
  const pattern = fc.oneof(
    fc.constantFrom('uniform' as const, 'poisson' as const),
    fc.integer({ min: 2, max: 12 }).map((size) => ({ bursty: count(size) })),
  );
  const profile = fc.tuple(rateStages(60), pattern);
  const cap = fc.option(fc.integer({ min: 0, max: 500 }));

  it('ascend within the curve, in number as its integral', () => {
    fc.assert(
      fc.property(rateStages(200), (stages) => {
        const uniform = open(stages);
        const found = times(all(uniform));
        expect(Math.abs(found.length - areaAt(stages, micros(1e12)))).toBeLessThan(1);
        for (const [i, at] of found.entries()) {
          expect(at).toBeGreaterThanOrEqual(found[i - 1] ?? 0);
          expect(at).toBeLessThan(durationOf(uniform) + 1e-3);
        }
      }),
    );
  });

  it('of 1 to 9 segments, weighted or not, are together the unsplit schedule, bit for bit', () => {
    fc.assert(
      fc.property(profile, fc.integer(), cap, segments(9), ([stages, kind], seed, limit, each) => {
        const parts = each.map((segment) => all(open(stages, kind), seed, segment, limit));
        for (const [n, part] of parts.entries())
          expect(part.every((arrival) => placeIn(each[n] as Segment, arrival.index) >= 0)).toBe(true);
        const union = parts.flat().sort((a, b) => a.index - b.index);
        expect(union).toEqual(all(open(stages, kind), seed, whole, limit));
        if (limit !== null) expect(union.length).toBeLessThanOrEqual(limit);
      }),
    );
  });

  it('of up to 1,000 segments are together the unsplit schedule, bit for bit', () => {
    fc.assert(
      fc.property(profile, fc.integer(), segments(1_000, 4), ([stages, kind], seed, each) => {
        const parts = each.map((segment) => all(open(stages, kind), seed, segment));
        const union = parts.flat().sort((a, b) => a.index - b.index);
        expect(union).toEqual(all(open(stages, kind), seed));
      }),
      { numRuns: 20 },
    );
  });

  it('know, in every segment alike, whether the cap cut them short', () => {
    fc.assert(
      fc.property(profile, fc.integer(), cap, fc.integer({ min: 1, max: 9 }), ([stages, kind], seed, limit, count) => {
        const uncapped = all(open(stages, kind), seed).length;
        for (let index = 0; index < count; index++) {
          const arrivals = new Arrivals(open(stages, kind), seed, { index, count }, limit);
          while (arrivals.peek() !== Number.POSITIVE_INFINITY) arrivals.take();
          expect(arrivals.cut).toBe(limit !== null && limit < uncapped);
        }
      }),
    );
  });
});
