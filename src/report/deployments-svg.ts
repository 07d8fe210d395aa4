/** The picture of a comparison of deployments: what each sustains against what it costs, or how slow it is. */
import { frontOf as paretoOf } from '../analyze/front.ts';
import type { Estimate } from '../core/breaking-point.ts';
import type { Deployment, DeploymentComparison } from '../core/deployments.ts';
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
/** Width of a letter and height of a line of a name, about. */
const LETTER = 6.2;
const LINE = 12;

interface Point {
  readonly name: string;
  /** Its place among the deployments: its colour and its shape. */
  readonly place: number;
  readonly x: Estimate;
  readonly y: Estimate;
}

/** What the picture trades against each other, and which way each is better. */
export interface Trade {
  readonly xName: string;
  readonly yName: string;
  readonly xBetter: 'more' | 'less';
  readonly yBetter: 'more' | 'less';
  readonly points: readonly Point[];
}

/** Cost against breaking point, where every deployment has a cost; else breaking point against p95 at the common load. */
export function tradeOf({ deployments, unit, commonLoad }: DeploymentComparison): Trade {
  const limit = `breaking point, ${{ vus: 'users', 'req/s': '1/s', 'flows/s': 'flows/s' }[unit]}`;
  const priced = deployments.every(({ costPerHour }) => costPerHour !== undefined);
  const points = (x: (one: Deployment) => Estimate | null, y: (one: Deployment) => Estimate | null): Point[] =>
    deployments.flatMap((one, place) => {
      const [across, up] = [x(one), y(one)];
      return across === null || up === null ? [] : [{ name: one.name, place, x: across, y: up }];
    });
  if (priced)
    return {
      ...{ xName: 'cost of an hour', yName: limit, xBetter: 'less', yBetter: 'more' },
      points: points(
        ({ costPerHour = 0 }) => ({ estimate: costPerHour, interval: [costPerHour, costPerHour] }),
        ({ breakingPoint }) => breakingPoint,
      ),
    };
  const at =
    commonLoad === null
      ? ''
      : ` at ${commonLoad.load}${{ vus: ' users', 'req/s': '/s', 'flows/s': ' flows/s' }[commonLoad.unit]}`;
  return {
    ...{ xName: limit, yName: `p95${at}, ms`, xBetter: 'more', yBetter: 'less' },
    points: points(
      ({ breakingPoint }) => breakingPoint,
      ({ p95 }) => p95,
    ),
  };
}

/** Those that none of the others is better than, or as good, in both ways: by their estimates. In the order of x. */
export function frontOf({ points, xBetter, yBetter }: Trade): readonly Point[] {
  const worth = (value: Estimate, better: 'more' | 'less'): number =>
    better === 'more' ? value.estimate : -value.estimate;
  return paretoOf(points, ({ x, y }) => [worth(x, xBetter), worth(y, yBetter)]).toSorted(
    (a, b) => a.x.estimate - b.x.estimate,
  );
}

/** Each deployment with its intervals, and the line through those that no other one beats. */
export function tradeSvg(trade: Trade): string {
  const { points, xName, yName } = trade;
  const ends = (of: (point: Point) => Estimate): number =>
    Math.max(...points.map((point) => Math.min(of(point).interval[1] ?? of(point).estimate, 2 * of(point).estimate)));
  const [x, y] = [valueAxis(1.05 * ends((point) => point.x)), valueAxis(1.05 * ends((point) => point.y))];
  const bottom = HEIGHT - BOTTOM;
  const xAt = (value: number): number => LEFT + (Math.min(value, x.end) / x.end) * (WIDTH - RIGHT - LEFT);
  const yAt = (value: number): number => bottom - (Math.min(value, y.end) / y.end) * (bottom - TOP);
  const rows = ticksOf(y).map((tick) => gridRow(LEFT, WIDTH - RIGHT, figure(yAt(tick)), tick));
  const columns = ticksOf(x).map(
    (tick) => `<text x="${figure(xAt(tick))}" y="${bottom + 18}" text-anchor="middle">${tickLabel(tick)}</text>`,
  );
  const axis = `<text x="${figure((LEFT + WIDTH - RIGHT) / 2)}" y="${HEIGHT - 6}" text-anchor="middle">${escapeHtml(xName)}</text>`;
  const front = frontOf(trade);
  const line =
    front.length < 2
      ? ''
      : `<path class="line dashed offered" d="M${front.map((point) => `${figure(xAt(point.x.estimate))} ${figure(yAt(point.y.estimate))}`).join('L')}"/>`;
  const labels = labelled(
    points.map(({ name, x: across, y: up }) => ({ name, left: xAt(across.estimate), top: yAt(up.estimate) })),
  );
  const marks = points.map(({ name, place, x: across, y: up }, i) => {
    const [left, top] = [xAt(across.estimate), yAt(up.estimate)];
    const end = (value: Estimate): number => value.interval[1] ?? Number.POSITIVE_INFINITY;
    const bars =
      `<path class="line run-${place + 1}" d="M${figure(xAt(across.interval[0]))} ${figure(top)}H${figure(xAt(end(across)))}` +
      `M${figure(left)} ${figure(yAt(up.interval[0]))}V${figure(yAt(end(up)))}"/>`;
    const { anchor, y: baseline } = labels[i] as Label;
    const label = `<text x="${figure(left + (anchor === 'end' ? -9 : 9))}" y="${figure(baseline)}" text-anchor="${anchor}">${escapeHtml(name)}</text>`;
    return `<g><title>${escapeHtml(`${name}: ${xName} ${rounded(across.estimate)}, ${yName} ${rounded(up.estimate)}`)}</title>${bars}${shapeAt(place, left, top)}${label}</g>`;
  });
  const told =
    `${yName} over ${xName}: ${points.map((point) => `${point.name} ${rounded(point.y.estimate)} at ${rounded(point.x.estimate)}`).join('; ')}. ` +
    `Beaten by none: ${front.map(({ name }) => name).join(', ')}`;
  return (
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(told)}">` +
    `${[...rows, ...columns, axis, line, ...marks].join('')}</svg>`
  );
}

interface Label {
  readonly anchor: 'start' | 'end';
  /** Of its baseline. */
  readonly y: number;
}

/** Names beside their points, above or below, wherever they lie over none that is placed already. */
function labelled(
  points: readonly { readonly name: string; readonly left: number; readonly top: number }[],
): readonly Label[] {
  const taken: { readonly from: number; readonly to: number; readonly y: number }[] = [];
  return points.map(({ name, left, top }) => {
    const length = LETTER * name.length;
    const usual = left > WIDTH - 140 ? 'end' : 'start';
    const ways = ([usual, usual === 'end' ? 'start' : 'end'] as const).flatMap((anchor) =>
      [top - 8, top + 18].map((y) => {
        const from = anchor === 'end' ? left - 9 - length : left + 9;
        return { anchor, y, from, to: from + length };
      }),
    );
    const fits = ways.find(
      ({ from, to, y }) =>
        from >= LEFT &&
        to <= WIDTH &&
        taken.every((other) => from > other.to || to < other.from || Math.abs(y - other.y) > LINE),
    );
    const chosen = fits ?? (ways[0] as (typeof ways)[number]);
    taken.push(chosen);
    return chosen;
  });
}

const rounded = (value: number): string => tickLabel(Number(value.toPrecision(3)));
