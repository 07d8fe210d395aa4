/** The small buttons at the foot of a card. */
import { type Grid, toCsv, toMarkdownTable } from './grid.ts';
import { drawSign, type LegendItem } from './legend.ts';
import type { Theme } from './theme.ts';

interface Tools {
  /** What the buttons speak of: `Response time`. */
  readonly name: string;
  readonly grid: () => Grid;
  /** Absent for a table. */
  readonly picture?: () => string | null;
  readonly say: (text: string) => void;
}

export function toolsFor({ name, grid, picture, say }: Tools): HTMLElement {
  const tools = document.createElement('div');
  tools.className = 'tools';
  const add = (label: string, spoken: string, act: () => void): void => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = label;
    button.setAttribute('aria-label', spoken);
    button.addEventListener('click', act);
    tools.append(button);
  };
  const copy = async (text: string, kind: string): Promise<void> => {
    say((await copied(text)) ? `${name}: copied as ${kind}.` : 'The browser did not allow copying.');
  };
  if (picture !== undefined) {
    add('PNG', `PNG: save the picture ${name}`, () => {
      const url = picture();
      if (url === null) return;
      const link = document.createElement('a');
      link.href = url;
      link.download = `${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.png`;
      link.click();
      say(`${name}: saved as a picture.`);
    });
  }
  add('CSV', `CSV: copy the table ${name}`, () => void copy(toCsv(grid()), 'CSV'));
  add('Markdown', `Markdown: copy the table ${name}`, () => void copy(toMarkdownTable(grid()), 'Markdown'));
  return tools;
}

/** A page opened from disk may not have the clipboard; the old way then still works. */
async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.className = 'spoken';
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}

/** A chart with its title and legend, on the card's ground, as a data URL; null where the browser gives no canvas. */
export function pictureUrl(
  canvas: HTMLCanvasElement,
  title: string,
  unit: string,
  legend: readonly LegendItem[],
  theme: Theme,
  font: string,
): string | null {
  const scale = canvas.width / Math.max(1, canvas.clientWidth);
  const margin = 16 * scale;
  const band = 34 * scale;
  const sheet = document.createElement('canvas');
  sheet.width = canvas.width + 2 * margin;
  sheet.height = canvas.height + band + 2 * margin;
  const context = sheet.getContext('2d');
  if (context === null) return null;
  context.fillStyle = theme.surface;
  context.fillRect(0, 0, sheet.width, sheet.height);
  context.textBaseline = 'top';
  let x = margin;
  const write = (text: string, style: string, colour: string, after: number): void => {
    context.font = `${style} ${font}`;
    context.fillStyle = colour;
    context.fillText(text, x, margin);
    x += context.measureText(text).width + after * scale;
  };
  write(title, `600 ${15 * scale}px`, theme.ink, 8);
  write(unit, `${13 * scale}px`, theme.muted, 20);
  for (const item of legend) {
    const width = item.own === undefined ? 16 : 30;
    context.save();
    context.translate(x + (width / 2) * scale, margin + 8 * scale);
    context.scale(scale, scale);
    drawSign(context, item, width);
    context.restore();
    x += (width + 5) * scale;
    write(item.label, `${13 * scale}px`, theme.muted, 14);
  }
  context.drawImage(canvas, margin, margin + band);
  return sheet.toDataURL('image/png');
}
