/** What a run prints at its end. */

import { headline } from '../analyze/headline.ts';
import { targetSentences } from '../analyze/target-ratios.ts';
import { formatClock, formatCount, formatMs } from '../analyze/wording.ts';
import type { BreakingPoint } from '../core/breaking-point.ts';
import type { Latencies, LatencySummary, PercentileName } from '../core/latencies.ts';
import { isOneAtATime } from '../core/procedure.ts';
import type { FailureResult, RunResult, Totals } from '../core/result.ts';
import { goodputSentence } from './goodput.ts';
import { MEANING, signOf } from './phrases.ts';
import { leftOutSentence, requestRows } from './request-rows.ts';
import { totalsSentence } from './search-phrases.ts';
import { levelsTable, limitsTable } from './search-tables.ts';
import { streamNotes, streamTimes } from './streams.ts';
import { Page, type PageOptions } from './summary-page.ts';
import type { Column, Row } from './table.ts';
import { clip, printable } from './terminal.ts';

const SHOWN_FAILURES = 5;
/** So much of a body is shown there, columns. */
const BODY_SHOWN = 300;

/** What a finished run prints: the sentence, why, the numbers, and what speaks against them. Ends in a line break. */
export function renderSummary(result: RunResult, options: PageOptions): string {
  const page = new Page(options);
  const { sentence, why, chip } = headline(result);
  const { verdict, latency, plan, breakingPoint } = result;

  page.line(sentence, 'bold');
  page.paragraph(why);
  page.marked(chip.status, chip.text);

  page.gap();
  if (breakingPoint !== undefined) search(page, result, breakingPoint);
  else if (isOneAtATime(plan)) probe(page, result);
  else requests(page, result);
  if (result.targetRatios !== undefined) {
    page.gap();
    for (const sentence of targetSentences(result.targetRatios, plan)) page.paragraph(sentence);
  }
  const few = verdict.doubts.filter((doubt) => doubt.code === 'too-few-samples' && !doubt.invalidates);
  const noted = page.hasDash ? few : [];
  for (const doubt of noted) page.paragraph(`– ${doubt.message} ${doubt.hint}`, 'gray');

  if (breakingPoint === undefined && result.goodput !== undefined) {
    page.gap();
    page.paragraph(goodputSentence(result), 'gray');
  }
  if (result.streams !== undefined) {
    page.gap();
    streams(page, result);
  }
  if (plan.load.model !== 'closed') {
    page.gap();
    comparison(page, latency);
  }
  failureList(page, result);
  if (verdict.checks.length > 0) page.heading('Checks');
  const labels = verdict.checks.map(({ threshold }) => printable(threshold));
  const widest = Math.max(0, ...labels.map((label) => label.length));
  for (const [i, check] of verdict.checks.entries()) {
    page.marked(signOf(check), check.message, `${(labels[i] ?? '').padEnd(widest)}  `);
  }
  const doubts = verdict.doubts.filter((doubt) => !noted.includes(doubt));
  if (doubts.length > 0) page.heading('Doubts');
  for (const { invalidates, message, hint } of doubts) {
    page.marked(invalidates ? 'invalid' : 'doubtful', message);
    if (hint !== '') page.paragraph(hint, 'gray', '  ');
  }
  const undone = result.teardown?.failures ?? [];
  if (undone.length > 0) page.heading('Tear-down');
  for (const { request, message } of undone) page.marked('doubtful', `${request} failed: ${message}`);
  page.gap();
  page.paragraph(MEANING, 'gray');
  return page.text;
}

/** The limits, every level, and what the reader of the result must know. */
function search(page: Page, result: RunResult, found: BreakingPoint): void {
  page.block((columns, colour) => limitsTable(found, columns, colour));
  if (found.openAndClosed !== undefined) page.paragraph(found.openAndClosed.message);
  page.gap();
  if (found.levels.length > 0) page.block((columns, colour) => levelsTable(found, columns, colour));
  page.paragraph(totalsSentence(result), 'gray');
  if (found.warnings.length > 0) page.heading('Warnings');
  for (const { message } of found.warnings) page.marked('doubtful', message);
}

