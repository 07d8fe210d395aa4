import { Chart, LinearScale, LineController, LineElement, PointElement, Tooltip } from 'chart.js';
import { chartOf } from './charts.ts';
import { describe, type Picture, type PictureSource, picturesOf, thinned } from './pictures.ts';
import { themeOf } from './theme.ts';

/** The report's script: swaps the ready-made drawings for live ones, and lets the reader choose the theme. */

const REMEMBERED = 'rampart-theme';
const root = document.documentElement;
const dark = matchMedia('(prefers-color-scheme: dark)');
const charts: Chart<'line'>[] = [];
let instant: number | null = null;

Chart.register(LineController, LineElement, PointElement, LinearScale, Tooltip);

/** Storage is refused to some pages opened from disk; the choice then lasts as long as the page. */
function remembered(): string | null {
  try {
    return localStorage.getItem(REMEMBERED);
  } catch {
    return null;
  }
}

function remember(theme: string): void {
  try {
    localStorage.setItem(REMEMBERED, theme);
  } catch {
    // See remembered().
  }
}

function isDark(): boolean {
  return root.dataset['theme'] === undefined ? dark.matches : root.dataset['theme'] === 'dark';
}

function canvasFor(picture: Picture): HTMLCanvasElement | null {
  const plot = document.querySelector(`[data-picture="${picture.id}"]`);
  if (plot === null) return null;
  const drawn = plot.querySelector('canvas');
  if (drawn !== null) return drawn;
  const canvas = document.createElement('canvas');
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', describe(picture));
  // Chart.js writes styles onto the canvas; only what is around it can be hidden by the style sheet, for print.
  const frame = document.createElement('div');
  frame.className = 'frame';
  frame.append(canvas);
  plot.append(frame);
  plot.classList.add('live');
  return canvas;
}

function draw(source: PictureSource): void {
  for (const chart of charts.splice(0)) chart.destroy();
  const style = getComputedStyle(root);
  const theme = themeOf((name) => style.getPropertyValue(name).trim());
  Chart.defaults.font.family = style.fontFamily;
  for (const picture of picturesOf(source)) {
    const canvas = picture.empty === '' ? canvasFor(picture) : null;
    if (canvas === null) continue;
    const shown = thinned(picture);
    const chart = new Chart(
      canvas,
      chartOf(shown, theme, source.startedAt, () => instant),
    );
    canvas.onpointermove = (event) => {
      const at = chart.scales['x']?.getValueForPixel(event.offsetX);
      point(at === undefined ? null : nearest(shown.times, at));
    };
    canvas.onpointerleave = () => point(null);
    charts.push(chart);
  }
}

/** The same instant is marked in all charts. */
function point(at: number | null): void {
  if (at === instant) return;
  instant = at;
  for (const chart of charts) chart.draw();
}

function nearest(times: readonly number[], at: number): number | null {
  let best: number | null = null;
  for (const time of times) if (best === null || Math.abs(time - at) < Math.abs(best - at)) best = time;
  return best;
}

function start(): void {
  const data = document.getElementById('timeline')?.textContent ?? '';
  if (data === '') return;
  const source = JSON.parse(data) as PictureSource;
  const button = document.querySelector<HTMLButtonElement>('button.theme');
  const chosen = remembered();
  if (chosen === 'dark' || chosen === 'light') root.dataset['theme'] = chosen;

  const show = (): void => {
    button?.setAttribute('aria-pressed', String(isDark()));
    draw(source);
  };
  if (button !== null) {
    button.hidden = false;
    button.addEventListener('click', () => {
      const next = isDark() ? 'light' : 'dark';
      root.dataset['theme'] = next;
      remember(next);
      show();
    });
  }
  dark.addEventListener('change', show);
  show();
}

start();
