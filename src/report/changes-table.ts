/** How figures changed, as a table: in the terminal, in Markdown, and as cells. */
import type { ChangeVerdict, MetricChange } from '../core/comparison.ts';
import { CHANGE_SYMBOLS, changeText, figureText, intervalText } from './comparison-phrases.ts';
import { tableRow } from './markdown.ts';
import { renderTable } from './table.ts';
import type { Ink } from './terminal.ts';

export const CHANGE_INKS: Readonly<Record<ChangeVerdict, Ink>> = {
  regression: 'red',
  improved: 'green',
  small: 'green',
  equivalent: 'green',
  undecided: 'yellow',
};

export const CHANGE_HEADINGS = ['Figure', 'base', 'head', 'change', 'interval', 'verdict'] as const;

/** A row of the table of changes. */
export const changeCells = (metric: MetricChange<string>): string[] => [
  metric.name,
  figureText(metric.base, metric.unit),
  figureText(metric.head, metric.unit),
  changeText(metric),
  intervalText(metric),
  `${CHANGE_SYMBOLS[metric.verdict]} ${metric.verdict}`,
];

export function changesTable(metrics: readonly MetricChange<string>[], columns: number, colour: boolean): string {
  const headings = CHANGE_HEADINGS.map(
    (heading, i) => ({ heading, align: i === 0 || i === 5 ? 'left' : 'right' }) as const,
  );
  const rows = metrics.map((metric) => ({ cells: changeCells(metric), ink: CHANGE_INKS[metric.verdict] }));
  return renderTable(headings, rows, columns, colour);
}

export const changesMarkdown = (metrics: readonly MetricChange<string>[]): string =>
  [
    tableRow(CHANGE_HEADINGS),
    tableRow(['---', '--:', '--:', '--:', '--:', '---']),
    ...metrics.map((metric) => tableRow(changeCells(metric))),
  ].join('\n');
