// What intervals say of targets whose response times differ by less than anybody reads.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Batch, batchIntervals } from './confidence.ts';
import { Histogram } from './histogram.ts';

const BATCHES = 20;
const SIZE = 100;
const MEDIAN = 0.5;
const P95 = 0.95;

/** @param timeOf µs, of a request in a batch. */
const batches = (timeOf: (batch: number, request: number) => number): Batch[] =>
  Array.from({ length: BATCHES }, (_, batch) => {
    const times = new Histogram();
    for (let request = 0; request < SIZE; request++) times.record(timeOf(batch, request));
    return { times: times.toData(), infinite: 0 };
  });

/** Of every request, how far its time is off, as a share of it. */
const offsets = (most: number): fc.Arbitrary<number[]> =>
  fc.array(fc.double({ min: -most, max: most, noNaN: true }), {
    minLength: BATCHES * SIZE,
    maxLength: BATCHES * SIZE,
  });

describe('times that nobody can tell apart', () => {
  it.each([128, 800])('have an upper end although they drift by %i of 200,000 µs', (drift) => {
    const of = batchIntervals(batches((batch) => 200_000 + Math.round((drift * batch) / (BATCHES - 1))));
    for (const p of [MEDIAN, P95, 0.99]) {
      const [low, high] = of(p) ?? [0, null];
      expect(low).toBeGreaterThanOrEqual(200_000);
      expect(low).toBeLessThan(200_200);
      expect(high).toBeGreaterThanOrEqual(200_000 + drift);
      expect(high).toBeLessThan(201_100);
    }
  });

  it('have one although the clock rounds them to two whole µs', () => {
    const of = batchIntervals(batches((batch) => (batch < BATCHES / 2 ? 40 : 41)));
    expect(of(P95)).toEqual([40, 41]);
  });

  it('have none where they drift by what can be read', () => {
    const of = batchIntervals(batches((batch) => 200_000 + 1_000 * batch));
    expect(of(P95)?.[1]).toBeNull();
  });

  it('have an upper end whatever their order, no nearer than they are apart', () => {
    fc.assert(
      fc.property(offsets(0.002), fc.integer({ min: 3_000, max: 5_000_000 }), (shares, centre) => {
        const all = shares.map((share) => Math.round(centre * (1 + share))).sort((a, b) => a - b);
        const sorted = batchIntervals(batches((batch, request) => all[batch * SIZE + request] as number));
        for (const p of [MEDIAN, P95]) {
          const [low, high] = sorted(p) ?? [0, null];
          expect(high).not.toBeNull();
          expect(low).toBeLessThan(centre * 1.003);
          expect(high).toBeGreaterThan(centre * 0.997);
          expect(low).toBeLessThanOrEqual(high as number);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('never lose an end that equal ones have, whatever the others took', () => {
    const slower = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: BATCHES, maxLength: BATCHES });
    fc.assert(
      fc.property(slower, offsets(0.002), (slow, shares) => {
        const time = (batch: number, request: number, alike: number): number =>
          request < (slow[batch] as number) ? 300_000 + 5_000 * request : Math.round(200_000 * (1 + alike));
        const equal = batchIntervals(batches((batch, request) => time(batch, request, 0)))(MEDIAN);
        const [low = 0, high = null] =
          batchIntervals(batches((batch, request) => time(batch, request, shares[batch * SIZE + request] as number)))(
            MEDIAN,
          ) ?? [];
        if (equal?.[1] == null) return;
        expect(high).not.toBeNull();
        expect(low / equal[0]).toBeCloseTo(1, 2);
        expect((high as number) / equal[1]).toBeCloseTo(1, 2);
      }),
      { numRuns: 20 },
    );
  });
});
