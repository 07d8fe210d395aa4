/** The tables of a report: requests, goodput, flows, tags, and where the time goes. */

import { countedSince } from '../../analyze/changes.ts';
import { successesDiffer } from '../../analyze/percentiles.ts';
import { isSteadyLoad } from '../../analyze/stretches.ts';
import { targetSentences } from '../../analyze/target-ratios.ts';
import { formatBytes, formatCount, formatRate, formatShare } from '../../analyze/wording.ts';
import { averageBody } from '../../core/body-size.ts';
import { editedLoad } from '../../core/command.ts';
import type { LatencySummary, PercentileName } from '../../core/latencies.ts';
import { MEASURES, TOLD_MEASURES } from '../../core/measures.ts';
import { followsItsPlan, isOfUsers } from '../../core/procedure.ts';
import type { GoodputResult, RunResult, SeriesResult, Totals } from '../../core/result.ts';
import { OUTCOMES } from '../../core/sample.ts';
import { goodputSentence } from '../goodput.ts';
import { RAMP, wholesOf } from '../request-rows.ts';
import { streamNotes } from '../streams.ts';
import { toldTags } from '../tags.ts';
import { escapeHtml } from './escape.ts';
import { dash, msOrDash, percentileCell } from './figures.ts';
import { card, namesTable, type Placed, placed, table, tableRow } from './table.ts';

/** The percentiles of both tables. */
const SHOWN = ['p50', 'p95', 'p99', 'p99.9'] as const satisfies readonly PercentileName[];

export const REQUEST_HEADS = ['Count', 'Failed', 'Min', ...SHOWN, 'Max', 'Mean', 'Body bytes avg', 'Achieved /s'];

/** Statistics per request name and of all requests together; where the successes alone have others, these below. */
export function requestsTable(result: RunResult): string {
  const all = { totals: result.totals, rates: result.rates, latency: result.latency };
  const rows = [
    ...Object.entries(result.series).flatMap(([name, part], i) =>
      requestRows(name, part, result, name, '', placed('request', name, i)),
    ),
    ...requestRows('All requests', all, result, null),
    ...(result.ramp === undefined ? [] : requestRows(RAMP, result.ramp, result, 'ramp', 'ramp')),
  ];
  return card(
    'Requests',
    result.breakingPoint === undefined
      ? `response time in ms, ${intervalsIn(result)}; min and mean of the successes`
      : 'all levels together; response time in ms',
    namesTable('Requests', ['Name', ...REQUEST_HEADS], rows, Object.keys(result.series).length) +
      totalsLine(result.totals),
  );
}

/** What met all limits at once; nothing where it was not asked for, and of a search, whose levels tell it. */
export function goodputTable(result: RunResult): string {
  const { goodput, series, breakingPoint } = result;
  if (goodput === undefined || breakingPoint !== undefined) return '';
  const all: readonly (readonly [string, GoodputResult])[] = [
    ...Object.entries(series).flatMap(([name, part]) =>
      part.goodput === undefined ? [] : [[name, part.goodput] as const],
    ),
    ['All requests', goodput],
  ];
  const rows = all.map(([name, { good, judged, share, perSec }], i) => {
    const cells = [
      formatCount(judged),
      formatCount(good),
      share === null ? dash('No request ended.') : formatShare(share),
      formatRate(perSec).replace('/s', ''),
    ];
    return i === all.length - 1
      ? tableRow(name, cells, `goodput ${i}`, 'all')
      : tableRow(name, cells, `goodput ${i}`, '', placed('request', name, i));
  });
  return card(
    'Goodput',
    'of the whole run; requests that met all their limits at once',
    `${namesTable('Goodput', ['Name', 'Judged', 'Good', 'Share', 'Good /s'], rows, all.length - 1)}<p class="quiet">${escapeHtml(goodputSentence(result))}</p>`,
  );
}

/** Of groups and flows: what their requests came to together. Nothing where there are none. */
export function wholesTable(result: RunResult): string {
  const { flows, groups } = result;
  const wholes = wholesOf<SeriesResult>({ ...(flows && { flows }), ...(groups && { groups }) });
  if (wholes.length === 0) return '';
  // Only arrivals are dropped, and hardly ever.
  const drops = wholes.some(({ part }) => part.totals.dropped > 0);
  const heads = [
    ...(drops ? ['Dropped'] : []),
    'Begun',
    'Done',
    'Failed',
    'Cut',
    'Min',
    ...SHOWN,
    'Max',
    'Mean',
    'Done /s',
  ];
  const rows = wholes.map(({ kind, name, part }, i) => {
    const { totals, rates, latency } = part;
    const { response, responseWithFailures } = latency;
    const ended = totals.ok + totals.failed;
    const cells = [
      ...(drops ? [formatCount(totals.dropped)] : []),
      formatCount(totals.sent),
      formatCount(totals.ok),
      ended === 0 ? dash('None ended.') : formatShare(totals.failed / ended),
      formatCount((totals.cut ?? 0) + (totals.byOutcome.aborted ?? 0)),
      msOrDash(response.min, 'None was done.'),
      ...SHOWN.map((each) => percentileCell(responseWithFailures, each, result)),
      maxCell(responseWithFailures),
      msOrDash(response.mean, 'None was done.'),
      formatRate(rates.achievedPerSec).replace('/s', ''),
    ];
    return tableRow(`${kind} ${name}`, cells, `${kind} ${name}`, '', placed(kind, name, i));
  });
  return card(
    'Flows and groups',
    'the response times of their requests together, without pauses, in ms; cut: by the end of the load',
    namesTable('Flows and groups', ['Name', ...heads], rows, wholes.length),
  );
}

