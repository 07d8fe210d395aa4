/** What drawings in SVG share: how a place is written, and the lines of a grid. */
import { tickLabel } from './client/axis.ts';

/** As a drawing writes a place: three significant digits would do; a tenth of a pixel is finer. */
export const figure = (value: number): string => String(Math.round(value * 10) / 10);

/** A line across at a tick of the upright axis, and its label left of it. */
export const gridRow = (left: number, right: number, y: string, tick: number): string =>
  `<line class="gridline" x1="${left}" x2="${right}" y1="${y}" y2="${y}"/>` +
  `<text x="${left - 6}" y="${y}" dy="0.35em" text-anchor="end">${tickLabel(tick)}</text>`;
