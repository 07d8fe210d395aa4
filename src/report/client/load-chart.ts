/** Pictures over the load, as Chart.js draws them. */
import type { Chart, ChartDataset, Point, TooltipItem } from 'chart.js';
import { readingLabel, tickLabel, ticksOf } from './axis.ts';
import { type LineChart, optionsOf, tickedScale, valueScale } from './canvas.ts';
import { heightOf, type LoadPicture, type LoadPoint, SHAPES, visibleCurve } from './load-picture.ts';
import type { Theme } from './theme.ts';

/** How far the bar of an open interval goes on, dotted, px. */
const OPEN = 14;
const LABEL_FONT = '12px system-ui, sans-serif';

/** The Chart.js configuration of a picture over the load: points with error bars, curve, limit and interval. */
export function loadChartOf(picture: LoadPicture, theme: Theme): LineChart {
  const { points, x, y, axis, curveLabel, pointLabel } = picture;
  const colour = theme.lines[picture.colour];
  const colours = points.map((point) => signColour(point, picture, theme));
  const shapes = points.map(({ verdict }) => (verdict === null ? 'disc' : SHAPES[verdict]));
  const levels: ChartDataset<'line', Point[]> = {
    label: pointLabel,
    data: points.map((point) => ({ x: point.x, y: heightOf(point, y) })),
    showLine: false,
    clip: 12,
    borderColor: colours,
    backgroundColor: colours.map((own, i) => (shapes[i] === 'ring' ? theme.surface : own)),
    pointStyle: shapes.map((shape) => STYLES[shape]),
    pointRadius: shapes.map((shape) => (shape === 'square' ? 6.2 : shape === 'triangle' ? 6 : 4.75)),
    pointBorderWidth: shapes.map((shape) => (shape === 'ring' ? 2.25 : shape === 'dash' ? 2.5 : 0)),
    pointHoverRadius: 7,
    pointHoverBorderWidth: 2,
    pointHitRadius: 4,
  };
  const curve: ChartDataset<'line', Point[]> = {
    label: curveLabel,
    data: visibleCurve(picture),
    borderColor: colour,
    backgroundColor: colour,
    borderWidth: 1.75,
    borderJoinStyle: 'round',
    pointRadius: 0,
    pointHitRadius: 0,
    pointHoverRadius: 0,
  };
  const options = optionsOf(
    theme,
    {
      x: {
        ...tickedScale({ min: 0, max: x.end }, ticksOf(x), tickLabel, theme, 'plain'),
        title: { display: true, text: axis, color: theme.muted, font: { size: 11 }, padding: { top: 0 } },
      } as never,
      y: valueScale(y, theme),
    },
    {
      title: (items: TooltipItem<'line'>[]) => {
        const point = points[items[0]?.dataIndex ?? -1];
        if (point === undefined) return '';
        return point.verdict === null ? point.label : `${point.label}: ${point.verdict}`;
      },
      label: ({ dataIndex }: TooltipItem<'line'>) => readingsOf(points[dataIndex], picture),
    },
    18,
  );
  return {
    type: 'line',
    data: { datasets: [levels, curve] },
    options: {
      ...options,
      normalized: false,
      interaction: { mode: 'nearest', intersect: true },
      layout: { padding: { top: 8, right: 18 } },
    },
    plugins: [
      {
        id: 'load',
        beforeDatasetsDraw: (chart) => drawBehind(chart, picture, theme),
        afterDatasetsDraw: (chart) => drawBefore(chart, picture, theme),
      },
    ],
  };
}

const STYLES = {
  disc: 'circle',
  ring: 'circle',
  square: 'rect',
  triangle: 'triangle',
  dash: 'line',
} as const;

/** Lines of the tooltip: the load, the figure with its interval. */
function readingsOf(point: LoadPoint | undefined, { axis, pointLabel }: LoadPicture): string[] {
  if (point === undefined) return [];
  const [low, high] = point.interval ?? [];
  const range =
    low === undefined ? '' : ` (${readingLabel(low)} ${high == null ? 'or more' : `to ${readingLabel(high)}`})`;
  return [
    `${pointLabel}  ${point.y === null ? '∞' : readingLabel(point.y)}${range}`,
    `${readingLabel(point.x)} ${axis.replace(/^offered load, /, '')}`,
  ];
}

