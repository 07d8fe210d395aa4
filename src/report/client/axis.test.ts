import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clockLabel, logTicks, readingLabel, tickLabel, ticksOf, timeAxis, valueAxis } from './axis.ts';

describe('valueAxis', () => {
  it.each([
    [203, { start: 0, end: 250, step: 50 }],
    [100, { start: 0, end: 100, step: 25 }],
    [281, { start: 0, end: 300, step: 100 }],
    [0.07, { start: 0, end: 0.075, step: 0.025 }],
    [0, { start: 0, end: 1, step: 0.5 }],
    [Number.NaN, { start: 0, end: 1, step: 0.5 }],
  ])('covers %f', (max, axis) => {
    expect(valueAxis(max)).toEqual(axis);
  });

  it('puts no line between two counts', () => {
    expect(valueAxis(3, 6, true)).toEqual({ start: 0, end: 3, step: 1 });
    expect(valueAxis(1, 6, true)).toEqual({ start: 0, end: 1, step: 1 });
    expect(valueAxis(0, 6, true).step).toBe(1);
  });

  it('holds any value in at most six steps, without wasting half of the room', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), fc.boolean(), (max, whole) => {
        const { end, step } = valueAxis(max, 6, whole);
        expect(end).toBeGreaterThanOrEqual(max * (1 - 1e-6));
        expect(end / step).toBeLessThanOrEqual(6 + 1e-6);
        if (!whole) expect(end).toBeLessThan(2 * max);
        if (whole) expect(Number.isInteger(step)).toBe(true);
      }),
    );
  });
});

describe('timeAxis', () => {
  it('ends with the run and has at most eight labels', () => {
    expect(timeAxis(60.2)).toEqual({ start: 0, end: 60.2, step: 10 });
    expect(timeAxis(0)).toEqual({ start: 0, end: 1, step: 1 });
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 1e7, noNaN: true }), (seconds) => {
        const axis = timeAxis(seconds);
        expect(axis.end).toBe(seconds);
        expect(ticksOf(axis).length).toBeLessThanOrEqual(8);
      }),
    );
  });

  it('covers a part of the run, with labels at round times of the run', () => {
    const axis = timeAxis(48, 12);
    expect(axis).toEqual({ start: 12, end: 48, step: 10 });
    expect(ticksOf(axis)).toEqual([20, 30, 40]);
  });
});

describe('logTicks', () => {
  it('gives 1, 2 and 5 times powers of ten, and over many powers only these', () => {
    expect(logTicks(0.9, 12)).toEqual([1, 2, 5, 10]);
    expect(logTicks(0.15, 700)).toEqual([1, 10, 100]);
  });
});

describe('labels', () => {
  it('says ticks without binary dust and with thousands', () => {
    expect(ticksOf({ start: 0, end: 0.3, step: 0.1 }).map(tickLabel)).toEqual(['0', '0.1', '0.2', '0.3']);
    expect(tickLabel(1_250_000)).toBe('1,250,000');
  });

  it('says readings in about three digits', () => {
    expect([0, 0.0624, 7.125, 61.02, 1240.4, 34].map(readingLabel)).toEqual([
      '0',
      '0.062',
      '7.13',
      '61.0',
      '1,240',
      '34',
    ]);
  });

  it('says time as m:ss', () => {
    expect([0, 5, 65.4, 3725].map(clockLabel)).toEqual(['0:00', '0:05', '1:05', '1:02:05']);
  });
});
