/** Legends: colour, dash and shape, on the page and on a canvas. */
import { outlineOf } from './overlay/look.ts';

const SVG = 'http://www.w3.org/2000/svg';

export interface LegendItem {
  readonly label: string;
  readonly colour: string;
  readonly dashed: boolean;
  readonly shape: 'line' | 'dash' | 'disc' | 'ring' | 'triangle' | 'square' | 'patch';
  /** The line's own dash and shape, as each of several runs has them; else absent. */
  readonly own?: { readonly dash: readonly number[]; readonly path: string; readonly open: boolean };
  readonly hidden: boolean;
  /** Shows or hides the line; null where there is nothing to choose. */
  readonly toggle: (() => void) | null;
}

/** For the page. */
export function legendItem(entry: LegendItem): HTMLElement {
  const { label, hidden, toggle } = entry;
  const item = document.createElement(toggle === null ? 'span' : 'button');
  if (toggle !== null) {
    item.setAttribute('type', 'button');
    item.setAttribute('aria-pressed', String(!hidden));
    item.addEventListener('click', toggle);
  }
  item.append(swatch(entry), label);
  return item;
}

function swatch({ colour, dashed, shape, own }: LegendItem): SVGElement {
  const drawing = document.createElementNS(SVG, 'svg');
  const element = (tag: string, attributes: Record<string, string>): void => {
    const child = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) child.setAttribute(name, value);
    drawing.append(child);
  };
  drawing.setAttribute('aria-hidden', 'true');
  drawing.setAttribute('class', shape === 'line' ? 'swatch' : 'swatch tall');
  drawing.setAttribute('viewBox', shape === 'line' ? '0 0 16 4' : '0 0 16 10');
  const paint = { stroke: colour, 'stroke-width': '1.75' };
  if (own !== undefined) {
    drawing.setAttribute('class', 'swatch own');
    drawing.setAttribute('viewBox', '0 0 30 10');
    element('path', { d: 'M0 5h30', ...paint, 'stroke-dasharray': own.dash.join(' ') });
    element('path', { d: own.path, transform: 'translate(15 5)', fill: own.open ? 'none' : colour, ...paint });
    return drawing;
  }
  if (shape === 'line')
    element('line', {
      x1: '0',
      x2: '16',
      y1: '2',
      y2: '2',
      ...paint,
      ...(dashed ? { 'stroke-dasharray': '4 3' } : {}),
    });
  if (shape === 'disc') element('circle', { cx: '8', cy: '5', r: '3.5', fill: colour });
  if (shape === 'ring') element('circle', { cx: '8', cy: '5', r: '3.25', fill: 'none', ...paint });
  if (shape === 'dash') element('rect', { x: '3', y: '4', width: '10', height: '2', fill: colour });
  if (shape === 'triangle') element('path', { d: 'M8 1l4.5 8h-9z', fill: colour });
  if (shape === 'square') element('rect', { x: '4', y: '1', width: '8', height: '8', fill: colour });
  if (shape === 'patch') element('rect', { width: '16', height: '10', fill: colour });
  return drawing;
}

/** What stands before a name in the legend, around the origin: the dash and the shape tell it as well as the colour. */
export function drawSign(
  context: CanvasRenderingContext2D,
  { colour, dashed, shape, own }: LegendItem,
  width: number,
): void {
  context.fillStyle = colour;
  context.strokeStyle = colour;
  context.lineWidth = 1.75;
  if (shape === 'patch') context.fillRect(-8, -5, 16, 10);
  if (shape === 'dash') context.fillRect(-5, -1, 10, 2);
  if (shape === 'line') {
    context.setLineDash(own === undefined ? (dashed ? [4, 3] : []) : [...own.dash]);
    context.beginPath();
    context.moveTo(-width / 2, 0);
    context.lineTo(width / 2, 0);
    context.stroke();
    context.setLineDash([]);
  }
  const outline = own ?? (shape === 'line' || shape === 'patch' || shape === 'dash' ? undefined : outlineOf(shape));
  if (outline === undefined) return;
  const path = new Path2D(outline.path);
  if (outline.open) context.stroke(path);
  else context.fill(path);
}
