/** The tables of the page of several runs. */
import { headline } from '../../analyze/headline.ts';
import { percentileIn } from '../../analyze/percentiles.ts';
import type { LatencySummary } from '../../core/latencies.ts';
import type { RunResult } from '../../core/result.ts';
import { differenceInterval } from '../../stats/difference.ts';
import {
  DIFFERENCE_HEADS,
  differenceCells,
  FIGURE_HEADS,
  type Figure,
  type FigureCell,
  figureCells,
  type RunFigures,
} from '../client/overlay/figures.ts';
import { runSwatch } from '../overlay-svg.ts';
import { achievedUnit, formatLoad, loadRange } from '../search-phrases.ts';
import { targetOf } from './answer.ts';
import { loadWords } from './details.ts';
import { escapeHtml } from './escape.ts';
import { dash, utc } from './figures.ts';
import type { LetteredRun } from './overlay-answer.ts';

/** Where runs break; all of them side by side; what the others are more or less than the first. */
export function overlayTables(runs: readonly LetteredRun[]): string {
  const figures = runs.map(({ result }) => figuresOf(result));
  const [base, ...others] = figures;
  const sideBySide = runs.map((run, place) =>
    row(`run ${place}`, nameCell(run, place), figureCells(figures[place] as RunFigures).map(cellOf)),
  );
  const differences = others.map((other, i) => {
    const run = runs[i + 1] as LetteredRun;
    const cells = differenceCells(base as RunFigures, other, intervalOf).map(cellOf);
    return row(`difference ${i + 1}`, nameCell(run, i + 1), cells);
  });
  const first = runs[0]?.letter ?? '';
  return [
    breakingPoints(runs),
    card('Runs side by side', 'response time in ms, with 95 % intervals', ['Run', ...FIGURE_HEADS], sideBySide),
    card(
      `Differences from ${first}`,
      'response time in ms, with 95 % intervals from within the runs',
      ['Run', ...DIFFERENCE_HEADS],
      differences,
    ),
  ].join('');
}

function figuresOf({ totals, rates, latency }: RunResult): RunFigures {
  const { responseWithFailures: response } = latency;
  const ended = totals.ok + totals.failed;
  return {
    sent: totals.sent,
    achievedPerSec: totals.durationMs > 0 ? rates.achievedPerSec : null,
    failedShare: ended > 0 ? totals.failed / ended : null,
    p50: figureOf(response, 'p50'),
    p95: figureOf(response, 'p95'),
    p99: figureOf(response, 'p99'),
    max: response.max ?? (response.min === null ? null : Number.POSITIVE_INFINITY),
  };
}

function figureOf(summary: LatencySummary, name: 'p50' | 'p95' | 'p99'): Figure {
  const percentile = percentileIn(summary, name);
  return { value: percentile?.value ?? null, interval: percentile?.interval ?? undefined };
}

function intervalOf(base: Figure, other: Figure): readonly [number | null, number | null] | null {
  if (base.value === null || other.value === null || !Number.isFinite(base.value) || !Number.isFinite(other.value))
    return null;
  if (base.interval === undefined || other.interval === undefined) return null;
  return differenceInterval(
    { value: base.value, interval: base.interval },
    { value: other.value, interval: other.interval },
  );
}

function breakingPoints(runs: readonly LetteredRun[]): string {
  if (runs.every(({ result }) => result.breakingPoint === undefined)) return '';
  const rows = runs.map((run, place) => {
    const found = run.result.breakingPoint;
    if (found === undefined) {
      const none = dash('Not a search.');
      const cells = [...Array<string>(3).fill(`<td>${none}</td>`), `<td class="text">${none}</td>`];
      return row('', nameCell(run, place), cells);
    }
    const { estimate, interval, unit, capacity, slos, status } = found;
    return row('', nameCell(run, place), [
      `<td>${estimate === null ? dash('No limit was found.') : escapeHtml(formatLoad(estimate, unit))}</td>`,
      `<td>${interval === null ? dash('No limit was found.') : escapeHtml(loadRange(interval, unit))}</td>`,
      `<td>${capacity === null ? dash('Not known.') : escapeHtml(formatLoad(capacity.estimate, achievedUnit(found.levels)))}</td>`,
      `<td class="text">${escapeHtml(`${status}; ${slos.join(', ')}`)}</td>`,
    ]);
  });
  return card('Breaking points', '', ['Run', 'Breaks at', '95 % interval', 'Capacity', 'Result, SLO'], rows);
}

/** What was asked for, and how far to trust what came of it. */
export function whatRan(runs: readonly LetteredRun[]): string {
  const rows = runs.map((run, place) => {
    const { plan, run: ran } = run.result;
    const load =
      plan.search === null ? loadWords(plan.load) : `a search for ${plan.search.unit === 'vus' ? 'users' : 'a rate'}`;
    const texts = [utc(ran.startedAt), targetOf(run.result), load, headline(run.result).chip.text];
    return row(
      '',
      nameCell(run, place),
      texts.map((text) => `<td class="text">${escapeHtml(text)}</td>`),
    );
  });
  return card('What was run', '', ['Run', 'Started', 'Target', 'Load', 'Measurement'], rows);
}

const TEXT = ['Started', 'Target', 'Load', 'Measurement', 'Result, SLO'];

function card(title: string, unit: string, heads: readonly string[], rows: readonly string[]): string {
  const head = heads.map((label) => `<th scope="col"${TEXT.includes(label) ? ' class="text"' : ''}>${label}</th>`);
  const beside = unit === '' ? '' : `<span class="unit">${unit}</span>`;
  return (
    `<section class="card"><div class="title"><h2>${title}${beside}</h2><span class="part" hidden></span></div>` +
    `<div class="scroll" tabindex="0" role="region" aria-label="${title}"><table data-table><thead><tr>${head.join('')}</tr></thead>` +
    `<tbody>${rows.join('')}</tbody></table></div></section>`
  );
}

function row(key: string, name: string, cells: readonly string[]): string {
  return `<tr${key === '' ? '' : ` data-row="${key}"`}>${name}${cells.join('')}</tr>`;
}

function nameCell({ letter, label }: LetteredRun, place: number): string {
  return `<th scope="row" class="wrap run">${runSwatch(place)}<b>${letter}</b> ${escapeHtml(label)}</th>`;
}

function cellOf({ text, beside, title }: FigureCell): string {
  if (text === '–') return `<td>${dash(title)}</td>`;
  const tooltip = title === '' ? '' : ` title="${escapeHtml(title)}"`;
  return `<td${tooltip}>${escapeHtml(text)}${beside === '' ? '' : ` <span class="range">${escapeHtml(beside)}</span>`}</td>`;
}
