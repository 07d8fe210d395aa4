import fc from 'fast-check';
import { expect, it } from 'vitest';
import { logMargin, type MarginModel, slopeOf } from './margin.ts';

const model = (shape: MarginModel['shape']): MarginModel => ({
  shape,
  errors: false,
  capacity: null,
  variability: null,
  allowed: 0.05,
  low: 0,
  high: 1,
});

it('knows the slope of its curve', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('queue' as const, 'power' as const, 'never' as const),
      fc.double({ min: 0.05, max: 5, noNaN: true }),
      fc.double({ min: 0.02, max: 0.9, noNaN: true }),
      fc.double({ min: -2, max: 0.04, noNaN: true }),
      (kind, bend, floor, u) => {
        const shape = { bend, floor, prior: 0 };
        const step = 1e-6;
        const between = logMargin(u + step, shape, model(kind)) - logMargin(u - step, shape, model(kind));
        expect(slopeOf(u, shape, model(kind)) / (between / (2 * step))).toBeCloseTo(1, 2);
      },
    ),
  );
});
