import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunFigures } from '../../core/comparison.ts';
import { resultOf, spread } from '../events.fixture.ts';
import { figuresOf } from './figures.ts';
import { quantileChanges } from './quantiles.ts';

const FIGURES = figuresOf(resultOf({ ok: spread(200, 4_000, 12_000) }));
type Curve = NonNullable<RunFigures['curve']>;
const FLAT: Curve = { p50: 10, p75: 12, p90: 15, p95: 20, p99: 30, 'p99.9': 50 };
const run = (curve: Partial<Curve>): RunFigures => ({ ...FIGURES, curve: { ...FLAT, ...curve } });
const times = (by: number): Partial<Curve> =>
  Object.fromEntries(Object.entries(FLAT).map(([name, value]) => [name, (value ?? 0) * by]));
const NOISE = [1.01, 0.99, 1.005, 0.995, 1];
const PAIRED = { paired: true, confidence: 0.95 };

describe('changes of percentiles', () => {
  it('show a tail that became slower alone', () => {
    const base = NOISE.map((noise) => run(times(noise)));
    const head = NOISE.map((noise) => run({ ...times(noise), p99: 45 * noise }));
    const found = quantileChanges(base, head, PAIRED);
    expect(found.map(({ name }) => name)).toEqual(['p50', 'p75', 'p90', 'p95', 'p99', 'p99.9']);
    expect(found.find(({ name }) => name === 'p99')?.change).toBeCloseTo(0.5, 9);
    expect(found.find(({ name }) => name === 'p50')?.change).toBeCloseTo(0, 9);
  });

  it('leave out what fewer than two runs know, and pairs of which one does not know it', () => {
    const base = NOISE.map((noise) => run({ ...times(noise), 'p99.9': null }));
    const head = NOISE.map((noise, i) => run({ ...times(noise), ...(i < 2 ? { p99: null } : {}) }));
    const found = quantileChanges(base, head, PAIRED);
    expect(found.some(({ name }) => name === 'p99.9')).toBe(false);
    expect(found.find(({ name }) => name === 'p99')?.runs).toBe(3);
    const { curve: _, ...kept } = FIGURES;
    expect(quantileChanges([kept, kept], head, PAIRED)).toEqual([]);
  });

  it('do not depend on what all runs have in common, and are wider the more of them must hold', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.5, max: 2, noNaN: true }), { minLength: 5, maxLength: 5 }), (machine) => {
        const base = NOISE.map((noise, i) => run(times(noise * (machine[i] ?? 1))));
        const head = NOISE.map((noise, i) => run(times((1.1 / noise) * (machine[i] ?? 1))));
        const [median] = quantileChanges(base, head, PAIRED);
        const calm = quantileChanges(
          NOISE.map((noise) => run(times(noise))),
          NOISE.map((noise) => run(times(1.1 / noise))),
          PAIRED,
        )[0];
        expect(median?.change).toBeCloseTo(calm?.change ?? 0, 9);
        expect(median?.interval[1]).toBeCloseTo(calm?.interval[1] ?? 0, 9);
      }),
    );
    const one = (curve: Partial<Curve>) => NOISE.map((noise) => run({ ...times(noise), ...curve }));
    const none = { p75: null, p90: null, p95: null, p99: null, 'p99.9': null };
    const head = NOISE.map((noise) => run(times(1.1 / noise)));
    const width = (found: ReturnType<typeof quantileChanges>): number =>
      (found[0]?.interval[1] ?? 0) - (found[0]?.interval[0] ?? 0);
    expect(width(quantileChanges(one({}), head, PAIRED))).toBeGreaterThan(
      width(quantileChanges(one(none), head, PAIRED)),
    );
  });
});
