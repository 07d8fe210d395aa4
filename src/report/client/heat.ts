/** The picture of how many responses took how long, over time. */
import type { TooltipItem } from 'chart.js';
import type { Slot } from './archive.ts';
import { type Axis, logTicks, readingLabel, tickLabel, timeAxis } from './axis.ts';
import { highestOf, lowestOf, Times } from './buckets.ts';
import {
  drawBackdrop,
  drawForeground,
  instantLabel,
  type LineChart,
  optionsOf,
  type Reader,
  tickedScale,
  timeScale,
} from './canvas.ts';
import { type Band, type Mark, type Span, within } from './picture.ts';
import { cellsIn, type Names } from './selection.ts';
import type { Theme } from './theme.ts';

/** Rows to a power of two: each is 9 % above the one below. */
const ROWS_PER_OCTAVE = 8;
const COLUMNS = 180;
const SHADES = 12;

interface Column extends Span {
  /** Responses per second, by row. */
  readonly density: ReadonlyMap<number, number>;
  readonly count: number;
  /** In ms. */
  readonly p50: number | null;
  readonly p95: number | null;
}

/** How many responses took how long, over time. */
export interface Heat {
  readonly columns: readonly Column[];
  /** First and last filled row; a row begins at 2^(row / ROWS_PER_OCTAVE) µs. */
  readonly rows: readonly [first: number, last: number];
  /** The highest density. */
  readonly peak: number;
  readonly bands: readonly Band[];
  readonly marks: readonly Mark[];
  readonly x: Axis;
}

/** Null where nothing succeeded. */
export function heatOf(
  slots: readonly Slot[],
  names: Names,
  span: Span,
  behind: { readonly bands: readonly Band[]; readonly marks: readonly Mark[] },
): Heat | null {
  const size = Math.max(1, Math.ceil(slots.length / COLUMNS));
  const columns: Column[] = [];
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  let peak = 0;
  const times = new Times();
  for (let at = 0; at < slots.length; at += size) {
    const group = slots.slice(at, at + size);
    const [from, to] = [(group[0] as Slot).from, Math.max(...group.map((slot) => slot.to))];
    times.reset();
    for (const slot of group) for (const { response } of cellsIn(slot, names)) times.add(response);
    const density = new Map<number, number>();
    times.forEach((bucket, n) => {
      const row = rowOf(bucket);
      density.set(row, (density.get(row) ?? 0) + n / (to - from));
    });
    for (const [row, n] of density) {
      first = Math.min(first, row);
      last = Math.max(last, row);
      peak = Math.max(peak, n);
    }
    columns.push({ from, to, density, count: times.count, p50: times.quantile(0.5), p95: times.quantile(0.95) });
  }
  if (peak === 0) return null;
  return { columns, rows: [first, last], peak, ...within(behind, span), x: timeAxis(span.to, span.from) };
}

export function heatChartOf(heat: Heat, theme: Theme, startedAt: string, reader: Readonly<Reader>): LineChart {
  const [first, last] = heat.rows;
  // At least two octaves: a picture of one row says nothing.
  const room = Math.max(0, 2 * ROWS_PER_OCTAVE - (last - first + 1)) / 2;
  const [min, max] = [first - Math.ceil(room), last + 1 + Math.floor(room)];
  const ticks = logTicks(msOf(min), msOf(max));
  const labels = new Map(ticks.map((ms) => [Math.log2(ms * 1_000) * ROWS_PER_OCTAVE, tickLabel(ms)]));
  const values = (pick: 'p50' | 'p95'): { x: number; y: number }[] =>
    heat.columns.map((column) => ({ x: column.to, y: positionOf(column[pick]) }));
  const invisible = {
    borderWidth: 0,
    pointRadius: 0,
    pointHoverRadius: 3.5,
    pointHitRadius: 0,
    pointHoverBorderWidth: 0,
  };
  const dataset = (label: 'p50' | 'p95') => ({
    ...invisible,
    label,
    data: values(label),
    borderColor: theme.lines[label],
    backgroundColor: theme.lines[label],
    pointHoverBackgroundColor: theme.lines[label],
  });
  // What stands in a band is said by the pictures above; here it would cover responses.
  const backdrop = { ...heat, limits: [], bands: heat.bands.map((band) => ({ ...band, label: '' })) };
  return {
    type: 'line',
    data: { datasets: [dataset('p50'), dataset('p95')] },
    options: optionsOf(
      theme,
      {
        x: timeScale(heat.x, theme),
        y: tickedScale({ min, max }, [...labels.keys()], (row) => labels.get(row) ?? '', theme, 'value'),
      },
      {
        title: (items: TooltipItem<'line'>[]) =>
          items[0] === undefined ? '' : instantLabel(items[0].parsed.x ?? 0, startedAt),
        label: ({ dataset: { label }, parsed }: TooltipItem<'line'>) =>
          `${label}  ${readingLabel(msOf(parsed.y ?? 0))} ms`,
        footer: (items: TooltipItem<'line'>[]) =>
          `${tickLabel(heat.columns[items[0]?.dataIndex ?? -1]?.count ?? 0)} responses`,
      },
    ),
    plugins: [
      {
        id: 'heat',
        beforeDatasetsDraw(chart) {
          drawBackdrop(chart, backdrop, theme);
          const { ctx, chartArea, scales } = chart;
          const { x, y } = scales;
          if (x === undefined || y === undefined) return;
          ctx.save();
          ctx.beginPath();
          ctx.rect(chartArea.left, chartArea.top, chartArea.width, chartArea.height);
          ctx.clip();
          ctx.fillStyle = theme.heat;
          for (const column of heat.columns) {
            const left = Math.round(x.getPixelForValue(column.from));
            const width = Math.max(1, Math.round(x.getPixelForValue(column.to)) - left);
            for (const [row, density] of column.density) {
              const top = Math.round(y.getPixelForValue(row + 1));
              const height = Math.max(1, Math.round(y.getPixelForValue(row)) - top);
              ctx.globalAlpha = shadeOf(density, heat.peak);
              ctx.fillRect(left, top, width, height);
            }
          }
          ctx.restore();
        },
        afterDatasetsDraw: (chart) => drawForeground(chart, backdrop, theme, reader),
      },
    ],
  };
}

/** By the square root, in few steps: what is rare can still be seen, and shades can be told apart. */
export function shadeOf(density: number, peak: number): number {
  return Math.max(1, Math.ceil(Math.sqrt(density / peak) * SHADES)) / SHADES;
}

function rowOf(bucket: number): number {
  const middle = (lowestOf(bucket) + highestOf(bucket)) / 2;
  return Math.floor(Math.log2(Math.max(1, middle)) * ROWS_PER_OCTAVE);
}

function msOf(row: number): number {
  return 2 ** (row / ROWS_PER_OCTAVE) / 1_000;
}

function positionOf(ms: number | null): number {
  return ms === null ? Number.NaN : Math.log2(Math.max(1, ms * 1_000)) * ROWS_PER_OCTAVE;
}
