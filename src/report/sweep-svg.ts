/** The pictures of a sweep: what each user has against what all have, with the Pareto line, and figures over the users. */
import { usersText } from '../analyze/sweep.ts';
import type { Sweep, SweepLevel } from '../core/sweep.ts';
import { tickLabel, ticksOf, valueAxis } from './client/axis.ts';
import { escapeHtml } from './html/escape.ts';
import { shapeAt } from './overlay-svg.ts';
import { figure, gridRow } from './svg-grid.ts';

const WIDTH = 534;
const HEIGHT = 260;
const LEFT = 56;
const RIGHT = 18;
const TOP = 12;
const BOTTOM = 46;

interface Point {
  readonly x: number;
  readonly y: number;
  readonly label: string;
}

interface Line {
  readonly name: string;
  /** Its colour and its shape. */
  readonly place: number;
  readonly points: readonly Point[];
  readonly dashed?: true;
}

export const perUserName = ({ streamed }: Pick<Sweep, 'streamed'>): string =>
  streamed ? 'tokens/s that a user reads' : 'requests/s of a user';
export const inAllName = ({ streamed }: Pick<Sweep, 'streamed'>): string =>
  streamed ? 'tokens/s of all users' : 'requests/s of all users';

/** Those whose run says something of the target. */
const sound = (levels: readonly SweepLevel[]): readonly SweepLevel[] =>
  levels.filter(({ leftOut }) => leftOut === undefined);

/** Empty: fewer than two levels say enough. */
export function paretoSvg(sweep: Sweep): string {
  const points = sound(sweep.levels).flatMap(({ vus, perUser, inAll }) =>
    perUser === null ? [] : [{ x: perUser, y: inAll, label: String(vus) }],
  );
  if (points.length < 2) return '';
  const front = sound(sweep.levels)
    .flatMap(({ pareto, perUser, inAll }) => (pareto && perUser !== null ? [{ x: perUser, y: inAll, label: '' }] : []))
    .toSorted((a, b) => a.x - b.x);
  return svgOf(
    [
      { name: 'levels', place: 0, points },
      { name: 'Pareto line', place: 1, points: front, dashed: true },
    ],
    perUserName(sweep),
    inAllName(sweep),
  );
}

/** A figure over the number of users; empty where it is not known of two levels. */
export function courseSvg(
  sweep: Sweep,
  yName: string,
  lines: readonly { readonly name: string; readonly of: (level: SweepLevel) => number | null | undefined }[],
): string {
  const drawn = lines.flatMap(({ name, of }, place): Line[] => {
    const points = sound(sweep.levels).flatMap((level) => {
      const y = of(level);
      return y == null ? [] : [{ x: level.vus, y, label: '' }];
    });
    return points.length < 2 ? [] : [{ name, place, points: namedAtItsEnd(points, name) }];
  });
  if (drawn.length === 0) return '';
  const scale = userScale(drawn.flatMap(({ points }) => points.map(({ x }) => x)));
  return svgOf(drawn, `users at a time${scale.logarithmic ? ', logarithmic' : ''}`, yName, scale);
}

const namedAtItsEnd = (points: readonly Point[], name: string): readonly Point[] =>
  points.map((point, i) => (i === points.length - 1 ? { ...point, label: name } : point));

/** Where values lie across, and which of them are labelled. */
interface Scale {
  at(value: number): number;
  readonly ticks: readonly number[];
  readonly logarithmic: boolean;
}

const ACROSS = WIDTH - RIGHT - LEFT;

function linearScale(most: number): Scale {
  const axis = valueAxis(1.05 * most);
  return { at: (value) => LEFT + (value / axis.end) * ACROSS, ticks: ticksOf(axis), logarithmic: false };
}

/** From so many times the fewest users on, most levels would lie in a corner. */
const WIDE = 6;
/** Left and right of the levels, pixels. */
const MARGIN = 16;