/** Two lines each: the numbers, and below them their intervals. */
function requests(page: Page, result: RunResult): void {
  const list = requestRows(result);
  const givenUp = list.some((row) => row.givenUp !== null);
  const rows = list.flatMap(({ name, kind, count, failed, percentiles, max, achieved, ...row }): Row[] => {
    const more = row.givenUp === null ? [] : [row.givenUp];
    const last = row.goodput === null ? [] : [row.goodput];
    const label = kind === 'part' ? `  ${name}` : printable(name);
    const numbers = [label, count, failed, ...more, ...percentiles.map(({ value }) => value), max, achieved, ...last];
    const shown: Row = kind === 'all' ? { cells: numbers, ink: 'bold' } : { cells: numbers };
    if (percentiles.every(({ range }) => range === '')) return [shown];
    const ranges = [
      '',
      '',
      '',
      ...more.map(() => ''),
      ...percentiles.map(({ range }) => range),
      '',
      '',
      ...last.map(() => ''),
    ];
    return [shown, { cells: ranges, ink: 'gray' }];
  });
  page.table(
    [
      { heading: 'Requests', align: 'left' },
      { heading: 'count', align: 'right', spare: 2 },
      { heading: 'failed', align: 'right' },
      ...(givenUp ? [rightAligned('given up')] : []),
      { heading: 'p50', align: 'right' },
      { heading: 'p95', align: 'right' },
      { heading: 'p99', align: 'right', spare: 3 },
      { heading: 'p99.9', align: 'right', spare: 5 },
      { heading: 'max', align: 'right', spare: 4 },
      { heading: 'achieved', align: 'right', spare: 1 },
      ...(result.goodput === undefined ? [] : [rightAligned('goodput')]),
    ],
    rows,
  );
  const leftOut = leftOutSentence(result);
  if (leftOut !== '') page.paragraph(leftOut, 'gray');
}

/** What a caller felt beside what the target did: where they part, requests waited to be sent. */
function comparison(page: Page, { response, service, lag }: Latencies): void {
  const row = (label: string, summary: LatencySummary): Row => ({
    cells: [label, orDash(summary.p50), orDash(summary.p95), orDash(summary.p99), orDash(summary.max)],
  });
  page.table(
    [{ heading: 'Of the successes', align: 'left' }, ...['p50', 'p95', 'p99', 'max'].map(rightAligned)],
    [row('Response time', response), row('Service time', service), row('Send lag', lag)],
  );
}

/** What a model that streams is judged by. */
function streams(page: Page, result: RunResult): void {
  page.table(
    [{ heading: 'Streams', align: 'left' }, ...['p50', 'p95', 'p99', 'max'].map(rightAligned)],
    streamTimes(result).map(({ label, summary }) => ({
      cells: [label, orDash(summary.p50), orDash(summary.p95), orDash(summary.p99), orDash(summary.max)],
    })),
  );
  for (const note of streamNotes(result)) page.paragraph(note, 'gray');
}

function probe(page: Page, { latency, totals }: RunResult): void {
  const { response, separateConnect, separateTls } = latency;
  const apart = (label: string, summary: LatencySummary | undefined): Row[] =>
    summary === undefined ? [] : [{ cells: [label, orDash(summary.mean), ...medianCells(summary)] }];
  const percentile = (label: string, name: PercentileName): Row => ({
    cells: [label, orDash(response[name]), intervalOf(response, name)],
  });
  page.table(
    [{ heading: 'Response time', align: 'left' }, rightAligned(''), rightAligned('95 % interval')],
    [
      percentile('median', 'p50'),
      percentile('p95', 'p95'),
      percentile('p99', 'p99'),
      { cells: ['min', orDash(response.min), ''] },
      { cells: ['max', orDash(response.max), ''] },
    ],
  );
  page.gap();
  page.table(
    [
      { heading: 'Where the time goes', align: 'left' },
      rightAligned('mean'),
      { ...rightAligned('median'), spare: 1 },
      { ...rightAligned('95 % interval'), spare: 3 },
      { ...rightAligned('of'), spare: 2 },
    ],
    [
      ...partsOf(latency, totals).map(({ label, mean, summary }) => ({
        cells: [label, orDash(mean), ...(summary === null ? ['', '', ''] : medianCells(summary))],
      })),
      { cells: ['= response time', orDash(response.mean), ...medianCells(response)], ink: 'bold' },
      ...apart('connect, measured apart', separateConnect),
      ...apart('  of which TLS', separateTls),
    ],
  );
}

