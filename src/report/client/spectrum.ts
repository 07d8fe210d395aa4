/** The picture of all percentiles, the far ones drawn apart. */
import type { TooltipItem } from 'chart.js';
import { highestPercentile } from '../../core/sample-size.ts';
import { type Axis, readingLabel, valueAxis } from './axis.ts';
import type { Times } from './buckets.ts';
import { drawBackdrop, drawForeground, type LineChart, optionsOf, tickedScale, valueScale } from './canvas.ts';
import type { ColourKey, Limit } from './picture.ts';
import type { Theme } from './theme.ts';

/** How many nines the axis reaches to: 99.99 %. */
export const NINES = 4;
const PERCENTS = [50, 90, 99, 99.9, 99.99];

interface Curve {
  readonly label: string;
  readonly colour: ColourKey;
  readonly dashed: boolean;
  /** Points of (number of nines, ms). */
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** At so many nines, ms; null: farther than its sample bears. */
  at(nines: number): number | null;
}

/** Every percentile of the time, the far ones drawn apart. */
export interface Spectrum {
  readonly curves: readonly Curve[];
  readonly limits: readonly Limit[];
  readonly y: Axis;
}

/** Of streams, as far as the report carries them. */
interface StreamTimes {
  readonly firstToken: Times | null;
  readonly gaps: Times | null;
}

function curveOf(label: string, colour: ColourKey, times: Times, dashed = false): Curve {
  const points = spectrumPoints(times);
  const farthest = points.at(-1)?.x ?? 0;
  const at = (nines: number): number | null => (nines > farthest + 1e-9 ? null : valueAt(times, nines));
  return { label, colour, dashed, points, at };
}

/** Null where nothing succeeded. */
export function spectrumOf(
  response: Times,
  service: Times | null,
  limits: readonly Limit[],
  { firstToken, gaps }: StreamTimes = { firstToken: null, gaps: null },
): Spectrum | null {
  if (response.count === 0) return null;
  const curves: Curve[] = [curveOf('response', 'p95', response)];
  if (service !== null && service.count > 0) curves.push(curveOf('service', 'p50', service, true));
  if (firstToken !== null && firstToken.count > 0) curves.push(curveOf('first token', 'achieved', firstToken));
  if (gaps !== null && gaps.count > 0) curves.push(curveOf('between tokens', 'users', gaps));
  const highest = Math.max(...curves.flatMap(({ points }) => points.map(({ y }) => y)));
  const near = limits.filter(({ value }) => value > 0 && value <= 4 * highest);
  return { curves, limits: near, y: valueAxis(Math.max(highest, ...near.map(({ value }) => value * 1.05))) };
}

export function spectrumChartOf({ curves, limits, y }: Spectrum, theme: Theme): LineChart {
  const backdrop = { bands: [], limits, marks: [], x: { start: 0, end: NINES, step: 1 } };
  const nowhere = { instant: null, brush: null };
  return {
    type: 'line',
    data: {
      datasets: curves.map(({ label, colour, dashed, points }) => ({
        label,
        data: [...points],
        borderColor: theme.lines[colour],
        backgroundColor: theme.lines[colour],
        borderWidth: dashed ? 1.5 : 1.75,
        borderDash: dashed ? [4, 3] : [],
        pointRadius: 0,
        pointHoverRadius: 3.5,
        pointHoverBorderWidth: 0,
      })),
    },
    options: optionsOf(
      theme,
      {
        x: tickedScale({ min: 0, max: NINES }, spectrumTicks(), percentLabel, theme, 'plain'),
        y: valueScale(y, theme),
      },
      {
        title: (items: TooltipItem<'line'>[]) => (items[0] === undefined ? '' : percentLabel(items[0].parsed.x ?? 0)),
        label: ({ dataset, parsed }: TooltipItem<'line'>) => `${dataset.label}  ${readingLabel(parsed.y ?? 0)} ms`,
      },
      22,
    ),
    plugins: [
      {
        id: 'backdrop',
        beforeDatasetsDraw: (chart) => drawBackdrop(chart, backdrop, theme),
        afterDatasetsDraw: (chart) => drawForeground(chart, backdrop, theme, nowhere),
      },
    ],
  };
}

/** `50 %`, `99.99 %` */
export function percentLabel(nines: number): string {
  const percent = 100 * (1 - 10 ** -nines);
  const decimals = nines < 2.3 ? 1 : nines < 3.3 ? 2 : 3;
  return `${Number(percent.toFixed(decimals))} %`;
}

/** Where the labels of the percentiles stand, in nines. */
export function spectrumTicks(): number[] {
  return PERCENTS.map(ninesOf);
}

/** (nines, ms) from the fastest to the farthest percentile that so many times bear. */
const valueAt = (times: Times, nines: number): number | null =>
  nines === 0 ? times.min : times.quantile(1 - 10 ** -nines);

export function spectrumPoints(times: Times): { x: number; y: number }[] {
  const points: { x: number; y: number }[] = [];
  const farthest = Math.min(NINES, ninesOf(100 * highestPercentile(times.count)));
  for (let step = 0; step <= 160; step++) {
    const x = (step / 160) * farthest;
    points.push({ x, y: valueAt(times, x) ?? 0 });
  }
  return points;
}

function ninesOf(percent: number): number {
  return -Math.log10(1 - percent / 100);
}
