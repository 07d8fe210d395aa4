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
  const pointed = from.chart === null ? null : nearest(from.chart, at);
  for (const card of cards) {
    const { chart, drawing } = card;
    if (chart === null || drawing?.timed !== true || (card === from && !own)) continue;
    const found = pointed === null ? null : nearest(chart, pointed.instant);
    const x = chart.scales['x'];
    const active =
      found === null || x === undefined
        ? []
        : chart.data.datasets.flatMap(({ data }, datasetIndex) => {
            const value = (data[found.index] as At | undefined)?.y;
            return value === undefined || Number.isNaN(value) ? [] : [{ datasetIndex, index: found.index }];
          });
    const { top, bottom } = chart.chartArea;
    const position = { x: x?.getPixelForValue(pointed?.instant ?? 0) ?? 0, y: (top + bottom) / 2 };
    chart.setActiveElements(active);
    chart.tooltip?.setActiveElements(active, position);
  }
  return pointed?.instant ?? null;
}

function nearest(chart: Chart<'line'>, at: number | null): { readonly index: number; readonly instant: number } | null {
  if (at === null) return null;
  const points = (chart.data.datasets[0]?.data ?? []) as At[];
  let best = 0;
  points.forEach(({ x }, index) => {
    if (Math.abs(x - at) < Math.abs((points[best]?.x ?? 0) - at)) best = index;
  });
  const point = points[best];
  return point === undefined ? null : { index: best, instant: point.x };
}