const medianCells = (summary: LatencySummary): string[] => [
  orDash(summary.p50),
  intervalOf(summary, 'p50'),
  formatCount(summary.count),
];

interface Part {
  readonly label: string;
  /** ms per response, of all of them: the means of all parts add up to that of the response time. */
  readonly mean: number | null;
  /** Times of the requests that have this part; null: they are not known. */
  readonly summary: LatencySummary | null;
}

/**
 * The parts of a response time, in order. What lies before sending is the connect and the lag; connects of failed requests
 * are among those known, so that with failures the two cannot be told apart.
 */
function partsOf({ response, service, connect, tls, firstByte, body }: Latencies, { ok, failed }: Totals): Part[] {
  const before = response.mean === null || service.mean === null ? null : response.mean - service.mean;
  const shareOf = (summary: LatencySummary): number => ((summary.mean ?? 0) * summary.count) / ok;
  const after = [
    { label: 'sent → first byte', mean: firstByte.mean, summary: firstByte },
    { label: 'first byte → last byte (body)', mean: body.mean, summary: body },
  ];
  if (connect === undefined || before === null)
    return [{ label: 'lag (due → sent)', mean: before, summary: null }, ...after];
  if (failed > 0) return [{ label: 'connect and lag', mean: before, summary: null }, ...after];
  return [
    { label: 'lag (due → sent, connect apart)', mean: Math.max(0, before - shareOf(connect)), summary: null },
    { label: 'connect', mean: shareOf(connect), summary: connect },
    ...(tls === undefined ? [] : [{ label: '  of which TLS', mean: shareOf(tls), summary: tls }]),
    ...after,
  ];
}

function failureList(page: Page, { failures, run }: RunResult): void {
  if (failures.length === 0) return;
  page.heading('Failures');
  const since = (instant: string): string => formatClock((Date.parse(instant) - Date.parse(run.startedAt)) / 1000);
  const label = ({ message, outcome }: FailureResult): string => printable(message || outcome);
  page.table(
    [
      { heading: 'Message', align: 'left' },
      { heading: 'request', align: 'left', spare: 2 },
      { heading: 'kind', align: 'left', spare: 3 },
      rightAligned('count'),
      { heading: 'first', align: 'right', spare: 1 },
      { heading: 'last', align: 'right', spare: 1 },
    ],
    failures.slice(0, SHOWN_FAILURES).map((failure) => ({
      cells: [
        label(failure),
        printable(failure.name),
        failure.outcome,
        formatCount(failure.count),
        since(failure.firstSeen),
        since(failure.lastSeen),
      ],
    })),
  );
  for (const { message, example, bodies } of failures.slice(0, SHOWN_FAILURES)) {
    if (example !== undefined) page.paragraph(`${message}, for example: ${example}`, 'gray');
    else if (bodies?.[0] !== undefined)
      page.paragraph(`${message}, for example: ${clip(printable(bodies[0]), BODY_SHOWN)}`, 'gray');
  }
  const more = failures.length - SHOWN_FAILURES;
  if (more > 0) page.line(`and ${formatCount(more)} more in failures.csv and result.json`, 'gray');
}

function intervalOf(summary: LatencySummary, name: PercentileName): string {
  const interval = summary.ci95?.[name];
  if (interval === undefined) return '–';
  const [low, high] = interval;
  return high === null ? `${formatMs(low)} or more` : `${formatMs(low)} to ${formatMs(high)}`;
}

const orDash = (ms: number | null): string => (ms === null ? '–' : formatMs(ms));
const rightAligned = (heading: string): Column => ({ heading, align: 'right' });