/** Numbers of users double as a rule: then each step has the same width, and the levels themselves are labelled. */
function userScale(users: readonly number[]): Scale {
  const levels = [...new Set(users)].toSorted((a, b) => a - b);
  const [fewest = 1, most = 1] = [levels[0], levels.at(-1)];
  if (fewest <= 0 || most < WIDE * fewest) return linearScale(most);
  const at = (value: number): number =>
    LEFT + MARGIN + (Math.log(value / fewest) / Math.log(most / fewest)) * (ACROSS - 2 * MARGIN);
  // From the right, as the highest level is the one that is looked for; what would touch its neighbour has no label.
  const ticks: number[] = [];
  for (const level of levels.toReversed()) {
    const next = ticks[0];
    if (next === undefined || at(next) - at(level) >= 8 + 3.5 * (labelLength(next) + labelLength(level)))
      ticks.unshift(level);
  }
  return { at, ticks, logarithmic: true };
}

const labelLength = (value: number): number => tickLabel(value).length;

function svgOf(lines: readonly Line[], xName: string, yName: string, given?: Scale): string {
  const all = lines.flatMap(({ points }) => points);
  const most = (of: (point: Point) => number): number => Math.max(...all.map(of), Number.MIN_VALUE);
  const x = given ?? linearScale(most((point) => point.x));
  const y = valueAxis(1.05 * most((point) => point.y));
  const bottom = HEIGHT - BOTTOM;
  const xAt = (value: number): number => x.at(value);
  const yAt = (value: number): number => bottom - (value / y.end) * (bottom - TOP);
  const rows = ticksOf(y).map((tick) => gridRow(LEFT, WIDTH - RIGHT, figure(yAt(tick)), tick));
  const columns = x.ticks.map(
    (tick) => `<text x="${figure(xAt(tick))}" y="${bottom + 18}" text-anchor="middle">${tickLabel(tick)}</text>`,
  );
  const axis = `<text x="${figure((LEFT + WIDTH - RIGHT) / 2)}" y="${HEIGHT - 6}" text-anchor="middle">${escapeHtml(xName)}</text>`;
  const drawn = lines.map(({ name, place, points, dashed }) => {
    const path = points.map((point) => `${figure(xAt(point.x))} ${figure(yAt(point.y))}`).join('L');
    const line =
      points.length < 2
        ? ''
        : `<path class="line ${dashed ? 'dashed offered' : `run-${place + 1}`}" d="M${path}"><title>${escapeHtml(name)}</title></path>`;
    const marks = dashed
      ? ''
      : points
          .map(({ x: across, y: up, label }) => {
            const text = label === '' ? '' : labelOf(label, place, xAt(across), yAt(up));
            const what = /^\d+$/.test(label) ? usersText(Number(label)) : `${name}, ${usersText(across)}`;
            const told = `${what}: ${rounded(up)}`;
            return `<g><title>${escapeHtml(told)}</title>${shapeAt(place, xAt(across), yAt(up))}${text}</g>`;
          })
          .join('');
    return `${line}${marks}`;
  });
  const told = lines
    .map(
      ({ name, points }) =>
        `${name}: ${points.map((point) => `${rounded(point.y)} at ${rounded(point.x)}`).join('; ')}`,
    )
    .join('. ');
  return (
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(`${yName} over ${xName}. ${told}`)}">` +
    `${[...rows, ...columns, axis, ...drawn].join('')}</svg>`
  );
}

/**
 * The name of a level, or of a line at its end. Near the right edge it stands on the other side: of two lines the first, which is the
 * lower one, has it below, where the other does not run.
 */
function labelOf(label: string, place: number, x: number, y: number): string {
  const late = x > WIDTH - RIGHT - 40;
  const isOfLine = !/^\d+$/.test(label);
  const [dx, dy] = !late ? [8, -7] : !isOfLine ? [-8, -7] : place === 0 ? [RIGHT - 4, 18] : [-8, -14];
  return `<text x="${figure(x + dx)}" y="${figure(y + dy)}"${late ? ' text-anchor="end"' : ''}>${escapeHtml(label)}</text>`;
}

const rounded = (value: number): string => tickLabel(Number(value.toPrecision(3)));
