import { formatCount, formatRate, formatShare } from '../../analyze/wording.ts';
import type { PercentileName, RunResult } from '../../core/result.ts';
import { escapeHtml } from './escape.ts';
import { dash, percentileCell } from './figures.ts';

const PERCENTILES = ['p50', 'p95', 'p99'] as const satisfies readonly PercentileName[];

/** Of the whole run, in a row. A search has none: its load was another at each level, and its limits stand beside its picture. */
export function keyFiguresOf(result: RunResult): string {
  if (result.breakingPoint !== undefined || result.plan.search !== null) return '';
  const { latency, rates, totals } = result;
  const ended = totals.ok + totals.failed;
  const figures: readonly (readonly [label: string, unit: string, value: string])[] = [
    [
      'Requests/s',
      'achieved',
      ended === 0 ? dash('No request ended.') : formatRate(rates.achievedPerSec).replace('/s', ''),
    ],
    ...PERCENTILES.map((name) => [name, 'ms', percentileCell(latency.responseWithFailures, name, result)] as const),
    ['Failures', ended === 0 ? '' : formatShare(totals.failed / ended), formatCount(totals.failed)],
    loadOf(result),
  ];
  const items = figures.map(
    ([label, unit, value]) =>
      `<div><dt>${label}${unit === '' ? '' : ` <span class="unit">${escapeHtml(unit)}</span>`}</dt><dd>${value}</dd></div>`,
  );
  return `<dl class="key-figures" aria-label="Key figures of the whole run">${items.join('')}</dl>`;
}

function loadOf({ plan, rates, timeline }: RunResult): readonly [label: string, unit: string, value: string] {
  if (plan.load.model === 'open') return ['Offered', '/s', formatRate(rates.offeredPerSec).replace('/s', '')];
  const users = timeline.reduce((most, { vus }) => Math.max(most, vus), 0);
  return ['Users', 'at most', formatCount(users)];
}
