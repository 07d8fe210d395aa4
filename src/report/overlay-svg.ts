/** Pictures of several runs over each other, as SVG, and the shapes that tell the runs apart. */
import { ticksOf } from './client/axis.ts';
import { DASHES, outlineOf, SHAPES } from './client/overlay/look.ts';
import { describeOverlay, labelsOf, type OverlayPicture, type Trace, thinnedTrace } from './client/overlay/pictures.ts';
import { escapeHtml } from './html/escape.ts';
import { figure, gridRow } from './svg-grid.ts';

/** As those of a report: px at the width a card has on a wide screen. */
const WIDTH = 534;
const HEIGHT = 220;
const LEFT = 46;
const RIGHT = 18;
const TOP = 8;
const BOTTOM = 27;
/** Room for the name of an axis that is not time. */
const NAME = 15;
const STRETCHES = 120;

/** A picture of several runs as an SVG element, coloured by the page's style sheet. */
export function overlaySvgOf(picture: OverlayPicture): string {
  const { x, y, axis, traces, marked } = picture;
  const right = WIDTH - RIGHT;
  const bottom = HEIGHT - BOTTOM - (axis === '' ? 0 : NAME);
  const xAt = (value: number): number => LEFT + ((value - x.start) / (x.end - x.start)) * (right - LEFT);
  const yAt = (value: number): number => bottom - (value / y.end) * (bottom - TOP);
  const { ticks, label } = labelsOf(picture);
  const rows = ticksOf(y).map((tick) => gridRow(LEFT, right, figure(yAt(tick)), tick));
  const columns = ticks.map((tick) => {
    // A long label at the right edge would be cut off there.
    const last = xAt(tick) > right - RIGHT / 2 && label(tick).length > 5;
    const [at, anchor] = last ? [WIDTH, 'end'] : [xAt(tick), 'middle'];
    return `<text x="${figure(at)}" y="${bottom + 22}" text-anchor="${anchor}">${label(tick)}</text>`;
  });
  const name =
    axis === ''
      ? ''
      : `<text x="${figure((LEFT + right) / 2)}" y="${HEIGHT - 3}" text-anchor="middle">${escapeHtml(axis)}</text>`;
  const lines = traces.map((trace) => traceOf(trace, marked, xAt, yAt));
  return (
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(describeOverlay(picture))}">` +
    `${[...rows, ...columns, name, ...lines].join('')}</svg>`
  );
}

/** A run's dash and shape, for legends. */
export function runSwatch(run: number): string {
  return (
    `<svg class="swatch own" viewBox="0 0 30 10" aria-hidden="true"><path class="line run-${run + 1}" d="M0 5h30"${dashOf(run)}/>` +
    `${shapeAt(run, 15, 5)}</svg>`
  );
}

function traceOf(
  { run, points }: Trace,
  marked: boolean,
  xAt: (value: number) => number,
  yAt: (value: number) => number,
): string {
  const shown = thinnedTrace(points, STRETCHES);
  let path = '';
  let drawing = false;
  for (const point of shown) {
    if (point.y !== null) path += `${drawing ? 'L' : 'M'}${figure(xAt(point.x))} ${figure(yAt(point.y))}`;
    drawing = point.y !== null;
  }
  if (path === '') return '';
  const shapes =
    marked || shown.length === 1
      ? shown.map((point) => (point.y === null ? '' : shapeAt(run, xAt(point.x), yAt(point.y)))).join('')
      : '';
  return `<path class="line run-${run + 1}" d="${path}"${dashOf(run)}/>${shapes}`;
}

/** A run's shape, in its colour. */
export function shapeAt(run: number, x: number, y: number): string {
  const { path, open } = outlineOf(SHAPES[run] ?? 'disc');
  return `<path class="shape run-${run + 1}${open ? ' open' : ''}" d="${path}" transform="translate(${figure(x)} ${figure(y)})"/>`;
}

/** The attribute that dashes a run's line. */
export function dashOf(run: number): string {
  const dash = DASHES[run] ?? [];
  return dash.length === 0 ? '' : ` stroke-dasharray="${dash.join(' ')}"`;
}
