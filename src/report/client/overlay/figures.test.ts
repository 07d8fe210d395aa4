import { expect, it } from 'vitest';
import { differenceInterval } from '../../../stats/difference.ts';
import { differenceCells, type Figure, figureCells, type RunFigures } from './figures.ts';

const base: RunFigures = {
  sent: 12_000,
  achievedPerSec: 200,
  failedShare: 0.004,
  p50: { value: 60, interval: [57, 63] },
  p95: { value: 200, interval: [190, null] },
  p99: { value: null },
  max: 412,
};
const other: RunFigures = {
  ...base,
  achievedPerSec: 190,
  failedShare: 0.0146,
  p50: { value: 57, interval: [53, 61] },
  p95: { value: 250, interval: [230, 270] },
};

const textsOf = (cells: ReturnType<typeof figureCells>): string[] =>
  cells.map(({ text, beside }) => (beside === '' ? text : `${text} (${beside})`));

it('gives each number with its interval, and a dash where there is none', () => {
  expect(textsOf(figureCells(base))).toEqual([
    '12,000',
    '200.0',
    '0.4 %',
    '60.0 (57.0 to 63.0)',
    '200 (190 or more)',
    '–',
    '412',
  ]);
});

it('gives differences with sign, share and interval', () => {
  const both = ({ value: a, interval: of }: Figure, { value: b, interval: its }: Figure) =>
    a === null || b === null || of === undefined || its === undefined
      ? null
      : differenceInterval({ value: a, interval: of }, { value: b, interval: its });
  expect(textsOf(differenceCells(base, other, both))).toEqual([
    '−10.0 (−5 %)',
    '+1.1',
    '−3.00 (−5 %; −8.00 to +2.00)',
    '+50.0 (+25 %; up to +72.4)',
    '–',
  ]);
});

it('says nothing of an interval where there is none, and zero without a sign', () => {
  const same = differenceCells(base, base);
  expect(textsOf(same)).toEqual(['0 (0 %)', '0', '0 (0 %)', '0 (0 %)', '–']);
});
