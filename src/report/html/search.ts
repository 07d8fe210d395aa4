/** The part of the report about a search: its pictures, its figures and the table of its levels. */
import { formatClock, formatShare } from '../../analyze/wording.ts';
import type { BreakingPoint, LevelResult, LevelVerdict } from '../../core/breaking-point.ts';
import type { RunResult } from '../../core/result.ts';
import { toSeconds } from '../../core/units.ts';
import { readingLabel } from '../client/axis.ts';
import { type LoadPicture, VERDICT_LABELS, verdictsIn } from '../client/load-picture.ts';
import { loadSvgOf, signAt } from '../load-svg.ts';
import {
  achievedFigure,
  criterionFigure,
  levelLoad,
  limitRows,
  metricOf,
  PURPOSE_WORDS,
  shownCriterion,
  totalsSentence,
} from '../search-phrases.ts';
import { escapeHtml } from './escape.ts';
import { loadPicturesOf } from './load-pictures.ts';
import { foldedTable } from './pictures.ts';

/** Sizes of the ready-made drawings: of a wide card beside its figures, and of one of two columns. */
const WIDE = { width: 940, height: 430 };
const NARROW = { width: 534, height: 260 };

/** A table with more levels than this is laid out when it comes into sight. */
const MANY = 60;

/** The picture that proves the result with its figures beside it, then what the closed ramp says. */
export function searchSection({ breakingPoint }: RunResult): string {
  if (breakingPoint === undefined) return '';
  const pictures = loadPicturesOf(breakingPoint);
  const [first, ...others] = pictures;
  if (first === undefined || first.id !== 'levels') return quietCard(breakingPoint) + gridOf(pictures);
  const card =
    `<article class="card levels"><div class="title">${titleOf(first)}${legendOf(first)}</div>` +
    `<div class="beside"><div class="plot tall" data-picture="levels">${loadSvgOf(first, WIDE.width, WIDE.height)}</div>` +
    `${figuresOf(breakingPoint)}</div>${openAndClosedOf(breakingPoint)}${dataTable(first)}</article>`;
  return card + gridOf(others);
}

/** Every level, with the reason of its verdict. */
export function levelsTable(result: RunResult): string {
  const { breakingPoint } = result;
  if (breakingPoint === undefined || breakingPoint.levels.length === 0) return '';
  const { levels, criterion } = breakingPoint;
  const slo = levels.map((level) => shownCriterion(level, criterion)?.slo).find((each) => each !== undefined);
  const text = ['For', 'Verdict', 'Why'];
  const heads = [
    'Level',
    'At',
    'For',
    'Load',
    'Achieved',
    metricOf(slo ?? 'p95'),
    'Errors',
    'In the system',
    'Verdict',
    'Why',
  ];
  const head = heads.map(
    (label) => `<th scope="col"${text.includes(label) ? ' class="text"' : ''}>${escapeHtml(label)}</th>`,
  );
  const end = result.timeline.at(-1)?.t ?? 0;
  const rows = levels.map((level, i) => levelRow(level, breakingPoint, startOf(levels[i + 1]) ?? end));
  return (
    `<section class="card${levels.length > MANY ? ' long' : ''}"><div class="title"><h2>Levels<span class="unit">in the order run; what is grey does not count</span></h2><span class="part" hidden></span></div>` +
    `<div class="scroll" tabindex="0" role="region" aria-label="Levels"><table data-table class="reasons"><thead><tr>${head.join('')}</tr></thead>` +
    `<tbody>${rows.join('')}</tbody></table></div><p class="facts">${escapeHtml(totalsSentence(result))}</p></section>`
  );
}

const startOf = (level: LevelResult | undefined): number | undefined =>
  level === undefined ? undefined : toSeconds(level.startedAfter);

