/** Small charts in letters, for places that show no picture: a step summary, a comment on a pull request. */
import { formatMs, formatRate } from '../analyze/wording.ts';
import type { BreakingPoint, LevelLoad, LevelResult } from '../core/breaking-point.ts';
import type { Comparison } from '../core/comparison.ts';
import type { RunResult, TimelinePoint } from '../core/result.ts';
import { shownChanges } from './comparison-svg.ts';
import { levelLoad } from './search-phrases.ts';
import { sparkline } from './terminal.ts';

/** A comment is some eighty letters wide. */
const COLUMNS = 60;
const BARS = 40;
const MOST_LEVELS = 16;
const HALF = 20;

/** p95, successes and failures by time: each column is as many seconds, of which it shows the worst. Empty: too short a run. */
export function timelineChart({ timeline }: Pick<RunResult, 'timeline'>): string {
  const points = timeline.filter(({ phase }) => phase !== 'drain');
  if (points.length < 3) return '';
  const per = Math.ceil(points.length / COLUMNS);
  const columns = Array.from({ length: Math.ceil(points.length / per) }, (_, i) =>
    points.slice(i * per, (i + 1) * per),
  );
  const row = (
    label: string,
    of: (point: TimelinePoint) => number | null,
    worst: (...values: number[]) => number,
    told: (lowest: number, highest: number) => string,
  ): string[] => {
    const values = columns.map((column) => {
      const known = column.map(of).filter((value) => value !== null);
      return known.length === 0 ? null : worst(...known);
    });
    const numbers = values.filter((value) => value !== null);
    const highest = Math.max(0, ...numbers);
    return highest === 0 ? [] : [`${label} ${sparkline(values, COLUMNS)} ${told(Math.min(...numbers), highest)}`];
  };
  const upTo =
    (format: (value: number) => string) =>
    (_: number, highest: number): string =>
      `up to ${format(highest)}`;
  const rate = (count: (point: TimelinePoint) => number) => (point: TimelinePoint) =>
    point.seconds > 0 ? count(point) / point.seconds : null;
  return fenced([
    ...row('p95    ', ({ p95 }) => p95, Math.max, upTo(formatMs)),
    ...row(
      'success',
      rate(({ ok }) => ok),
      Math.min,
      (low, high) => `${formatRate(low)} to ${formatRate(high)}`,
    ),
    ...row(
      'failed ',
      rate(({ failed }) => failed),
      Math.max,
      upTo(formatRate),
    ),
  ]);
}

/** p95 of the levels of a search, by their load. Empty: fewer than two were measured. */
export function levelsChart({ levels, unit }: Pick<BreakingPoint, 'levels' | 'unit'>): string {
  const shown = levels
    .filter(({ purpose, verdict, p95 }) => purpose !== 'idle' && verdict !== 'void' && Number.isFinite(p95))
    .toSorted((a, b) => amountOf(a.load) - amountOf(b.load));
  if (shown.length < 2) return '';
  const every = Math.ceil(shown.length / MOST_LEVELS);
  const some = shown.filter((_, i) => i % every === 0 || i === shown.length - 1);
  const highest = Math.max(...some.map(({ p95 }) => p95 as number));
  const labels = some.map(({ load }) => levelLoad(load, unit));
  const width = Math.max(...labels.map(({ length }) => length));
  const bar = ({ p95, verdict }: LevelResult, i: number): string => {
    const long = Math.max(1, Math.round(((p95 as number) / highest) * BARS));
    const sign = verdict === 'fail' ? '░' : '█';
    return `${(labels[i] ?? '').padStart(width)} ${sign.repeat(long)} ${formatMs(p95 as number)}`;
  };
  return fenced([
    `p95 by load${some.some(({ verdict }) => verdict === 'fail') ? ' (░ failed)' : ''}`,
    ...some.map(bar),
  ]);
}

const amountOf = (load: LevelLoad): number => (load.model === 'closed' ? load.vus : load.ratePerSec);

/** How much each figure changed, as a line with its interval between the ends of the margin. Empty: none has an interval. */
export function changesChart(comparison: Comparison): string {
  const shown = shownChanges(comparison);
  if (shown.length === 0) return '';
  const { margin } = comparison;
  const reach = Math.min(2, 1.15 * Math.max(2 * margin, ...shown.flatMap(({ interval }) => interval.map(Math.abs))));
  const at = (share: number): number => HALF + Math.round((Math.max(-reach, Math.min(reach, share)) / reach) * HALF);
  const width = Math.max(...shown.map(({ name }) => name.length));
  const rows = shown.map(({ name, change, interval: [low, high] }) => {
    const cells = new Array<string>(2 * HALF + 1).fill(' ');
    for (const edge of [-margin, margin]) cells[at(edge)] = '┊';
    cells[HALF] = '│';
    cells.fill('─', at(low), at(high) + 1);
    cells[at(change)] = '●';
    return `${name.padEnd(width)} ${cells.join('')}`.trimEnd();
  });
  const end = `${Number((100 * reach).toFixed(1))} %`;
  const scale = `${`−${end}`.padEnd(HALF)}0${`+${end}`.padStart(HALF)}`;
  return fenced([...rows, `${' '.repeat(width)} ${scale}`]);
}

const fenced = (lines: readonly string[]): string =>
  lines.length === 0 ? '' : ['```text', ...lines, '```'].join('\n');
