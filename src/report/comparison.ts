/** A comparison for the terminal, as JSON, and in Markdown. */
import type { Comparison } from '../core/comparison.ts';
import { CHANGE_INKS, changesMarkdown, changesTable } from './changes-table.ts';
import { CHANGE_SYMBOLS, comparisonSentence, methodSentence } from './comparison-phrases.ts';
import { inertJson } from './html/escape.ts';
import { prose } from './markdown.ts';
import { paint, printable, wrap } from './terminal.ts';
import { changesChart } from './text-charts.ts';

/** What `compare` prints. Ends in a line break. */
export function renderComparison(comparison: Comparison, columns: number, colour: boolean): string {
  const whole = columns > 0 ? columns : 80;
  const width = Math.min(whole, 88);
  const paragraph = (text: string): string[] => wrap(printable(text), width);
  const { metrics, doubts, verdict } = comparison;
  const left = leftOut(comparison);
  return [
    ...paragraph(comparisonSentence(comparison)).map((line) => paint(line, CHANGE_INKS[verdict], colour)),
    ...paragraph(methodSentence(comparison)),
    ...(metrics.length === 0 ? [] : ['', changesTable(metrics, whole, colour)]),
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
  const notes = [...leftOut(comparison), ...doubts];
  return `${[
    `## ${CHANGE_SYMBOLS[verdict]} ${prose(comparisonSentence(comparison))}`,
    ...(metrics.length === 0 ? [] : [changesMarkdown(metrics), changesChart(comparison)]),
    ...(notes.length === 0 ? [] : [notes.map((note) => `- ${prose(note)}`).join('\n')]),
    `<sub>${prose(methodSentence(comparison))} Base: ${prose(comparison.base.label)}. Head: ${prose(comparison.head.label)}.</sub>`,
  ]
    .filter((section) => section !== '')
    .join('\n\n')}\n`;
}
