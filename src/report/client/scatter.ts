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
import type { Limit } from './picture.ts';
import { rateWithin } from './pictures.ts';
import type { Theme } from './theme.ts';

/** More points than this cover each other; then neighbours in time are left out, but none with the slowest p95. */
const POINTS = 800;

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
  readonly x: Axis;
  readonly y: Axis;
}

export function scattersOf(timeline: readonly TimelinePoint[], open: boolean, limits: readonly Limit[]): Scatter[] {
  const rate = rateWithin(timeline);
  // Answers in the drain came at no load to speak of.
  const loaded = timeline.filter(({ phase }) => phase !== 'drain');
  return [
    scatterOf('against-rate', 'achieved requests per second', loaded, ({ ok, seconds }) => rate(ok, seconds), limits),
    scatterOf(
      'against-users',
      open ? 'requests in flight' : 'virtual users',
      loaded,
      (point) => (open ? point.inFlight : point.vus),
      limits,
    ),
  ];
}

function scatterOf(
  id: Scatter['id'],
  unit: string,
  points: readonly TimelinePoint[],
  load: (point: TimelinePoint) => number | null,
  limits: readonly Limit[],
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
  return {
    id,
    unit,
    dots: kept,
    limits: near,
    x: valueAxis(1.04 * Math.max(0, ...kept.map(({ x }) => x)), 6, id === 'against-users'),
    y: valueAxis(Math.max(highest, ...near.map(({ value }) => value * 1.05))),
  };
}

export function scatterChartOf({ dots, limits, x, y }: Scatter, theme: Theme, startedAt: string): LineChart {
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
    data: { datasets: [dataset('p95'), dataset('p50')] },
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

function thinnedDots(dots: readonly Dot[]): Dot[] {
  const size = Math.ceil(dots.length / POINTS);
  if (size <= 1) return [...dots];
  const kept: Dot[] = [];
  for (let at = 0; at < dots.length; at += size) {
    kept.push(dots.slice(at, at + size).reduce((slowest, dot) => (dot.p95 > slowest.p95 ? dot : slowest)));
  }
  return kept;
}
