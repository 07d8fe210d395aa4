/** Pictures of several runs, as Chart.js draws them. */
import {
  type ChartDataset,
  Interaction,
  type InteractionItem,
  type InteractionModeFunction,
  type Point,
  type TooltipItem,
} from 'chart.js';
import { readingLabel } from '../axis.ts';
import {
  drawBackdrop,
  drawForeground,
  instantLabel,
  type LineChart,
  optionsOf,
  type Reader,
  tickedScale,
  valueScale,
} from '../canvas.ts';
import { nearestIndex } from '../link.ts';
import type { Theme } from '../theme.ts';
import { DASHES, outlineOf, SHAPES } from './look.ts';
import { labelsOf, type OverlayPicture, type Trace, thinnedTrace } from './pictures.ts';

declare module 'chart.js' {
  interface InteractionModeMap {
    everyRun: InteractionModeFunction;
  }
}

/** A run whose nearest value is farther away than this has none there, px. */
const REACH = 24;

/** Picks the value of every run that is nearest to where the reader points. */
Interaction.modes.everyRun = (chart, { x }) =>
  chart.getSortedVisibleDatasetMetas().flatMap(({ data, index: datasetIndex }): InteractionItem[] => {
    const at = chart.scales['x']?.getValueForPixel(x ?? 0) ?? 0;
    const index = nearestIndex((chart.data.datasets[datasetIndex]?.data ?? []) as { x: number }[], at);
    const element = index === null ? undefined : data[index];
    if (index === null || element === undefined || Number.isNaN(element.y)) return [];
    return Math.abs(element.x - (x ?? 0)) > REACH ? [] : [{ element, datasetIndex, index }];
  });

/**
 * The Chart.js configuration of a picture of several runs.
 * @param startedAt when each of the runs began, ISO 8601: the tooltip tells the wall-clock time of each.
 */
export function overlayChartOf(
  picture: OverlayPicture,
  theme: Theme,
  startedAt: readonly string[],
  reader: Readonly<Reader>,
): LineChart {
  const { traces, x, y, across, axis, marked } = picture;
  const { ticks, label } = labelsOf(picture);
  const drawn = traces.map((trace) => ({ ...trace, points: thinnedTrace(trace.points) }));
  const backdrop = { bands: [], limits: [], marks: [], x };
  const still = { instant: null, brush: null };
  const wallClock = (run: number, seconds: number): string =>
    across === 'time' ? `  ${instantLabel(seconds, startedAt[run] ?? '').split(' · ')[1] ?? ''}` : '';
  const title =
    axis === ''
      ? {}
      : { title: { display: true, text: axis, color: theme.muted, font: { size: 11 }, padding: { top: 0 } } };
  const options = optionsOf(
    theme,
    {
      x: { ...tickedScale({ min: x.start, max: x.end }, ticks, label, theme, 'plain'), ...title } as never,
      y: valueScale(y, theme),
    },
    {
      title: (items: TooltipItem<'line'>[]) =>
        items[0] === undefined || across === 'load' ? '' : label(items[0].parsed.x ?? 0),
      label: ({ datasetIndex, parsed }: TooltipItem<'line'>) => {
        const { letter = '', run = 0 } = traces[datasetIndex] ?? {};
        const at = across === 'load' ? ` at ${readingLabel(parsed.x ?? 0)}` : '';
        return `${letter}  ${readingLabel(parsed.y ?? 0)}${at}${wallClock(run, parsed.x ?? 0)}`;
      },
    },
    18,
  );
  return {
    type: 'line',
    data: { datasets: drawn.map((trace) => datasetOf(trace, theme)) },
    options: {
      ...options,
      normalized: false,
      interaction: marked ? { mode: 'nearest', axis: 'xy', intersect: false } : { mode: 'everyRun', intersect: false },
    },
    plugins: [
      {
        id: 'runs',
        beforeDatasetsDraw: (chart) => drawBackdrop(chart, backdrop, theme),
        afterDatasetsDraw: (chart) => {
          drawForeground(chart, backdrop, theme, across === 'time' ? reader : still);
          for (const [place, trace] of drawn.entries())
            if (marked || trace.points.length === 1)
              drawShapes(chart.ctx, chart.getDatasetMeta(place).data, trace, theme);
        },
      },
    ],
  };
}

export function runColour({ runs }: Theme, run: number): string {
  return runs[run % runs.length] ?? '';
}

function datasetOf({ run, letter, points }: Trace, theme: Theme): ChartDataset<'line', Point[]> {
  const colour = runColour(theme, run);
  return {
    label: letter,
    // Chart.js leaves a gap at NaN.
    data: points.map(({ x, y }) => ({ x, y: y ?? Number.NaN })),
    borderColor: colour,
    backgroundColor: colour,
    borderWidth: 1.75,
    borderDash: [...(DASHES[run] ?? [])],
    borderJoinStyle: 'round',
    pointRadius: 0,
    pointHoverRadius: 3.5,
    pointHitRadius: 0,
    pointHoverBackgroundColor: colour,
    pointHoverBorderWidth: 0,
    tension: 0,
    fill: false,
  };
}

function drawShapes(
  ctx: CanvasRenderingContext2D,
  elements: readonly { readonly x: number; readonly y: number }[],
  { run }: Trace,
  theme: Theme,
): void {
  const { path, open } = outlineOf(SHAPES[run] ?? 'disc');
  const outline = new Path2D(path);
  ctx.save();
  ctx.fillStyle = open ? theme.surface : runColour(theme, run);
  ctx.strokeStyle = runColour(theme, run);
  ctx.lineWidth = 1.75;
  for (const { x, y } of elements) {
    if (Number.isNaN(y)) continue;
    ctx.save();
    ctx.translate(x, y);
    ctx.fill(outline);
    if (open) ctx.stroke(outline);
    ctx.restore();
  }
  ctx.restore();
}
