import type { ChartConfiguration, ChartDataset, Plugin, Point, TooltipItem } from 'chart.js';
import { clockLabel, readingLabel, tickLabel } from './axis.ts';
import { type Line, labelsFrom, type Picture, standsAlone } from './pictures.ts';
import type { Theme } from './theme.ts';

export type LineChart = ChartConfiguration<'line', Point[]>;

/** Room for the labels of the value axis, px: the same in all charts, so that equal times stand above each other. */
const VALUE_AXIS_WIDTH = 46;
const FONT = { size: 11 } as const;
const LABEL_FONT = '11px system-ui, sans-serif';

/**
 * The Chart.js configuration that draws a picture.
 * @param startedAt when the run started, ISO 8601: the tooltip tells the wall-clock time.
 * @param pointer where the reader points, seconds since the start, or null; marked by an upright line.
 */
export function chartOf(
  picture: Picture,
  theme: Theme,
  startedAt: string,
  pointer: () => number | null = () => null,
): LineChart {
  return {
    type: 'line',
    data: { datasets: picture.lines.map((line) => datasetOf(line, picture, theme)) },
    options: {
      parsing: false,
      normalized: true,
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      interaction: { mode: 'index', intersect: false, axis: 'x' },
      layout: { padding: { top: 2, right: 10 } },
      scales: {
        x: {
          type: 'linear',
          min: 0,
          max: picture.x.end,
          border: { display: false },
          grid: { display: false },
          ticks: {
            stepSize: picture.x.step,
            // The run rarely ends at a round time: no label there.
            includeBounds: false,
            maxRotation: 0,
            color: theme.muted,
            font: FONT,
            callback: (value) => clockLabel(Number(value)),
          },
        },
        y: {
          type: 'linear',
          min: 0,
          max: picture.y.end,
          border: { display: false },
          grid: { color: theme.grid, lineWidth: 1, drawTicks: false },
          ticks: {
            stepSize: picture.y.step,
            color: theme.muted,
            font: FONT,
            padding: 6,
            callback: (value) => tickLabel(Number(value)),
          },
          afterFit: (scale) => {
            scale.width = VALUE_AXIS_WIDTH;
          },
        },
      },
      plugins: {
        legend: { display: false },
        tooltip: {
          backgroundColor: theme.surface,
          borderColor: theme.grid,
          borderWidth: 1,
          titleColor: theme.ink,
          bodyColor: theme.ink,
          titleFont: { size: 12, weight: 'bold' },
          bodyFont: { size: 12 },
          padding: 10,
          caretSize: 0,
          cornerRadius: 6,
          usePointStyle: true,
          boxWidth: 12,
          boxPadding: 6,
          callbacks: {
            title: (items) => (items[0] === undefined ? '' : instantLabel(items[0].parsed.x ?? 0, startedAt)),
            label: readingOf,
            labelPointStyle: () => ({ pointStyle: 'line', rotation: 0 }),
            labelColor: (item) => {
              const colour = String(item.dataset.borderColor);
              return { borderColor: colour, backgroundColor: colour, borderWidth: 2 };
            },
          },
        },
      },
    },
    plugins: [backdrop(picture, theme, pointer)],
  };
}

/** `0:15 · 21:04:20 UTC` */
function instantLabel(seconds: number, startedAt: string): string {
  const wall = new Date(Date.parse(startedAt) + seconds * 1_000);
  const since = clockLabel(seconds);
  return Number.isNaN(wall.getTime()) ? since : `${since} · ${wall.toISOString().slice(11, 19)} UTC`;
}

function readingOf(item: TooltipItem<'line'>): string {
  return `${item.dataset.label ?? ''}  ${readingLabel(item.parsed.y ?? 0)}`;
}

function datasetOf(line: Line, picture: Picture, theme: Theme): ChartDataset<'line', Point[]> {
  const colour = theme.lines[line.colour];
  const { values } = line;
  return {
    label: line.label,
    // Chart.js leaves a gap at NaN.
    data: picture.times.map((x, i) => ({ x, y: values[i] ?? Number.NaN })),
    borderColor: colour,
    backgroundColor: colour,
    borderWidth: line.dashed ? 1.5 : 1.75,
    borderDash: line.dashed ? [4, 3] : [],
    borderJoinStyle: 'round',
    pointRadius: values.some((_, i) => standsAlone(values, i))
      ? values.map((_, i) => (standsAlone(values, i) ? 2.5 : 0))
      : 0,
    pointHoverRadius: 3.5,
    pointHitRadius: 0,
    pointHoverBackgroundColor: colour,
    pointHoverBorderWidth: 0,
    tension: 0,
    fill: false,
  };
}

/** Behind the lines: stretches of time and limits; before them: the reader's instant. */
function backdrop(picture: Picture, theme: Theme, pointer: () => number | null): Plugin<'line'> {
  return {
    id: 'backdrop',
    beforeDatasetsDraw({ ctx, chartArea, scales }) {
      const { x, y } = scales;
      if (x === undefined || y === undefined) return;
      const { top, bottom, left, right } = chartArea;
      ctx.save();
      ctx.font = LABEL_FONT;
      for (const band of picture.bands) {
        const from = x.getPixelForValue(band.from);
        const to = x.getPixelForValue(band.to);
        ctx.fillStyle = band.kind === 'unfit' ? theme.unfit : theme.shade;
        ctx.fillRect(from, top, to - from, bottom - top);
        if (band.label === '' || ctx.measureText(band.label).width + 8 > to - from) continue;
        ctx.fillStyle = theme.muted;
        ctx.textBaseline = 'top';
        ctx.fillText(band.label, from + 4, top + 3);
      }
      for (const limit of picture.limits) {
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
    },
    afterDatasetsDraw({ ctx, chartArea, scales }) {
      const { x, y } = scales;
      if (x === undefined || y === undefined) return;
      ctx.save();
      ctx.font = LABEL_FONT;
      ctx.textBaseline = 'bottom';
      // A rim in the card's colour keeps the label readable where a line passes.
      ctx.strokeStyle = theme.surface;
      ctx.fillStyle = theme.lines.failed;
      ctx.lineWidth = 4;
      ctx.lineJoin = 'round';
      for (const limit of picture.limits) {
        const left = x.getPixelForValue(labelsFrom(picture)) + 6;
        const bottom = y.getPixelForValue(limit.value) - 3;
        ctx.strokeText(limit.label, left, bottom);
        ctx.fillText(limit.label, left, bottom);
      }
      const instant = pointer();
      if (instant === null) {
        ctx.restore();
        return;
      }
      const at = x.getPixelForValue(instant);
      ctx.strokeStyle = theme.muted;
      ctx.setLineDash([2, 2]);
      ctx.lineWidth = 1;
      ctx.beginPath();
      ctx.moveTo(at, chartArea.top);
      ctx.lineTo(at, chartArea.bottom);
      ctx.stroke();
      ctx.restore();
    },
  };
}
