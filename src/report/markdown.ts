/** Writes `summary.md`. */
import { headline } from '../analyze/headline.ts';
import { targetSentences } from '../analyze/target-ratios.ts';
import { formatCount, formatMs } from '../analyze/wording.ts';
import type { BreakingPoint } from '../core/breaking-point.ts';
import type { RunResult } from '../core/result.ts';
import { targetLine } from '../core/targets.ts';
import { goodputSentence } from './goodput.ts';
import { MEANING, SYMBOLS, signOf } from './phrases.ts';
import { leftOutSentence, requestRows, SHOWN } from './request-rows.ts';
import {
  achievedFigure,
  criterionFigure,
  errorsFigure,
  levelLoad,
  limitRows,
  metricOf,
  PURPOSE_WORDS,
  shownCriterion,
  totalsSentence,
  VERDICT_SIGNS,
} from './search-phrases.ts';
import { streamNotes, streamTimes } from './streams.ts';
import { printable } from './terminal.ts';
import { levelsChart, timelineChart } from './text-charts.ts';

/** Failures listed; a step summary has its limits, and the whole list is in `failures.csv`. */
const SHOWN_FAILURES = 10;
const MESSAGE_LENGTH = 200;
const SHOWN_TRACES = 3;

/** `summary.md`, for a step summary or a comment: the result, the numbers, the checks and the doubts. */
export function toMarkdown(result: RunResult): string {
  const { verdict, plan, failures, breakingPoint } = result;
  const { sentence, why, chip } = headline(result);
  const sections = [
    `## ${prose(sentence)}`,
    prose(why),
    `${SYMBOLS[chip.status]} ${prose(chip.text)}`,
    ...(breakingPoint === undefined
      ? [requestsTable(result), timelineChart(result)]
      : searchSections(result, breakingPoint)),
    ...(result.targetRatios === undefined ? [] : targetSentences(result.targetRatios, plan).map(prose)),
    prose(goodputSentence(result)),
    streamsTable(result),
    list(
      'Checks',
      verdict.checks.map((check) => `${SYMBOLS[signOf(check)]} ${code(check.threshold)} ${prose(check.message)}`),
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
    list(
      'Slowest requests',
      (result.traces ?? []).slice(0, SHOWN_TRACES).map(({ traceId, name, responseMs, outcome }) => {
        return `${formatMs(responseMs)} ${code(name)} ${outcome}: trace ${code(traceId)}`;
      }),
    ),
    `<sub>${MEANING} Target: ${code(targetLine(plan))}.</sub>`,
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function requestsTable(result: RunResult): string {
  const list = requestRows(result);
  const leftOut = leftOutSentence(result);
  const givenUp = list.some((row) => row.givenUp !== null);
  const good = result.goodput === undefined ? [] : ['--:'];
  const rows = list.map(({ name, kind, count, failed, percentiles, max, achieved, ...row }) => {
    const more = row.givenUp === null ? [] : [row.givenUp];
    const last = row.goodput === null ? [] : [row.goodput];
    const label = kind === 'request' ? cell(code(name)) : kind === 'all' ? `**${name}**` : `*${name}*`;
    const times = percentiles.map(({ value, range }) => (range === '' ? value : `${value}<br>(${range})`));
    return tableRow([label, count, failed, ...more, ...times, max, achieved, ...last]);
  });
  return [
    tableRow([
      'Request',
      'Count',
      'Failed',
      ...(givenUp ? ['Given up'] : []),
      ...SHOWN,
      'Max',
      'Achieved',
      ...good.map(() => 'Goodput'),
    ]),
    tableRow(['---', '--:', '--:', ...(givenUp ? ['--:'] : []), ...SHOWN.map(() => '--:'), '--:', '--:', ...good]),
    ...rows,
    ...(leftOut === '' ? [] : ['', leftOut]),
  ].join('\n');
}

/** What a model that streams is judged by; of a search all levels together. */
function streamsTable(result: RunResult): string {
  if (result.streams === undefined) return '';
  const shown = ['p50', 'p95', 'p99', 'max'] as const;
  const rows = streamTimes(result).map(({ label, summary }) =>
    tableRow([label, ...shown.map((name) => (summary[name] === null ? '–' : formatMs(summary[name])))]),
  );
  return [
    tableRow(['Streams', ...shown]),
    tableRow(['---', ...shown.map(() => '--:')]),
    ...rows,
    '',
    prose(streamNotes(result).join(' ')),
  ].join('\n');
}

/** The limits, what the reader must know of them, and every level with its reason. */
function searchSections(result: RunResult, found: BreakingPoint): string[] {
  const { levels, criterion, warnings, openAndClosed } = found;
  const slo = levels.map((level) => shownCriterion(level, criterion)?.slo).find((each) => each !== undefined);
  const limits = limitRows(found).map(({ label, value, interval, note }) =>
    tableRow([cell(prose(label)), cell(prose(value)), cell(prose(interval)), cell(prose(note))]),
  );
  const rows = levels.map((level) =>
    tableRow([
      String(level.index + 1),
      PURPOSE_WORDS[level.purpose],
      levelLoad(level.load, found.unit),
      achievedFigure(level),
      criterionFigure(shownCriterion(level, criterion)),
      errorsFigure(level),
      `${VERDICT_SIGNS[level.verdict]} ${level.verdict}`,
      cell(prose(level.reason)),
    ]),
  );
  const table = [
    tableRow(['#', 'For', 'Load', 'Achieved', cell(prose(metricOf(slo ?? 'p95'))), 'Errors', 'Verdict', 'Why']),
    tableRow(['--:', '---', '--:', '--:', '--:', '--:', '---', '---']),
    ...rows,
  ].join('\n');
  return [
    [tableRow(['Limit', 'Estimate', '95 % interval', '']), tableRow(['---', '--:', '--:', '---']), ...limits].join(
      '\n',
    ),
    levelsChart(found),
    openAndClosed === undefined ? '' : prose(openAndClosed.message),
    list(
      'Warnings',
      warnings.map(({ message }) => prose(message)),
    ),
    levels.length === 0 ? '' : `<details><summary>${prose(totalsSentence(result))}</summary>\n\n${table}\n\n</details>`,
  ];
}

export const tableRow = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function list(heading: string, items: readonly string[]): string {
  return items.length === 0 ? '' : `### ${heading}\n\n${items.map((item) => `- ${item}`).join('\n')}`;
}

/** A code span that holds any text: nothing in it is markup, a link or a mention. */
function code(text: string): string {
  const line = printable(text).trim();
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = line.startsWith('`') || line.endsWith('`') || line === '' ? ' ' : '';
  return `${fence}${pad}${line}${pad}${fence}`;
}

/** A table's cell ends at a bar, even in a code span. */
const cell = (text: string): string => text.replaceAll('|', '\\|');

/** Sentences may quote the target: nothing in them becomes markup, nor rings anybody by an @. */
export function prose(text: string): string {
  return printable(text)
    .replace(/[\\`*_[\]<>|~&#]/g, (character) => `\\${character}`)
    .replaceAll('@', '@<!-- -->');
}
