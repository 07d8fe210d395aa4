import type { ChangeVerdict, Comparison, MetricChange } from '../core/comparison.ts';
import {
  CHANGE_SYMBOLS,
  changeText,
  comparisonSentence,
  figureText,
  intervalText,
  methodSentence,
} from './comparison-phrases.ts';
import { inertJson } from './html/escape.ts';
import { prose, tableRow } from './markdown.ts';
import { renderTable } from './table.ts';
import { type Ink, paint, printable, wrap } from './terminal.ts';

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

/** What `compare` prints. Ends in a line break. */
export function renderComparison(comparison: Comparison, columns: number, colour: boolean): string {
  const whole = columns > 0 ? columns : 80;
  const width = Math.min(whole, 88);
  const paragraph = (text: string): string[] => wrap(printable(text), width);
  const { metrics, doubts, verdict } = comparison;
  const headings = CHANGE_HEADINGS.map(
    (heading, i) => ({ heading, align: i === 0 || i === 5 ? 'left' : 'right' }) as const,
  );
  const rows = metrics.map((metric) => ({ cells: changeCells(metric), ink: CHANGE_INKS[metric.verdict] }));
  const left = leftOut(comparison);
  return [
    ...paragraph(comparisonSentence(comparison)).map((line) => paint(line, CHANGE_INKS[verdict], colour)),
    ...paragraph(methodSentence(comparison)),
    ...(rows.length === 0 ? [] : ['', renderTable(headings, rows, whole, colour)]),
    ...(left.length === 0 ? [] : ['', 'Left out', ...left.flatMap((text) => paragraph(`○ ${text}`))]),
    ...(doubts.length === 0 ? [] : ['', 'Doubts', ...doubts.flatMap((doubt) => paragraph(`○ ${doubt}`))]),
    '',
  ].join('\n');
}

function leftOut({ base, head }: Comparison): string[] {
  return [...base.runs, ...head.runs].flatMap(({ from, leftOut }) =>
    leftOut === undefined ? [] : [`${from}: ${leftOut}`],
  );
}

export const toComparisonJson = (comparison: Comparison): string =>
  inertJson(`${JSON.stringify(comparison, null, 2)}\n`);

/** For a step summary or a comment on a pull request. */
export function comparisonMarkdown(comparison: Comparison): string {
  const { metrics, doubts, verdict } = comparison;
  const table = [
    tableRow(CHANGE_HEADINGS),
    tableRow(['---', '--:', '--:', '--:', '--:', '---']),
    ...metrics.map((each) => tableRow(changeCells(each))),
  ];
  const notes = [...leftOut(comparison), ...doubts];
  return `${[
    `## ${CHANGE_SYMBOLS[verdict]} ${prose(comparisonSentence(comparison))}`,
    ...(metrics.length === 0 ? [] : [table.join('\n')]),
    ...(notes.length === 0 ? [] : [notes.map((note) => `- ${prose(note)}`).join('\n')]),
    `<sub>${prose(methodSentence(comparison))} Base: ${prose(comparison.base.label)}. Head: ${prose(comparison.head.label)}.</sub>`,
  ].join('\n\n')}\n`;
}