/** Of all that have a tag, of each target among them; and how targets differ. Nothing where there are none. */
export function tagsTable(result: RunResult): string {
  const { targetRatios: ratios, plan } = result;
  const tags = toldTags(result);
  if (tags.length === 0) return '';
  const rows = tags.flatMap(({ name, label, part }, i) =>
    requestRows(label, part, result, `tag ${name}`, '', placed('tag', name, i)),
  );
  const told = ratios === undefined ? [] : targetSentences(ratios, plan);
  const what = plan.targets === undefined ? 'Tags' : 'Targets and tags';
  return card(
    what,
    'of the whole run; response time in ms',
    namesTable(what, ['Name', ...REQUEST_HEADS], rows, tags.length) +
      told.map((text) => `<p>${escapeHtml(text)}</p>`).join(''),
  );
}

/** Why there may be none. */
function intervalsIn(result: RunResult): string {
  const { latency, plan, changes = [], timeline } = result;
  if (latency.responseWithFailures.ci95 !== undefined) return 'with 95 % intervals';
  const end = 1e6 * (timeline.findLast(({ phase }) => phase === 'measure')?.t ?? 0);
  const since = Math.max(plan.warmup, countedSince(result));
  return followsItsPlan(plan) && end > since && !isSteadyLoad(editedLoad(plan.load, changes), since, end)
    ? 'without intervals, for the load changed under way'
    : 'without intervals, for there are too few samples';
}

/** Where the time goes: the parts of all requests' time side by side. */
export function timesTable(result: RunResult): string {
  const { latency, plan } = result;
  const rows = [
    timesRow(MEASURES.response.label, 'callers', latency.responseWithFailures, result),
    ...(successesDiffer(latency) ? [timesRow('… of the successes', 'response', latency.response, result)] : []),
  ];
  for (const measure of TOLD_MEASURES) {
    const summary = latency[measure];
    // The response time is in the rows above.
    if (measure !== 'response' && summary !== undefined)
      rows.push(timesRow(MEASURES[measure].label, measure, summary, result));
  }
  if (!isOfUsers(plan)) rows.push(timesRow(MEASURES.lag.label, 'lag', latency.lag, result));
  const heads = ['All requests', 'Count', ...SHOWN, 'Max'];
  const told = streamNotes(result).map((note) => `<p class="quiet">${escapeHtml(note)}</p>`);
  return card('Where the time goes', 'ms', table('Where the time goes', heads, rows) + told.join(''));
}

/** @param key of the request name; null: all of them. */
export function requestRows(
  name: string,
  {
    totals,
    rates,
    latency,
  }: Pick<SeriesResult, 'totals' | 'rates'> & { readonly latency: Omit<SeriesResult['latency'], 'lag'> },
  result: RunResult,
  key: string | null,
  style = key === null ? 'all' : '',
  place: Placed | null = null,
): string[] {
  const { response, responseWithFailures } = latency;
  const ended = totals.ok + totals.failed;
  const none = 'No request succeeded.';
  const size = averageBody(totals);
  const percentiles = (summary: LatencySummary): string[] => SHOWN.map((each) => percentileCell(summary, each, result));
  const cells = [
    formatCount(totals.sent),
    ended === 0 ? dash('No request ended.') : formatShare(totals.failed / ended),
    msOrDash(response.min, none),
    ...percentiles(responseWithFailures),
    maxCell(responseWithFailures),
    msOrDash(response.mean, none),
    size === null ? dash('No body came to its end.') : formatCount(size),
    formatRate(rates.achievedPerSec).replace('/s', ''),
  ];
  const rows = [tableRow(name, cells, rowKey('requests', key, style), style, place)];
  if (!successesDiffer(latency)) return rows;
  const alone = ['', '', '', ...percentiles(response), maxCell(response), '', '', ''];
  return [...rows, tableRow('of the successes', alone, rowKey('successes', key, style), 'part', place)];
}

/** By which the page's script finds a row again; those of the ramp and of regions are the same whatever stretch is looked at. */
function rowKey(what: string, key: string | null, style: string): string {
  if (style === 'ramp') return `ramp ${what}`;
  if (style === 'region') return `region ${what} ${key}`;
  return key === null ? what : `${what} ${key}`;
}

function timesRow(label: string, part: string, summary: LatencySummary, result: RunResult): string {
  const cells = [
    formatCount(summary.count),
    ...SHOWN.map((name) => percentileCell(summary, name, result)),
    maxCell(summary),
  ];
  return tableRow(label, cells, `times ${part}`, '');
}

/** Infinite where any failed. */
function maxCell({ max, min }: LatencySummary): string {
  return max === null && min !== null ? '∞' : msOrDash(max, 'No request succeeded.');
}

/** What became of the requests, by outcome and by status, in two quiet lines. */
function totalsLine(totals: Totals): string {
  const counts: [string, number][] = [
    ['offered', totals.offered],
    ['sent', totals.sent],
    ['dropped', totals.dropped],
    ['left out', totals.leftOut ?? 0],
    ...OUTCOMES.map((outcome): [string, number] => [outcome, totals.byOutcome[outcome] ?? 0]),
  ];
  const outcomes = counts
    .filter(([name, n]) => n > 0 || name === 'sent' || name === 'ok')
    .map(([name, n]) => `<span>${name} <b>${formatCount(n)}</b></span>`);
  const statuses = Object.entries(totals.byStatus).map(
    ([status, n]) => `<span>status ${escapeHtml(status)} <b>${formatCount(n)}</b></span>`,
  );
  const traffic = `<span>received <b>${formatBytes(totals.bytesIn)}</b></span><span>sent out <b>${formatBytes(totals.bytesOut)}</b></span>`;
  return `<p class="facts" data-facts>${[...outcomes, ...statuses].join('')}${traffic}</p>`;
}
