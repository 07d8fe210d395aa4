/** A picture with its legend, its tools and its table of data. */
import { Chart } from 'chart.js';
import type { LineChart } from './canvas.ts';
import type { Grid } from './grid.ts';
import { fill } from './html-table.ts';
import { type LegendItem, legendItem } from './legend.ts';
import type { Theme } from './theme.ts';
import { pictureUrl, toolsFor } from './tools.ts';

/** What a card is to show. */
export interface Drawing {
  readonly title: string;
  readonly unit: string;
  /** In one sentence, for those who cannot see it. */
  readonly description: string;
  readonly legend: readonly LegendItem[];
  readonly config: LineChart;
  /** The numbers; asked for when the reader opens the data table. */
  readonly grid: () => Grid;
  /** The horizontal axis is time: the reader's instant is marked, and a stretch can be marked out. */
  readonly timed: boolean;
}

/** Rows of a data table beyond which every n-th is shown. */
const ROWS = 600;

/** A card of the page: its picture, its legend and the table below it. */
export class Card {
  readonly element: HTMLElement;
  readonly id: string;
  readonly #plot: HTMLElement;
  readonly #canvas = document.createElement('canvas');
  readonly #frame = document.createElement('div');
  readonly #quiet = document.createElement('p');
  readonly #say: (text: string) => void;
  #theme: Theme | null = null;
  #tools = false;
  chart: Chart<'line'> | null = null;
  drawing: Drawing | null = null;

  constructor(element: HTMLElement, plot: HTMLElement, say: (text: string) => void) {
    this.element = element;
    this.id = plot.dataset['picture'] ?? '';
    this.#plot = plot;
    this.#say = say;
    this.#quiet.className = 'quiet nothing';
    this.#canvas.setAttribute('role', 'img');
    // Chart.js writes styles onto the canvas; only what is around it can be hidden by the style sheet, for print.
    this.#frame.className = 'frame';
    this.#frame.append(this.#canvas);
    element.querySelector('details')?.addEventListener('toggle', () => this.#fillTable());
  }

  get canvas(): HTMLCanvasElement {
    return this.#canvas;
  }

  /** @param sentence shown where there is nothing to draw. */
  show(drawing: Drawing | null, sentence: string, theme: Theme): void {
    this.chart?.destroy();
    this.chart = null;
    this.drawing = drawing;
    this.#theme = theme;
    this.element.hidden = false;
    if (!this.#plot.classList.contains('live')) {
      // The page came with a sentence where there is nothing to draw: this one takes its place.
      for (const sentence of this.#plot.querySelectorAll('p')) sentence.remove();
      this.#plot.classList.remove('quiet');
      this.#plot.append(this.#frame, this.#quiet);
    }
    this.#plot.classList.add('live');
    this.#plot.classList.toggle('blank', drawing === null);
    this.#quiet.textContent = drawing === null ? sentence : '';
    if (drawing === null) return;
    // The live page does not know in advance whether it is users or requests in flight.
    const heading = this.element.querySelector('h2')?.firstChild;
    if (heading != null && heading.nodeValue !== null) heading.nodeValue = drawing.title;
    const unit = this.element.querySelector('.unit');
    if (unit !== null) unit.textContent = drawing.unit;
    this.#canvas.setAttribute('aria-label', drawing.description);
    this.#showLegend(drawing.legend);
    this.chart = new Chart(this.#canvas, drawing.config);
    this.#fillTable();
    this.#addTools();
  }

  #showLegend(items: readonly LegendItem[]): void {
    const legend = this.element.querySelector('.legend');
    if (legend === null) return;
    const focused = legend.contains(document.activeElement) ? document.activeElement?.textContent : null;
    legend.replaceChildren(...items.map(legendItem));
    if (focused == null) return;
    for (const button of legend.querySelectorAll('button')) if (button.textContent === focused) button.focus();
  }

  #fillTable(): void {
    const details = this.element.querySelector('details');
    const table = details?.querySelector('table') ?? null;
    if (details === null || table === null || this.drawing === null) return;
    // A closed one is filled when it is opened.
    if (!details.open) return;
    const { head, rows } = this.drawing.grid();
    const stride = Math.ceil(rows.length / ROWS);
    fill(table, { head, rows: stride <= 1 ? rows : rows.filter((_, i) => i % stride === stride - 1) });
    const note = details.querySelector('.stride');
    if (note !== null) note.textContent = stride <= 1 ? '' : `One of every ${stride} rows; a copy has all of them.`;
  }

  #addTools(): void {
    const foot = this.element.querySelector('.foot');
    if (this.#tools || foot === null) return;
    this.#tools = true;
    const tools = toolsFor({
      name: this.drawing?.title ?? '',
      grid: () => this.drawing?.grid() ?? { head: [], rows: [] },
      picture: () => this.#url(),
      say: this.#say,
    });
    foot.prepend(tools);
  }

  #url(): string | null {
    if (this.drawing === null || this.#theme === null) return null;
    const { title, unit, legend } = this.drawing;
    const shown = legend.filter(({ hidden }) => !hidden);
    return pictureUrl(this.#canvas, title, unit, shown, this.#theme, getComputedStyle(document.body).fontFamily);
  }
}
