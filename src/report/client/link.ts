/** Charts that show the same instant when the reader points at one of them. */
import type { Chart } from 'chart.js';
import type { Card } from './card.ts';

/** As all charts over time are given theirs. */
type At = { readonly x: number; readonly y: number };

/**
 * Shows in all charts over time what they say at the instant that the reader points at in one of them.
 * @param own whether in that one, too: it has been drawn anew under a pointer that did not move.
 * @returns the instant of an interval that is nearest in that one.
 */
export function linkTooltips(cards: readonly Card[], at: number | null, from: Card, own = false): number | null {
  const instant = at === null || from.chart === null ? null : nearestInstant(from.chart, at);
  for (const card of cards) {
    const { chart, drawing } = card;
    if (chart === null || drawing?.timed !== true || (card === from && !own)) continue;
    const x = chart.scales['x'];
    const active =
      instant === null || x === undefined
        ? []
        : chart.data.datasets.flatMap(({ data }, datasetIndex) => {
            const points = data as At[];
            const index = nearestIndex(points, instant);
            const value = index === null ? undefined : points[index]?.y;
            return index === null || value === undefined || Number.isNaN(value) ? [] : [{ datasetIndex, index }];
          });
    const { top, bottom } = chart.chartArea;
    const position = { x: x?.getPixelForValue(instant ?? 0) ?? 0, y: (top + bottom) / 2 };
    chart.setActiveElements(active);
    chart.tooltip?.setActiveElements(active, position);
  }
  return instant;
}

/** Index of the nearest of points in ascending order; null: there are none. */
export function nearestIndex(points: readonly { readonly x: number }[], x: number): number | null {
  if (points.length === 0) return null;
  let low = 0;
  let high = points.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.x ?? 0) < x) low = middle + 1;
    else high = middle;
  }
  const before = points[low - 1];
  return before !== undefined && x - before.x <= (points[low]?.x ?? 0) - x ? low - 1 : low;
}

function nearestInstant(chart: Chart<'line'>, at: number): number | null {
  const instants = chart.data.datasets.flatMap(({ data }) => {
    const points = data as At[];
    const index = nearestIndex(points, at);
    return index === null ? [] : [points[index]?.x ?? 0];
  });
  return instants.reduce<number | null>(
    (best, instant) => (best === null || Math.abs(instant - at) < Math.abs(best - at) ? instant : best),
    null,
  );
}
