/** A comparison as one HTML file in the look of a report: needs no network, and no script. */
import type { Comparison, RunFigures } from '../core/comparison.ts';
import { changeCells } from './changes-table.ts';
import { changeText, comparisonSentence, figureText, intervalText, methodSentence } from './comparison-phrases.ts';
import { changesSvg, curvesSvg, quantilesSvg, runsSvg, shownChanges } from './comparison-svg.ts';
import { finding, findingsList, headerLine, mark } from './html/answer.ts';
import { escapeHtml, headingHtml } from './html/escape.ts';
import { pageOf, type ReportAssets } from './html/page.ts';
import { runSwatch } from './overlay-svg.ts';

/** The runs of a comparison that count, in the order of time. */
export interface ComparedFigures {
  readonly base: readonly RunFigures[];
  readonly head: readonly RunFigures[];
}

const SHAPE = { regression: 'bad', improved: 'good', equivalent: 'good', small: 'good', undecided: 'fair' } as const;

export function renderComparisonPage(comparison: Comparison, figures: ComparedFigures, style: string): string {
  const { base, head, tool } = comparison;
  const assets: ReportAssets = { script: '', style };
  return pageOf(
    {
      title: `rampart compare: ${base.label}, ${head.label}`,
      version: tool.version,
      top: answerOf(comparison),
      main: [figuresTable(comparison), pictures(comparison, figures), runsTable(comparison, figures)].join('\n'),
      foot: `${base.label}, ${head.label}`,
      data: null,
    },
    assets,
  );
}

function answerOf(comparison: Comparison): string {
  const { verdict, base, head, doubts } = comparison;
  const sides = [base, head].map(({ label }) => `<span class="target">${escapeHtml(label)}</span>`);
  const findings = findingsList(
    'About this comparison',
    doubts.map((doubt) => finding('fair', 'doubt: ', doubt, '')),
  );
  return (
    headerLine('rampart compare', sides, `${base.runs.length + head.runs.length} runs`) +
    `<section class="answer" aria-label="The answer"><h1>${headingHtml(comparisonSentence(comparison))}</h1>` +
    `<p class="why">${escapeHtml(methodSentence(comparison))}</p>` +
    `<p class="chip">${mark(SHAPE[verdict])}<span>${verdict}</span></p></section>` +
    (findings === '' ? '' : `<section class="findings" aria-label="Doubts">${findings}</section>`)
  );
}

function figuresTable({ metrics }: Comparison): string {
  const rows = metrics.map((metric) => changeCells(metric));
  return card('Figures', '', table('Figures', ['Figure', 'Base', 'Head', 'Change', 'Interval', 'Verdict'], rows));
}

function pictures(comparison: Comparison, { base, head }: ComparedFigures): string {
  const { metrics, margin } = comparison;
  const changes =
    shownChanges(comparison).length === 0
      ? ''
      : card(
          'Change of each figure',
          `% of the base; shaded: ±${Math.round(1_000 * margin) / 10} %, which does not count`,
          changesSvg(comparison),
        );
  const curve = comparison.quantiles.length < 2 ? '' : quantileCard(comparison);
  const runs = metrics
    .filter(({ name }) => name !== 'errors')
    .map((metric) => {
      const of = (side: readonly RunFigures[]) => side.map(({ values }) => values[metric.name]);
      const unit = { ms: 'ms', '1/s': '1/s', 'flows/s': 'flows/s', vus: 'users', share: '%' }[metric.unit];
      return card(
        `${metric.name} of each run`,
        `${unit}; lines are means`,
        runsSvg({ metric, base: of(base), head: of(head) }),
        LEGEND,
      );
    });
  const curves = curvesSvg(base, head);
  const overlaid =
    curves === '' ? '' : card('All runs over each other', 'ms at each percentile of the response time', curves, LEGEND);
  return `<section class="grid" aria-label="Pictures">${[changes, curve, overlaid, ...runs].join('')}</section>`;
}

function quantileCard(comparison: Comparison): string {
  const rows = comparison.quantiles.map(({ name, ...each }) => {
    const metric = { ...each, unit: 'ms' as const };
    return [name, changeText(metric), intervalText(metric)];
  });
  return card(
    'Change at each percentile',
    '% of the base; the band holds all of them together',
    `${quantilesSvg(comparison)}<details><summary>As a table</summary>${table('Change at each percentile', ['Percentile', 'Change', 'Interval'], rows)}</details>`,
  );
}

function runsTable({ base, head, metrics }: Comparison, figures: ComparedFigures): string {
  const known = new Map([...figures.base, ...figures.head].map((each) => [each.id, each]));
  const rows = (['base', 'head'] as const).flatMap((side) => {
    return { base, head }[side].runs.map(({ id, startedAt, leftOut }) => {
      const values = known.get(id)?.values;
      const cells = metrics.map(({ name, unit }) => {
        const value = values?.[name] ?? null;
        return value === null ? '–' : figureText(value, unit);
      });
      return [side, id, startedAt.replace('T', ' ').slice(0, 19), ...cells, leftOut ?? ''];
    });
  });
  const heads = ['Side', 'Run', 'Started (UTC)', ...metrics.map(({ name }) => name), 'Left out'];
  return card('Runs', '', table('Runs', heads, rows));
}

/** Who is who in the pictures of runs. */
const LEGEND = `<span class="legend"><span>${runSwatch(0)}base</span><span>${runSwatch(1)}head</span></span>`;

export function card(title: string, aside: string, content: string, legend = ''): string {
  const unit = aside === '' ? '' : `<span class="unit">${escapeHtml(aside)}</span>`;
  return `<section class="card"><div class="title"><h2>${escapeHtml(title)}${unit}</h2>${legend}</div>${content}</section>`;
}

/** Columns of words, not of figures. */
const WORDS = ['Verdict', 'verdict', 'Run', 'Started (UTC)', 'Left out', 'limit', 'status', 'folder', 'Folder'];
/** Of these a cell stays on one line. */
const SHORT = ['Run', 'Started (UTC)'];

/** @param rows cells by column, the first of them the row's name. */
export function table(name: string, heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const look = (column: number): string => {
    const head = heads[column] ?? '';
    return WORDS.includes(head) ? ` class="text${SHORT.includes(head) ? ' short' : ''}"` : '';
  };
  const head = heads.map((label, column) => `<th scope="col"${look(column)}>${escapeHtml(label)}</th>`);
  const body = rows.map(([first = '', ...cells]) => {
    const others = cells.map((cell, i) => `<td${look(i + 1)}>${escapeHtml(cell)}</td>`);
    return `<tr><th scope="row">${escapeHtml(first)}</th>${others.join('')}</tr>`;
  });
  return (
    `<div class="scroll" tabindex="0" role="region" aria-label="${name}"><table><thead><tr>${head.join('')}</tr></thead>` +
    `<tbody>${body.join('')}</tbody></table></div>`
  );
}
