/** The picture of response time against load, a dot for each interval. */
import type { TooltipItem } from 'chart.js';
import type { TimelinePoint } from '../../core/result.ts';
import { type Axis, readingLabel, tickLabel, ticksOf, valueAxis } from './axis.ts';
import {
  drawBackdrop,
  drawForeground,
  instantLabel,
  type LineChart,
  optionsOf,
  tickedScale,
  valueScale,
} from './canvas.ts';
import { visibleCurve } from './load-picture.ts';
import type { Limit } from './picture.ts';
import { rateWithin } from './pictures.ts';
import type { Theme } from './theme.ts';

/** More points than this cover each other; then neighbours in time are left out, but none with the slowest p95. */
const POINTS = 800;

/** In the legend, and above its column of the data table. */
export const CURVE = 'mean by the Universal Scalability Law';

interface Dot {
  readonly x: number;
  readonly p50: number;
  readonly p95: number;
  /** Seconds since the start. */
  readonly t: number;
}

/** Response time against load: a dot for each interval. */
export interface Scatter {
  readonly id: 'against-rate' | 'against-users';
  readonly unit: string;
  readonly dots: readonly Dot[];
  readonly limits: readonly Limit[];
  /** The curve of the search's own picture, as far as it lies within this one: mean response times. */
  readonly curve: readonly { readonly x: number; readonly y: number }[];
  readonly x: Axis;
  readonly y: Axis;
}

/** @param fitted mean response time against users, of a search that knows it; ascending. */
export function scattersOf(
  timeline: readonly TimelinePoint[],
  open: boolean,
  limits: readonly Limit[],
  fitted: Scatter['curve'] = [],
): Scatter[] {
  const rate = rateWithin(timeline);
  // Responses in the drain came at no load to speak of.
  const loaded = timeline.filter(({ phase }) => phase !== 'drain');
  return [
    scatterOf('against-rate', 'achieved requests per second', loaded, ({ ok, seconds }) => rate(ok, seconds), limits),
    scatterOf(
      'against-users',
      open ? 'requests in flight' : 'virtual users',
      loaded,
      // The levels of a search by rate have no users, and a ramp may end at none.
      (point) => (open ? point.inFlight : point.vus > 0 ? point.vus : null),
      limits,
      fitted,
    ),
  ];
}

function scatterOf(
  id: Scatter['id'],
  unit: string,
  points: readonly TimelinePoint[],
  load: (point: TimelinePoint) => number | null,
  limits: readonly Limit[],
  fitted: Scatter['curve'] = [],
): Scatter {
  const dots: Dot[] = [];
  for (const point of points) {
    const x = load(point);
    if (x !== null && point.p50 !== null && point.p95 !== null)
      dots.push({ x, p50: point.p50, p95: point.p95, t: point.t });
  }
  const kept = thinnedDots(dots);
  const highest = Math.max(0, ...kept.map(({ p95 }) => p95));
  const near = limits.filter(({ value }) => value > 0 && value <= 4 * highest);
  const x = valueAxis(1.04 * Math.max(0, ...kept.map((dot) => dot.x)), 6, id === 'against-users');
  const y = valueAxis(Math.max(highest, ...near.map(({ value }) => value * 1.05)));
  const curve = visibleCurve({ curve: fitted.filter((point) => point.x <= x.end), y });
  return { id, unit, dots: kept, limits: near, curve, x, y };
}

export function scatterChartOf({ dots, limits, curve, x, y }: Scatter, theme: Theme, startedAt: string): LineChart {
  const backdrop = { bands: [], limits, marks: [], x };
  const nowhere = { instant: null, brush: null };
  const dataset = (label: 'p50' | 'p95') => ({
    label,
    data: dots.map((dot) => ({ x: dot.x, y: dot[label] })),
    showLine: false,
    borderColor: theme.lines[label],
    backgroundColor: `${theme.lines[label]}99`,
    pointStyle: label === 'p50' ? ('circle' as const) : ('triangle' as const),
    pointRadius: label === 'p50' ? 2.5 : 3.5,
    pointBorderWidth: 0.75,
    pointHoverRadius: 5,
    pointHitRadius: 3,
  });
  const fitted = {
    label: CURVE,
    data: [...curve],
    borderColor: theme.lines.users,
    borderWidth: 1.75,
    pointRadius: 0,
    pointHitRadius: 0,
    pointHoverRadius: 0,
  };
  const options = optionsOf(
    theme,
    {
      x: tickedScale({ min: 0, max: x.end }, ticksOf(x), tickLabel, theme, 'plain'),
      y: valueScale(y, theme),
    },
    {
      title: (items: TooltipItem<'line'>[]) => {
        const dot = dots[items[0]?.dataIndex ?? -1];
        return dot === undefined ? '' : instantLabel(dot.t, startedAt);
      },
      label: ({ dataset: { label }, parsed }: TooltipItem<'line'>) =>
        `${label}  ${readingLabel(parsed.y ?? 0)} ms at ${readingLabel(parsed.x ?? 0)}`,
    },
    16,
  );
  return {
    type: 'line',
    data: { datasets: [dataset('p95'), dataset('p50'), ...(curve.length > 1 ? [fitted] : [])] },
    options: { ...options, normalized: false, interaction: { mode: 'nearest', intersect: true } },
    plugins: [
      {
        id: 'backdrop',
        beforeDatasetsDraw: (chart) => drawBackdrop(chart, backdrop, theme),
        afterDatasetsDraw: (chart) => drawForeground(chart, backdrop, theme, nowhere),
      },
    ],
  };
}

/** The curve's height at a load, between its points; null beyond its ends. */
export function curveAt(curve: Scatter['curve'], x: number): number | null {
  const after = curve.findIndex((point) => point.x >= x);
  const [from, to] = [curve[after - 1], curve[after]];
  if (to === undefined) return null;
  if (from === undefined) return to.x === x ? to.y : null;
  return from.y + ((x - from.x) / (to.x - from.x)) * (to.y - from.y);
}

function thinnedDots(dots: readonly Dot[]): Dot[] {
  const size = Math.ceil(dots.length / POINTS);
  if (size <= 1) return [...dots];
  const kept: Dot[] = [];
  for (let at = 0; at < dots.length; at += size) {
    kept.push(dots.slice(at, at + size).reduce((slowest, dot) => (dot.p95 > slowest.p95 ? dot : slowest)));
  }
  return kept;
}
