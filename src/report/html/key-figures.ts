/** The row of figures on the first screen. */

import { successesDiffer } from '../../analyze/percentiles.ts';
import { formatClock, formatCount, formatRate, formatShare } from '../../analyze/wording.ts';
import type { BreakingPoint } from '../../core/breaking-point.ts';
import type { PercentileName } from '../../core/latencies.ts';
import { hasLevels } from '../../core/procedure.ts';
import type { RunResult } from '../../core/result.ts';
import { goodputShare } from '../goodput.ts';
import { criterionFigure, levelJustPassed, levelLoad, limitRows, metricOf, shownCriterion } from '../search-phrases.ts';
import { escapeHtml } from './escape.ts';
import { dash, percentileCell } from './figures.ts';

const PERCENTILES = ['p50', 'p95', 'p99'] as const satisfies readonly PercentileName[];

/** `value` is HTML. */
type Figure = readonly [label: string, unit: string, value: string];

/** What one wants to know first, in a row: of the whole run, or of a search. */
export function keyFiguresOf(result: RunResult): string {
  const { breakingPoint, plan } = result;
  if (breakingPoint !== undefined)
    return rowOf('Key figures of the search', figuresOfSearch(breakingPoint), ' of-search', '');
  return !hasLevels(plan)
    ? rowOf(
        'Key figures of the whole run',
        figuresOfRun(result),
        result.goodput === undefined ? '' : ' of-seven',
        captionOf(result),
      )
    : '';
}

function rowOf(label: string, figures: readonly Figure[], style: string, caption: string): string {
  const items = figures.map(
    ([name, unit, value]) =>
      `<div><dt>${name}${unit === '' ? '' : ` <span class="unit">${escapeHtml(unit)}</span>`}</dt><dd>${value}</dd></div>`,
  );
  return `<section aria-label="${label}"><dl class="key-figures${style}">${items.join('')}</dl>${caption}</section>`;
}

/** What the figures are of: those further down are of other stretches, or of the successes alone. */
function captionOf({ latency, plan }: RunResult): string {
  const stretch = plan.warmup > 0 || plan.warmupRequests > 0 ? 'The whole run without its warm-up' : 'The whole run';
  const failures = successesDiffer(latency) ? '; in percentiles a failure is slower than any success' : '';
  return `<p class="key-caption">${stretch}${failures}.</p>`;
}

/** The result, what it rests on, and what it cost. */
function figuresOfSearch(found: BreakingPoint): Figure[] {
  const { criterion, status, levels, spentSeconds, budgetSeconds } = found;
  const [limit] = limitRows(found);
  const passed = levelJustPassed(found);
  const shown = passed === null ? null : shownCriterion(passed, criterion);
  const none = 'No load was found at which it breaks.';
  // "At least" is said once.
  const range = limit === undefined || limit.interval === '–' || limit.value.startsWith('≥') ? '' : limit.interval;
  return [
    [
      status === 'found' || status === 'rough' || status === 'fails-at-every-load' ? 'Breaking point' : 'Holds',
      '',
      limit === undefined || limit.value === '–'
        ? dash('The search ended before anything could be said.')
        : `${escapeHtml(limit.value)}${beside(range.startsWith('at least') ? range : `95 %: ${range}`, range !== '')}`,
    ],
    ['Binds first', '', criterion === null ? dash(none) : escapeHtml(criterion)],
    [
      'Just passed',
      '',
      passed === null
        ? dash('No level passed.')
        : `${escapeHtml(levelLoad(passed.load, found.unit))}${beside(`${metricOf(shown?.slo ?? '')} ${criterionFigure(shown)}`, shown !== null)}`,
    ],
    ['Levels', '', formatCount(levels.length)],
    ['Time', '', `${formatClock(spentSeconds)}${beside(`of ${formatClock(budgetSeconds)}`, budgetSeconds > 0)}`],
  ];
}

/** In a lighter ink. */
const beside = (text: string, there: boolean): string =>
  there ? ` <span class="range">${escapeHtml(text)}</span>` : '';

function figuresOfRun(result: RunResult): Figure[] {
  const { latency, rates, totals } = result;
  const ended = totals.ok + totals.failed;
  return [
    [
      'Requests/s',
      'achieved',
      ended === 0 ? dash('No request ended.') : formatRate(rates.achievedPerSec).replace('/s', ''),
    ],
    ...PERCENTILES.map((name) => [name, 'ms', percentileCell(latency.responseWithFailures, name, result)] as const),
    ...goodputOf(result),
    ['Failures', ended === 0 ? '' : formatShare(totals.failed / ended), formatCount(totals.failed)],
    loadOf(result),
  ];
}

function goodputOf({ goodput }: RunResult): Figure[] {
  return goodput === undefined ? [] : [['Goodput', formatRate(goodput.perSec), escapeHtml(goodputShare(goodput))]];
}

function loadOf({ plan, rates, timeline }: RunResult): Figure {
  if (plan.load.model !== 'closed') return ['Offered', '/s', formatRate(rates.offeredPerSec).replace('/s', '')];
  const users = timeline.reduce((most, { vus }) => Math.max(most, vus), 0);
  return ['Users', 'at most', formatCount(users)];
}
