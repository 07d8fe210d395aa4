import { headline } from '../analyze/headline.ts';
import { formatCount, formatMs, formatRate, formatShare } from '../analyze/wording.ts';
import type { LatencySummary, RunResult, Totals } from '../core/result.ts';
import { MEANING, SYMBOLS, withMargin } from './phrases.ts';

/** Failures listed; a step summary has its limits, and the whole list is in `failures.csv`. */
const SHOWN_FAILURES = 10;
const MESSAGE_LENGTH = 200;

/** `summary.md`, for a step summary or a comment: the answer, the numbers, the checks and the doubts. */
export function toMarkdown(result: RunResult): string {
  const { verdict, plan, latency, series, totals, rates, failures } = result;
  const { sentence, why, chip } = headline(result);
  const rows = Object.entries(series).map(([name, each]) =>
    tableRow([cell(code(name)), ...numbers(each.totals, each.latency.response, each.rates.achievedPerSec)]),
  );
  const sections = [
    `## ${prose(sentence)}`,
    prose(why),
    `${SYMBOLS[chip.status]} ${prose(chip.text)}`,
    [
      tableRow(['Request', 'Count', 'Failed', 'p50', 'p95', 'p99', 'Max', 'Achieved']),
      tableRow(['---', '--:', '--:', '--:', '--:', '--:', '--:', '--:']),
      ...rows,
      tableRow(['**All requests**', ...numbers(totals, latency.response, rates.achievedPerSec)]),
    ].join('\n'),
    list(
      'Checks',
      verdict.checks.map((check) => `${SYMBOLS[check.status]} ${code(check.threshold)} ${prose(check.message)}`),
    ),
    list(
      'Doubts',
      verdict.doubts.map((doubt) => prose(`${doubt.message} ${doubt.hint}`.trim())),
    ),
    list(
      'Failures',
      failures.slice(0, SHOWN_FAILURES).map(({ name, outcome, message, count }) => {
        return `${formatCount(count)} × ${code(name)} ${outcome}: ${code(message.slice(0, MESSAGE_LENGTH) || outcome)}`;
      }),
    ),
    `<sub>${MEANING} Target: ${code(plan.target.url)}.</sub>`,
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function numbers(totals: Totals, response: LatencySummary, achieved: number): string[] {
  const ended = totals.ok + totals.failed;
  return [
    formatCount(ended),
    ended > 0 ? formatShare(totals.failed / ended) : '–',
    withMargin(response, 'p50'),
    withMargin(response, 'p95'),
    withMargin(response, 'p99'),
    response.max === null ? '–' : formatMs(response.max),
    formatRate(achieved),
  ];
}

const tableRow = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function list(heading: string, items: readonly string[]): string {
  return items.length === 0 ? '' : `### ${heading}\n\n${items.map((item) => `- ${item}`).join('\n')}`;
}

/** A code span that holds any text: nothing in it is markup, a link or a mention. */
function code(text: string): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = line.startsWith('`') || line.endsWith('`') || line === '' ? ' ' : '';
  return `${fence}${pad}${line}${pad}${fence}`;
}

/** A table's cell ends at a bar, even in a code span. */
const cell = (text: string): string => text.replaceAll('|', '\\|');

/** Sentences may quote the target: nothing in them becomes markup, nor rings anybody by an @. */
function prose(text: string): string {
  return text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .replace(/[\\`*_[\]<>|~&#]/g, (character) => `\\${character}`)
    .replaceAll('@', '@<!-- -->');
}
