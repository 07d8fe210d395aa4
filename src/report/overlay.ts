/** The page of several runs drawn over each other, as one HTML file. */

import { inflateRawSync } from 'node:zlib';
import { isOfUsers } from '../core/procedure.ts';
import type { RunResult } from '../core/result.ts';
import { readArchive } from './client/archive.ts';
import type { EmbeddedOverlay } from './client/overlay/embedded.ts';
import { gridOfOverlay, loadUnitOf, type OverlayPicture, overlayPictures } from './client/overlay/pictures.ts';
import type { OverlaidRun } from './client/overlay/run.ts';
import { escapeHtml } from './html/escape.ts';
import { overlayAnswer } from './html/overlay-answer.ts';
import { overlayTables, whatRan } from './html/overlay-tables.ts';
import { pageOf, type ReportAssets } from './html/page.ts';
import { foldedTable } from './html/pictures.ts';
import { toolbar } from './html/toolbar.ts';
import { overlaySvgOf, runSwatch } from './overlay-svg.ts';

/** A run to be laid over others. */
export interface OverlayRun {
  /** As its reader calls it. */
  readonly label: string;
  readonly result: RunResult;
  /** What an IntervalArchive packed of its stream. */
  readonly intervals: string;
}

/** A ready-made table with more rows than this is heavy; the page's script fills in the rest. */
const ROWS = 100;

/**
 * Runs drawn over each other, as one HTML file like a report: needs no network, and is readable with scripts blocked.
 * The first run is the one that the others are compared with. The same input gives the same bytes.
 */
export function renderOverlay(runs: readonly OverlayRun[], version: string, assets: ReportAssets): string {
  const lettered = runs.map((run, place) => ({ ...run, letter: String.fromCharCode(65 + place) }));
  const unit = loadUnitOf(runs.map(({ result: { plan } }) => ({ users: isOfUsers(plan) })));
  const overlaid = lettered.map(
    ({ letter, label, result, intervals }): OverlaidRun => ({
      letter,
      label,
      startedAt: result.run.startedAt,
      archive: readArchive(inflateRawSync(Buffer.from(intervals, 'base64'))),
    }),
  );
  const pictures = overlayPictures(overlaid, unit);
  const data: EmbeddedOverlay = {
    unit,
    runs: lettered.map(({ letter, label, result, intervals }) => ({
      letter,
      label,
      startedAt: result.run.startedAt,
      intervals,
    })),
  };
  const page = {
    title: `rampart report: ${runs.map(({ label }) => label).join(', ')}`,
    version,
    top: overlayAnswer(lettered, unit),
    main: [
      overlayTables(lettered),
      toolbar({ choices: CHOICES }),
      `<section class="grid" aria-label="The runs, drawn over each other">${pictures.map((picture) => card(picture)).join('')}</section>`,
      whatRan(lettered),
    ].join('\n'),
    foot: `runs ${lettered.map(({ letter, result }) => `${letter} ${result.run.id}`).join(', ')}`,
    data,
  };
  return pageOf(page, assets);
}

const CHOICES =
  '<label>Aligned by <select name="by" autocomplete="off"><option value="time">time</option><option value="load">load</option></select></label>' +
  '<label>Percentile <select name="tail" autocomplete="off"><option>p95</option><option>p99</option></select></label>';

function card(picture: OverlayPicture): string {
  const { id, title, unit, traces, empty } = picture;
  const legend = traces.map(({ run, letter }) => `<span>${runSwatch(run)}${letter}</span>`).join('');
  const beside = `<span class="unit">${escapeHtml(unit)}</span>`;
  const plot =
    empty === ''
      ? `<div class="plot middling" data-picture="${id}">${overlaySvgOf(picture)}</div>`
      : `<div class="plot middling quiet" data-picture="${id}"><p>${empty}</p></div>`;
  return (
    `<article class="card"><div class="title"><h2>${title}${beside}</h2><div class="legend">${legend}</div></div>` +
    `${plot}${dataTable(picture)}</article>`
  );
}

function dataTable(picture: OverlayPicture): string {
  const { head, rows } = gridOfOverlay(picture);
  const stride = Math.max(1, Math.ceil(rows.length / ROWS));
  const left = stride === 1 ? '' : `One of every ${stride} rows; all of them are in each run’s history.csv.`;
  const heads = head.map((text) => `<th scope="col">${escapeHtml(text)}</th>`).join('');
  const body = rows
    .filter((_, i) => i % stride === stride - 1)
    .map(
      ([first = '', ...cells]) =>
        `<tr><th scope="row">${first}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`,
    );
  return foldedTable(picture.title, left, `<thead><tr>${heads}</tr></thead><tbody>${body.join('')}</tbody>`);
}
