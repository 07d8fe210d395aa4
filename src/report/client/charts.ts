/** Pictures over time, as Chart.js draws them. */
import type { ChartDataset, Point, TooltipItem } from 'chart.js';
import { readingLabel } from './axis.ts';
import {
  drawBackdrop,
  drawForeground,
  instantLabel,
  type LineChart,
  optionsOf,
  type Reader,
  timeScale,
  valueScale,
} from './canvas.ts';
import { type Line, type Picture, standsAlone } from './picture.ts';
import type { Theme } from './theme.ts';

/**
 * The Chart.js configuration that draws a picture over time.
 * @param startedAt when the run started, ISO 8601: the tooltip tells the wall-clock time.
 * @param reader what the reader points at and marks out; read anew at every drawing.
 */
export function chartOf(picture: Picture, theme: Theme, startedAt: string, reader: Readonly<Reader>): LineChart {
  const { x, y, right } = picture;
  const atRight =
    right === null ? {} : { right: { ...valueScale(right, theme), position: 'right', grid: { display: false } } };
  return {
    type: 'line',
    data: { datasets: picture.lines.filter(({ hidden }) => !hidden).map((line) => datasetOf(line, picture, theme)) },
    options: optionsOf(
      theme,
      { x: timeScale(x, theme), y: valueScale(y, theme), ...atRight } as never,
      {
        title: (items: TooltipItem<'line'>[]) =>
          items[0] === undefined ? '' : instantLabel(items[0].parsed.x ?? 0, startedAt),
        label: (item: TooltipItem<'line'>) => `${item.dataset.label ?? ''}  ${readingLabel(item.parsed.y ?? 0)}`,
      },
      right === null ? undefined : 0,
    ),
    plugins: [
      {
        id: 'backdrop',
        beforeDatasetsDraw: (chart) => drawBackdrop(chart, picture, theme),
        afterDatasetsDraw: (chart) => drawForeground(chart, picture, theme, reader),
      },
    ],
  };
}

function datasetOf(line: Line, picture: Picture, theme: Theme): ChartDataset<'line', Point[]> {
  const colour = theme.lines[line.colour];
  const { values } = line;
  return {
    label: line.label,
    // Chart.js leaves a gap at NaN.
    data: picture.times.map((x, i) => ({ x, y: values[i] ?? Number.NaN })),
    yAxisID: line.right ? 'right' : 'y',
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
