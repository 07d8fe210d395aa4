/** What charts on a canvas share: axes, backdrop, foreground, and Chart.js's options. */
import type { Chart, ChartConfiguration, ChartDataset, ChartOptions, Point, ScaleOptionsByType } from 'chart.js';
import { type Axis, clockLabel, tickLabel, ticksOf } from './axis.ts';
import { type Band, type Limit, labelsFrom, type Mark, placed, type Span } from './picture.ts';
import type { Theme } from './theme.ts';

export type LineChart = ChartConfiguration<'line', Point[]>;
type LinearOptions = NonNullable<NonNullable<ChartOptions<'line'>['scales']>['x']> &
  Partial<ScaleOptionsByType<'linear'>>;

/** What the reader is about: the same in all charts. */
export interface Reader {
  /** Where they point, seconds since the start. */
  instant: number | null;
  /** The stretch they are marking out. */
  brush: Span | null;
}

/** What lies behind and before the lines of a chart. */
export interface Backdrop {
  readonly bands: readonly Band[];
  readonly limits: readonly Limit[];
  readonly marks: readonly Mark[];
  readonly x: Axis;
}

/** Room for the labels of the value axis, px: the same in all charts, so that equal times stand above each other. */
const VALUE_AXIS_WIDTH = 46;
const RIGHT_PADDING = 10;
const FONT = { size: 11 } as const;
const LABEL_FONT = '11px system-ui, sans-serif';

/** The axis of values, from zero, at the left. */
export function valueScale({ end, step }: Axis, theme: Theme): LinearOptions {
  return {
    type: 'linear',
    min: 0,
    max: end,
    border: { display: false },
    grid: { color: theme.grid, lineWidth: 1, drawTicks: false },
    ticks: {
      stepSize: step,
      color: theme.muted,
      font: FONT,
      padding: 6,
      callback: (value: string | number) => tickLabel(Number(value)),
    },
    afterFit: (scale: { width: number }) => {
      scale.width = VALUE_AXIS_WIDTH;
    },
  } as unknown as LinearOptions;
}

/** An axis whose labels stand where it is told; the grid is drawn for values, not for times. */
export function tickedScale(
  bounds: { readonly min: number; readonly max: number },
  ticks: readonly number[],
  labelOf: (value: number) => string,
  theme: Theme,
  kind: 'value' | 'plain',
): LinearOptions {
  return {
    type: 'linear',
    ...bounds,
    border: { display: false },
    grid: kind === 'value' ? { color: theme.grid, lineWidth: 1, drawTicks: false } : { display: false },
    afterBuildTicks: (scale: { ticks: { value: number }[] }) => {
      scale.ticks = ticks.map((value) => ({ value }));
    },
    ticks: {
      autoSkip: false,
      maxRotation: 0,
      color: theme.muted,
      font: FONT,
      ...(kind === 'value' ? { padding: 6 } : {}),
      callback: (value: string | number) => labelOf(Number(value)),
    },
    ...(kind === 'value'
      ? {
          afterFit: (scale: { width: number }) => {
            scale.width = VALUE_AXIS_WIDTH;
          },
        }
      : {}),
  } as unknown as LinearOptions;
}

export function timeScale(axis: Axis, theme: Theme): LinearOptions {
  return tickedScale({ min: axis.start, max: axis.end }, ticksOf(axis), clockLabel, theme, 'plain');
}

/** What all charts have in common: no animation, no legend of its own, a tooltip in the page's colours. */
export function optionsOf(
  theme: Theme,
  scales: Record<string, LinearOptions>,
  callbacks: object,
  padRight = RIGHT_PADDING,
): ChartOptions<'line'> {
  return {
    parsing: false,
    normalized: true,
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    interaction: { mode: 'index', intersect: false, axis: 'x' },
    layout: { padding: { top: 2, right: padRight } },
    scales,
    plugins: {
      legend: { display: false },
      tooltip: {
        backgroundColor: theme.surface,
        borderColor: theme.edge,
        borderWidth: 1,
        titleColor: theme.ink,
        bodyColor: theme.ink,
        titleFont: { size: 12, weight: 'bold' },
        bodyFont: { size: 12 },
        footerColor: theme.muted,
        footerFont: { size: 12, weight: 'normal' },
        footerMarginTop: 4,
        padding: 10,
        caretSize: 0,
        caretPadding: 12,
        cornerRadius: 6,
        usePointStyle: true,
        boxWidth: 12,
        boxPadding: 6,
        callbacks: {
          labelPointStyle: () => ({ pointStyle: 'line', rotation: 0 }),
          labelColor: ({ dataset }: { dataset: ChartDataset<'line'> }) => {
            const colour = String(dataset.borderColor);
            return { borderColor: colour, backgroundColor: colour, borderWidth: 2 };
          },
          ...callbacks,
        },
      },
    },
  };
}

