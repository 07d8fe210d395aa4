/** The cards of a report's pictures, drawn as far as that can be done without a script. */

import { formatBytes, formatMs, formatShare } from '../../analyze/wording.ts';
import type { BreakingPoint } from '../../core/breaking-point.ts';
import type { Threshold } from '../../core/plan.ts';
import { isOfUsers } from '../../core/procedure.ts';
import type { RunResult } from '../../core/result.ts';
import { clockLabel, readingLabel } from '../client/axis.ts';
import type { EmbeddedRun } from '../client/embedded.ts';
import type { Picture } from '../client/picture.ts';
import { type PictureSource, picturesOf } from '../client/pictures.ts';
import { facetsOf } from '../facets.ts';
import { svgOf, swatchOf, unfitSwatch } from '../svg.ts';
import { dash } from './figures.ts';
import { loadPicturesOf } from './load-pictures.ts';
import { marksOf } from './marks.ts';

/** A ready-made table with more rows than this is heavy; the page's script fills in the rest. */
const ROWS = 100;

export function pictureSourceOf(result: RunResult): PictureSource {
  const { plan, run, timeline, breakingPoint } = result;
  return {
    // Arrivals and users at once are drawn as arrivals are, and users with them.
    model: isOfUsers(plan) ? 'closed' : 'open',
    startedAt: run.startedAt,
    // A threshold of one request is no limit for all of them.
    thresholds: (breakingPoint === undefined ? plan.thresholds : limitsOfSearch(plan, breakingPoint)).filter(
      ({ scope }) => scope === undefined,
    ),
    marks: marksOf(result),
    ...(breakingPoint === undefined ? {} : { levels: true }),
    timeline,
  };
}

/** What the search looked for, as thresholds. */
function limitsOfSearch({ search }: RunResult['plan'], found: BreakingPoint): readonly Threshold[] {
  const given = search?.slos ?? [];
  const assumed = (found.levels[0]?.criteria ?? []).flatMap(({ slo, limit, unit }): Threshold[] =>
    unit === 'ms'
      ? [{ text: slo, metric: { kind: 'percentile', p: 95 }, op: '<=', limit: limit * 1_000, unit: 'µs' }]
      : [],
  );
  return given.length > 0 ? given : assumed;
}

/** @param intervals the packed archive, which has the timeline inside. */
export function embeddedRunOf(result: RunResult, intervals: string): EmbeddedRun {
  const { timeline: _, ...source } = pictureSourceOf(result);
  const { breakingPoint, plan } = result;
  const facets = facetsOf(plan);
  return {
    ...source,
    ...(breakingPoint === undefined ? {} : { loads: loadPicturesOf(breakingPoint) }),
    ...(facets.tags.length + facets.wholes.length === 0 ? {} : { facets }),
    intervals,
  };
}

/** The run over time: a card for each picture, each with its data table. The tables come next, before what only a script can draw. */
export function pictureGrid(result: RunResult): string {
  if (result.timeline.length === 0) {
    return '<section class="card"><div class="title"><h2>The run over time</h2></div><p class="quiet">No interval was recorded, so there is nothing to draw.</p></section>';
  }
  const cards = picturesOf(pictureSourceOf(result)).map((picture) => {
    const isGenerator = picture.id === 'generator';
    return card(picture, isGenerator, isGenerator ? generatorTable(result) : '');
  });
  return `<section class="grid" aria-label="The run over time">${cards.join('')}</section>`;
}

export function canvasGrid({ timeline }: RunResult): string {
  if (timeline.length === 0) return '';
  return `<section class="grid" aria-label="More pictures of the run">${CANVAS_CARDS.join('')}</section>`;
}

/** Pictures that only the script can draw: they stay away without it. */
const CANVAS_CARDS = [
  canvasCard('heat', 'Latency heat map', ' wide'),
  canvasCard('spectrum', 'Percentile spectrum', ''),
  canvasCard('outcomes', 'Status codes and outcomes', ''),
  canvasCard('against-rate', 'Response time against rate', ''),
  canvasCard('against-users', 'Response time against load', ''),
];

/** Every picture of a run, to be drawn by the script alone. */
export function liveGrid(): string {
  const cards = [
    canvasCard('requests', 'Requests', ''),
    canvasCard('response', 'Response time', ''),
    canvasCard('users', 'Users', ''),
    canvasCard('generator', 'Generator', ''),
    canvasCard('first-token', 'Time to first token', ''),
    canvasCard('tokens', 'Inter-token latency', ''),
  ];
  return `<section class="grid" aria-label="The run over time">${[...cards, ...CANVAS_CARDS].join('')}</section>`;
}

