import { formatBytes, formatMs, formatShare } from '../../analyze/wording.ts';
import type { RunResult } from '../../core/result.ts';
import { clockLabel, readingLabel } from '../client/axis.ts';
import { type Picture, type PictureSource, picturesOf } from '../client/pictures.ts';
import { svgOf, swatchOf, unfitSwatch } from '../svg.ts';
import { dash } from './figures.ts';

/** A table with more rows than this is no help to anybody, and heavy. */
const ROWS = 600;

export function pictureSourceOf(result: RunResult): PictureSource {
  return {
    model: result.plan.load.model,
    startedAt: result.run.startedAt,
    thresholds: result.plan.thresholds,
    timeline: result.timeline,
  };
}

/** The run over time: four cards, each a picture with its data table. */
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
  const legend = picture.lines.map((line) => `<span>${swatchOf(line)}${line.label}</span>`).join('') + unfit;
  return (
    `<article class="card"><div class="title">${head}<div class="legend">${legend}</div></div>` +
    `<div class="plot${size}" data-picture="${picture.id}">${svgOf(picture, low ? 110 : 200)}</div>` +
    `${below}${dataTable(picture)}</article>`
  );
}

function dataTable(picture: Picture): string {
  const total = picture.times.length;
  const stride = Math.ceil(total / ROWS);
  const left = stride === 1 ? '' : `<p>One of every ${stride} intervals; all of them are in history.csv.</p>`;
  const head = picture.lines.map(({ label }) => `<th scope="col">${label}</th>`).join('');
  const rows: string[] = [];
  for (let i = stride - 1; i < total; i += stride) {
    const cells = picture.lines.map(({ values }) => {
      const value = values[i];
      return `<td>${value == null ? '–' : readingLabel(value)}</td>`;
    });
    rows.push(`<tr><th scope="row">${clockLabel(picture.times[i] ?? 0)}</th>${cells.join('')}</tr>`);
  }
  const name = `${picture.title}, data table`;
  return (
    `<details><summary>Data table</summary>${left}<div class="scroll" tabindex="0" role="region" aria-label="${name}"><table>` +
    `<thead><tr><th scope="col">Time</th>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div></details>`
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