/** Behind the lines: stretches of time, limits and marks. */
export function drawBackdrop({ ctx, chartArea, scales }: Chart, backdrop: Backdrop, theme: Theme): void {
  const { x, y } = scales;
  if (x === undefined || y === undefined) return;
  const { top, bottom, left, right } = chartArea;
  ctx.save();
  ctx.font = LABEL_FONT;
  for (const band of backdrop.bands) {
    const from = x.getPixelForValue(band.from);
    const to = x.getPixelForValue(band.to);
    ctx.fillStyle = band.kind === 'unfit' ? theme.unfit : theme.shade;
    ctx.fillRect(from, top, to - from, bottom - top);
    if (band.label === '' || ctx.measureText(band.label).width + 8 > to - from) continue;
    ctx.fillStyle = theme.muted;
    ctx.textBaseline = 'top';
    ctx.fillText(band.label, from + 4, top + 3);
  }
  for (const limit of backdrop.limits) {
    const at = y.getPixelForValue(limit.value);
    ctx.strokeStyle = theme.lines.failed;
    ctx.setLineDash([5, 3]);
    ctx.lineWidth = 1.25;
    ctx.beginPath();
    ctx.moveTo(left, at);
    ctx.lineTo(right, at);
    ctx.stroke();
  }
  ctx.restore();
}

/** Before the lines: marks, the names of limits and marks, and what the reader is about. */
export function drawForeground(
  { ctx, chartArea, scales }: Chart,
  backdrop: Backdrop,
  theme: Theme,
  reader: Readonly<Reader>,
): void {
  const { x, y } = scales;
  if (x === undefined || y === undefined) return;
  const { top, bottom, left } = chartArea;
  const upright = (at: number): void => {
    ctx.beginPath();
    ctx.moveTo(at, top);
    ctx.lineTo(at, bottom);
    ctx.stroke();
  };
  ctx.save();
  ctx.strokeStyle = theme.ink;
  ctx.lineWidth = 1;
  ctx.setLineDash([1, 3]);
  for (const { at } of backdrop.marks) upright(x.getPixelForValue(at));
  ctx.setLineDash([]);
  ctx.font = LABEL_FONT;
  // A rim in the card's colour keeps labels readable where a line passes.
  ctx.strokeStyle = theme.surface;
  ctx.lineWidth = 4;
  ctx.lineJoin = 'round';
  const write = (text: string, at: number, height: number): void => {
    ctx.strokeText(text, at, height);
    ctx.fillText(text, at, height);
  };
  ctx.textBaseline = 'bottom';
  ctx.fillStyle = theme.lines.failed;
  for (const limit of backdrop.limits)
    write(
      limit.label,
      x.getPixelForValue(limit.labelAt ?? labelsFrom(backdrop)) + 6,
      y.getPixelForValue(limit.value) - 3,
    );
  ctx.textBaseline = 'top';
  ctx.textAlign = 'right';
  ctx.fillStyle = theme.ink;
  ctx.font = `600 ${LABEL_FONT}`;
  const shown = placed(
    backdrop.marks,
    (at) => x.getPixelForValue(at),
    (label) => ctx.measureText(label).width,
    left,
  );
  for (const { label, right } of shown) write(label, right, top + 2);
  const { brush, instant } = reader;
  if (brush !== null) {
    const from = x.getPixelForValue(brush.from);
    ctx.globalAlpha = 0.16;
    ctx.fillStyle = theme.lines.users;
    ctx.fillRect(from, top, x.getPixelForValue(brush.to) - from, bottom - top);
    ctx.globalAlpha = 1;
    ctx.strokeStyle = theme.lines.users;
    ctx.lineWidth = 1;
    upright(from);
    upright(x.getPixelForValue(brush.to));
  }
  if (instant !== null) {
    ctx.strokeStyle = theme.muted;
    ctx.setLineDash([2, 2]);
    ctx.lineWidth = 1;
    upright(x.getPixelForValue(instant));
  }
  ctx.restore();
}

/** `0:15 · 21:04:20 UTC` */
export function instantLabel(seconds: number, startedAt: string): string {
  const wall = new Date(Date.parse(startedAt) + seconds * 1_000);
  const since = clockLabel(seconds);
  return Number.isNaN(wall.getTime()) ? since : `${since} · ${wall.toISOString().slice(11, 19)} UTC`;
}