export function signColour({ verdict }: Pick<LoadPoint, 'verdict'>, { colour }: LoadPicture, theme: Theme): string {
  switch (verdict) {
    case null:
      return theme.lines[colour];
    case 'pass':
      return theme.lines.achieved;
    case 'undecided':
    case 'drifting':
      return theme.lines.p50;
    case 'fail':
    case 'overloaded':
      return theme.lines.failed;
    case 'void':
      return theme.muted;
  }
}

/** The interval of the result, the limit, and the bars of the points. */
function drawBehind({ ctx, chartArea, scales }: Chart, picture: LoadPicture, theme: Theme): void {
  const { x, y } = scales;
  if (x === undefined || y === undefined) return;
  const { top, bottom, left, right } = chartArea;
  const { range, limit, points } = picture;
  const xAt = (load: number): number => x.getPixelForValue(load);
  const yAt = (value: number): number => Math.max(top, y.getPixelForValue(value));
  ctx.save();
  if (range !== null) {
    const to = range[1] === null ? right : Math.min(right, xAt(range[1]));
    ctx.globalAlpha = 0.13;
    ctx.fillStyle = theme.lines[picture.colour];
    ctx.fillRect(xAt(range[0]), top, to - xAt(range[0]), bottom - top);
    ctx.globalAlpha = 1;
  }
  const stroke = (fromX: number, fromY: number, toX: number, toY: number): void => {
    ctx.beginPath();
    ctx.moveTo(fromX, fromY);
    ctx.lineTo(toX, toY);
    ctx.stroke();
  };
  if (limit !== null) {
    ctx.strokeStyle = theme.lines.failed;
    ctx.lineWidth = 1.25;
    ctx.setLineDash([5, 3]);
    stroke(left, yAt(limit.value), right, yAt(limit.value));
  }
  ctx.strokeStyle = theme.muted;
  ctx.lineWidth = 1.25;
  for (const point of points) {
    if (point.interval === undefined) continue;
    const [low, high] = point.interval;
    const at = xAt(point.x);
    const middle = yAt(heightOf(point, picture.y));
    ctx.setLineDash([]);
    if (high !== null) {
      stroke(at, yAt(low), at, yAt(high));
      continue;
    }
    if (yAt(low) > middle) stroke(at, yAt(low), at, middle);
    ctx.setLineDash([2, 2]);
    stroke(at, middle, at, Math.max(top, middle - OPEN));
  }
  ctx.restore();
}

/** Names of limit and mark, and what lies above the picture. */
function drawBefore({ ctx, chartArea, scales }: Chart, picture: LoadPicture, theme: Theme): void {
  const { x, y } = scales;
  if (x === undefined || y === undefined) return;
  const { top, bottom, left } = chartArea;
  const { limit, mark, points } = picture;
  ctx.save();
  ctx.font = LABEL_FONT;
  ctx.strokeStyle = theme.surface;
  ctx.lineWidth = 4;
  ctx.lineJoin = 'round';
  const write = (text: string, colour: string, at: number, height: number): void => {
    ctx.fillStyle = colour;
    ctx.strokeText(text, at, height);
    ctx.fillText(text, at, height);
  };
  ctx.textBaseline = 'bottom';
  if (limit !== null) write(limit.label, theme.lines.failed, left + 6, y.getPixelForValue(limit.value) - 3);
  ctx.textBaseline = 'middle';
  for (const point of points) {
    if (point.y !== null && point.y <= picture.y.end) continue;
    write('↑', theme.muted, x.getPixelForValue(point.x) + 7, top + 1);
  }
  if (mark !== null) {
    const at = x.getPixelForValue(mark.x);
    ctx.strokeStyle = theme.ink;
    ctx.lineWidth = 1;
    ctx.setLineDash([1, 3]);
    ctx.beginPath();
    ctx.moveTo(at, top);
    ctx.lineTo(at, bottom);
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.strokeStyle = theme.surface;
    ctx.lineWidth = 4;
    ctx.textAlign = 'right';
    ctx.textBaseline = 'top';
    ctx.font = `600 ${LABEL_FONT}`;
    write(mark.label, theme.ink, at - 4, top + 2);
  }
  ctx.restore();
}