/** Every picture of a search, likewise. */
export function liveSearchGrid(): string {
  return (
    canvasCard('levels', 'Response time against load', ' levels', ' tall') +
    `<section class="grid" aria-label="Users against throughput">${canvasCard('throughput', 'Throughput against users', '', ' middling')}` +
    `${canvasCard('waiting', 'Response time against users', '', ' middling')}</section>`
  );
}

function canvasCard(id: string, title: string, width: string, height = ''): string {
  return (
    `<article class="card${width}" hidden><div class="title"><h2>${title}<span class="unit"></span></h2><div class="legend"></div></div>` +
    `<div class="plot${height}" data-picture="${id}"></div>${foldedTable(title, '', '')}</article>`
  );
}

function card(picture: Picture, low: boolean, below: string): string {
  const size = low ? ' low' : '';
  const unit = picture.unit === '' ? '' : `<span class="unit">${picture.unit}</span>`;
  const head = `<h2>${picture.title}${unit}</h2>`;
  if (picture.empty !== '') {
    return `<article class="card"><div class="title">${head}</div><p class="plot${size} quiet">${picture.empty}</p>${below}</article>`;
  }
  const unfit = picture.bands.some(({ kind }) => kind === 'unfit')
    ? `<span>${unfitSwatch()}generator unfit</span>`
    : '';
  const legend =
    picture.lines
      .filter(({ hidden }) => !hidden)
      .map((line) => `<span>${swatchOf(line)}${line.label}</span>`)
      .join('') + unfit;
  return (
    `<article class="card"><div class="title">${head}<div class="legend">${legend}</div></div>` +
    `<div class="plot${size}" data-picture="${picture.id}">${svgOf(picture, low ? 110 : 200)}</div>` +
    `${below}${dataTable(picture)}</article>`
  );
}

function dataTable(picture: Picture): string {
  const total = picture.times.length;
  const stride = Math.ceil(total / ROWS);
  const left = stride === 1 ? '' : `One of every ${stride} intervals; all of them are in history.csv.`;
  const lines = picture.lines.filter(({ hidden }) => !hidden);
  const head = lines.map(({ label }) => `<th scope="col">${label}</th>`).join('');
  const rows: string[] = [];
  for (let i = stride - 1; i < total; i += stride) {
    const cells = lines.map(({ values }) => {
      const value = values[i];
      return `<td>${value == null ? '–' : readingLabel(value)}</td>`;
    });
    rows.push(`<tr><th scope="row">${clockLabel(picture.times[i] ?? 0)}</th>${cells.join('')}</tr>`);
  }
  return foldedTable(
    picture.title,
    left,
    `<thead><tr><th scope="col">Time</th>${head}</tr></thead><tbody>${rows.join('')}</tbody>`,
  );
}

export function foldedTable(title: string, left: string, content: string): string {
  return (
    `<div class="foot"><details><summary>Data table<span class="spoken">, ${title}</span></summary><p class="stride">${left}</p>` +
    `<div class="scroll" tabindex="0" role="region" aria-label="${title}, data table"><table>${content}</table></div></details></div>`
  );
}

function generatorTable({ generator }: RunResult): string {
  const { cpu, threads, utilization } = generator;
  const columns: [string, string][] = [
    ['lag p99', generator.lagP99 === null ? dash('No request was sent.') : formatMs(generator.lagP99)],
    ['loop delay p99', formatMs(generator.loopDelayP99)],
    ['longest GC', formatMs(generator.gcMaxMs)],
    ['CPU per thread', formatShare(threads > 0 ? cpu / threads : cpu)],
    ['memory', formatBytes(generator.rssBytes)],
  ];
  if (utilization !== null) columns.splice(4, 0, ['loop busy', formatShare(utilization)]);
  const head = columns.map(([label]) => `<th scope="col">${label}</th>`).join('');
  const cells = columns.map(([, value]) => `<td>${value}</td>`).join('');
  return (
    `<div class="scroll figures" tabindex="0" role="region" aria-label="The generator itself"><table>` +
    `<thead><tr>${head}</tr></thead><tbody><tr>${cells}</tr></tbody></table></div>`
  );
}