/** @param until seconds since the start, when the next one began. */
function levelRow(
  level: LevelResult,
  { criterion, unit }: Pick<BreakingPoint, 'criterion' | 'unit'>,
  until: number,
): string {
  const [figure = '–', range = ''] = criterionFigure(shownCriterion(level, criterion)).split(/ (?=\()/);
  const half = range === '' ? '' : ` <span class="range">${escapeHtml(range)}</span>`;
  const cells = [
    formatClock(toSeconds(level.startedAfter)),
    PURPOSE_WORDS[level.purpose],
    levelLoad(level.load, unit),
    achievedFigure(level),
    `${escapeHtml(figure)}${half}`,
    formatShare(level.errorShare),
    readingLabel(level.meanInFlight),
    `<span class="verdict">${sign(level.verdict)}${VERDICT_LABELS[level.verdict]}</span>`,
    escapeHtml(level.reason),
  ];
  const classes = ['', ' class="text"', '', '', '', '', '', ' class="text"', ' class="text why-cell"'];
  return (
    `<tr data-from="${toSeconds(level.startedAfter)}" data-to="${until}"${level.used ? '' : ' class="unused"'}><th scope="row">${level.index + 1}</th>` +
    `${cells.map((cell, i) => `<td${classes[i] ?? ''}>${cell}</td>`).join('')}</tr>`
  );
}

/** A line below each figure: its interval, or else what it is of; the whole of it is in the tooltip. */
function figuresOf(found: BreakingPoint): string {
  const rows = limitRows(found).map(({ label, value, interval, note }, i) => {
    const range = interval === '' || interval === '–' ? '' : `95 %: ${interval}`.replace(/^95 %: at least/, 'at least');
    const lines = i === 0 ? [range, note] : [range === '' ? note : range];
    const below = lines.filter((line) => line !== '').map((line) => `<dd class="aside">${escapeHtml(line)}</dd>`);
    return `<div title="${escapeHtml(note)}"><dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}</dd>${below.join('')}</div>`;
  });
  return `<dl class="answers">${rows.join('')}</dl>`;
}

function openAndClosedOf({ openAndClosed }: BreakingPoint): string {
  return openAndClosed === undefined ? '' : `<p class="facts">${escapeHtml(openAndClosed.message)}</p>`;
}

function gridOf(pictures: readonly LoadPicture[]): string {
  if (pictures.length === 0) return '';
  const cards = pictures.map(
    (picture) =>
      `<article class="card"><div class="title">${titleOf(picture)}${legendOf(picture)}</div>` +
      `<div class="plot middling" data-picture="${picture.id}">${loadSvgOf(picture, NARROW.width, NARROW.height)}</div>` +
      `${dataTable(picture)}</article>`,
  );
  return `<section class="grid" aria-label="Users against throughput">${cards.join('')}</section>`;
}

function quietCard({ levels }: BreakingPoint): string {
  const sentence =
    levels.length === 0
      ? 'No level was finished, so there is nothing to draw.'
      : 'No level lies on the axis that was searched, so there is nothing to draw.';
  return `<section class="card"><div class="title"><h2>Response time against load</h2></div><p class="quiet">${sentence}</p></section>`;
}

const titleOf = ({ title, unit }: LoadPicture): string =>
  `<h2>${title}<span class="unit">${escapeHtml(unit)}</span></h2>`;

function legendOf(picture: LoadPicture): string {
  const verdicts = verdictsIn(picture).map((verdict) => `<span>${sign(verdict)}${VERDICT_LABELS[verdict]}</span>`);
  const curve =
    picture.curve.length > 1
      ? `<span><svg class="swatch" viewBox="0 0 16 4" aria-hidden="true"><line class="line ${picture.colour}" x1="0" x2="16" y1="2" y2="2"/></svg>${picture.curveLabel}</span>`
      : '';
  return `<div class="legend">${verdicts.join('')}${curve}</div>`;
}

function dataTable({ title, axis, pointLabel, points }: LoadPicture): string {
  const rows = [...points]
    .sort((a, b) => a.x - b.x)
    .map(({ x, y, interval, verdict, label }) => {
      const [low, high] = interval ?? [];
      const range =
        low === undefined ? '–' : `${readingLabel(low)} ${high == null ? 'or more' : `to ${readingLabel(high)}`}`;
      const cells = [readingLabel(x), y === null ? '∞' : readingLabel(y), range, verdict ?? '–'];
      return `<tr><th scope="row">${label}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
    });
  const head = ['Level', axis, pointLabel, '95 % interval', 'Verdict'].map(
    (text) => `<th scope="col">${escapeHtml(text)}</th>`,
  );
  return foldedTable(title, '', `<thead><tr>${head.join('')}</tr></thead><tbody>${rows.join('')}</tbody>`);
}

function sign(verdict: LevelVerdict): string {
  return `<svg class="swatch sign-swatch" viewBox="0 0 12 12" aria-hidden="true">${signAt(verdict, 6, 6)}</svg>`;
}
