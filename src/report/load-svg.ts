/** Pictures over the load, as SVG. */
import type { LevelVerdict } from '../core/breaking-point.ts';
import { tickLabel, ticksOf } from './client/axis.ts';
import {
  describeLoad,
  heightOf,
  type LoadPicture,
  type LoadPoint,
  SHAPES,
  visibleCurve,
} from './client/load-picture.ts';
import { escapeHtml } from './html/escape.ts';
import { figure, gridRow } from './svg-grid.ts';

const LEFT = 46;
const RIGHT = 18;
const TOP = 10;
const BOTTOM = 42;
/** How far the bar of an open interval goes on, dotted. */
const OPEN = 14;

/** A picture over the load as an SVG element, coloured by the page's style sheet. Sizes as of a card on a wide screen. */
export function loadSvgOf(picture: LoadPicture, width: number, height: number): string {
  const right = width - RIGHT;
  const bottom = height - BOTTOM;
  const xAt = (load: number): number => LEFT + (load / picture.x.end) * (right - LEFT);
  const yAt = (value: number): number => bottom - (Math.min(value, picture.y.end) / picture.y.end) * (bottom - TOP);
  const { range, limit, mark } = picture;
  const parts: string[] = [];

  if (range !== null) {
    const from = xAt(range[0]);
    const to = Math.min(right, range[1] === null ? right : xAt(range[1]));
    parts.push(
      `<rect class="range ${picture.colour}" x="${figure(from)}" y="${TOP}" width="${figure(to - from)}" height="${bottom - TOP}"/>`,
    );
  }
  for (const tick of ticksOf(picture.y)) parts.push(gridRow(LEFT, right, figure(yAt(tick)), tick));
  for (const tick of ticksOf(picture.x))
    parts.push(`<text x="${figure(xAt(tick))}" y="${height - 24}" text-anchor="middle">${tickLabel(tick)}</text>`);
  parts.push(`<text x="${figure((LEFT + right) / 2)}" y="${height - 6}" text-anchor="middle">${picture.axis}</text>`);
  if (limit !== null) {
    const y = figure(yAt(limit.value));
    parts.push(`<line class="limit" x1="${LEFT}" x2="${right}" y1="${y}" y2="${y}"/>`);
  }
  const curve = visibleCurve(picture);
  if (curve.length > 1)
    parts.push(
      `<path class="line ${picture.colour}" d="M${curve.map(({ x, y }) => `${figure(xAt(x))} ${figure(yAt(y))}`).join('L')}"/>`,
    );
  if (mark !== null) {
    const x = figure(xAt(mark.x));
    parts.push(
      `<line class="mark-line" x1="${x}" x2="${x}" y1="${TOP}" y2="${bottom}"/>` +
        `<text class="mark-label" x="${x}" y="${TOP + 10}" dx="-4" text-anchor="end">${escapeHtml(mark.label)}</text>`,
    );
  }
  for (const point of picture.points) parts.push(pointOf(point, picture, xAt(point.x), yAt));
  if (limit !== null)
    parts.push(
      `<text class="limit-label" x="${LEFT + 6}" y="${figure(yAt(limit.value) - 5)}">${escapeHtml(limit.label)}</text>`,
    );
  return (
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(describeLoad(picture))}">` +
    `${parts.join('')}</svg>`
  );
}

function pointOf(point: LoadPoint, { colour, y }: LoadPicture, x: number, yAt: (value: number) => number): string {
  const at = yAt(heightOf(point, y));
  const { interval, verdict } = point;
  let bar = '';
  if (interval !== undefined) {
    const [low, high] = interval;
    const lower = yAt(low);
    if (high === null) {
      if (lower > at) bar = upright(x, lower, at);
      bar += upright(x, at, Math.max(TOP, at - OPEN), ' open');
    } else bar = upright(x, lower, yAt(high));
  }
  // What lies above the picture stands at its edge.
  const beyond =
    point.y === null || point.y > y.end
      ? `<text class="beyond" x="${figure(x + 7)}" y="${figure(at + 4)}">↑</text>`
      : '';
  const sign =
    verdict === null
      ? `<circle class="sign plain ${colour}" cx="${figure(x)}" cy="${figure(at)}" r="4"/>`
      : signAt(verdict, x, at);
  return `${bar}${sign}${beyond}`;
}

function upright(x: number, from: number, to: number, more = ''): string {
  return `<line class="whisker${more}" x1="${figure(x)}" x2="${figure(x)}" y1="${figure(from)}" y2="${figure(to)}"/>`;
}

/** Disc, ring, square, triangle or dash. */
export function signAt(verdict: LevelVerdict, x: number, y: number): string {
  const [cx, cy] = [figure(x), figure(y)];
  const kind = `class="sign ${verdict}"`;
  switch (SHAPES[verdict]) {
    case 'disc':
      return `<circle ${kind} cx="${cx}" cy="${cy}" r="5"/>`;
    case 'ring':
      return `<circle ${kind} cx="${cx}" cy="${cy}" r="4.5"/>`;
    case 'square':
      return `<rect ${kind} x="${figure(x - 4.5)}" y="${figure(y - 4.5)}" width="9" height="9"/>`;
    case 'triangle':
      return `<path ${kind} d="M${cx} ${figure(y - 5.5)}l5.5 10h-11z"/>`;
    case 'dash':
      return `<rect ${kind} x="${figure(x - 5)}" y="${figure(y - 1.25)}" width="10" height="2.5"/>`;
  }
}
