import { expect, it } from 'vitest';
import { closedRun } from '../../../test/sample-run.ts';
import { msFigure } from '../client/figures.ts';
import { durationFigure, percentileCell, utc } from './figures.ts';

it('says durations as people do', () => {
  expect([0.42, 9, 30, 60, 118, 3600, 7500].map(durationFigure)).toEqual([
    '0.4 s',
    '9 s',
    '30 s',
    '1 min',
    '1 min 58 s',
    '1 h',
    '2 h 5 min',
  ]);
});

it('leaves the unit to the column', () => {
  expect([0.0624, 61.23, 402, 1250].map(msFigure)).toEqual(['0.062', '61.2', '402', '1,250']);
});

it('says instants in UTC, and passes on what is no instant', () => {
  expect(utc('2026-11-21T22:04:05.999+01:00')).toBe('2026-11-21 21:04:05 UTC');
  expect(utc('once')).toBe('once');
});

it('has the interval beside the number, in its own form: skewed, open', () => {
  const result = closedRun();
  const { ci95: _, ...bare } = result.latency.response;
  const cell = (p50: number, interval?: [number, number | null]): string =>
    percentileCell({ ...bare, p50, ...(interval ? { ci95: { p50: interval } } : {}) }, 'p50', result).replace(
      /<[^>]+>/g,
      '',
    );
  expect(cell(61.2)).toBe('61.2');
  expect(cell(61.2, [58.1, 74.3])).toBe('61.2 58.1 to 74.3');
  expect(cell(198, [164, null])).toBe('198 164 or more');
  expect(cell(402, [401.8, 402.2])).toBe('402 402 to 402');
});
