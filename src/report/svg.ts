/** Pictures over time, as SVG: what the report shows without a script. */
import { clockLabel, ticksOf } from './client/axis.ts';
import { describe, type Line, labelsFrom, type Picture, placed, standsAlone, thinned } from './client/picture.ts';
import { escapeHtml } from './html/escape.ts';
import { figure, gridRow } from './svg-grid.ts';

/** Sizes are in the drawing's own units: px at the width a card has on a wide screen. */
const WIDTH = 534;
const LEFT = 46;
const RIGHT = 18;
const TOP = 8;
const BOTTOM = 27;
/** Where there are many points, the lowest and highest of each of so many stretches are drawn. */
const STRETCHES = 80;
/** About the width of a letter at the size of labels: the drawing is made where nothing can be measured. */
const LETTER = 6.2;

/** A picture as an SVG element, coloured by the page's style sheet; what the page shows without scripts, and prints. */
export function svgOf(picture: Picture, height: number): string {
  const shown = thinned(picture, STRETCHES);
  const right = WIDTH - RIGHT;
  const bottom = height - BOTTOM;
  const { start, end } = shown.x;
  const xAt = (seconds: number): string => figure(LEFT + ((seconds - start) / (end - start)) * (right - LEFT));
  const yAt = (value: number): string => figure(bottom - (value / shown.y.end) * (bottom - TOP));

  const bands = shown.bands.map((band) => {
    const width = ((band.to - band.from) / (end - start)) * (right - LEFT);
    const kind = band.kind === 'unfit' ? ' unfit' : '';
    const label =
      band.label === '' || band.label.length * LETTER + 8 > width
        ? ''
        : `<text x="${figure(Number(xAt(band.from)) + 4)}" y="${TOP + 12}">${escapeHtml(band.label)}</text>`;
    return `<rect class="band${kind}" x="${xAt(band.from)}" y="${TOP}" width="${figure(width)}" height="${bottom - TOP}"/>${label}`;
  });
  const rows = ticksOf(shown.y).map((tick) => gridRow(LEFT, right, yAt(tick), tick));
  const columns = ticksOf(shown.x).map(
    (tick) => `<text x="${xAt(tick)}" y="${height - 5}" text-anchor="middle">${clockLabel(tick)}</text>`,
  );
  const limits = shown.limits.map(
    ({ value }) => `<line class="limit" x1="${LEFT}" x2="${right}" y1="${yAt(value)}" y2="${yAt(value)}"/>`,
  );
  const limitLabels = shown.limits.map(
    ({ label, value, labelAt = labelsFrom(shown) }) =>
      `<text class="limit-label" x="${xAt(labelAt)}" y="${yAt(value)}" dx="6" dy="-4">${escapeHtml(label)}</text>`,
  );
  const lines = shown.lines.filter(({ hidden }) => !hidden).map((line) => lineOf(line, shown.times, xAt, yAt));
  const marks = shown.marks.map(
    ({ at }) => `<line class="mark-line" x1="${xAt(at)}" x2="${xAt(at)}" y1="${TOP}" y2="${bottom}"/>`,
  );
  const markLabels = placed(
    shown.marks,
    (at) => Number(xAt(at)),
    (text) => text.length * LETTER,
    LEFT,
  ).map(
    ({ label, right: x }) =>
      `<text class="mark-label" x="${figure(x)}" y="${TOP + 10}" text-anchor="end">${escapeHtml(label)}</text>`,
  );

  return (
    `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeHtml(describe(picture))}">` +
    `${[...bands, ...rows, ...columns, ...limits, ...marks, ...lines, ...limitLabels, ...markLabels].join('')}</svg>`
  );
}

/** The short piece of line that stands in a legend. */
export function swatchOf(line: Line): string {
  return `<svg class="swatch" viewBox="0 0 16 4" aria-hidden="true"><line class="${styleOf(line)}" x1="0" x2="16" y1="2" y2="2"/></svg>`;
}

/** The shading that stands in a legend. */
export function unfitSwatch(): string {
  return '<svg class="swatch tall" viewBox="0 0 16 10" aria-hidden="true"><rect class="band unfit" width="16" height="10"/></svg>';
}

function lineOf(
  line: Line,
  times: readonly number[],
  xAt: (seconds: number) => string,
  yAt: (value: number) => string,
): string {
  const dots: string[] = [];
  let path = '';
  let drawing = false;
  line.values.forEach((value, i) => {
    if (value === null) {
      drawing = false;
      return;
    }
    const at = `${xAt(times[i] ?? 0)} ${yAt(value)}`;
    // A round line of no length is a dot.
    if (standsAlone(line.values, i)) dots.push(`<path class="dot ${line.colour}" d="M${at}h0"/>`);
    path += `${drawing ? 'L' : 'M'}${at}`;
    drawing = true;
  });
  return path === '' ? '' : `<path class="${styleOf(line)}" d="${path}"/>${dots.join('')}`;
}

function styleOf({ colour, dashed }: Line): string {
  return `line ${colour}${dashed ? ' dashed' : ''}`;
}
