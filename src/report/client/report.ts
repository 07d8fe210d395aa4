import { Chart, LinearScale, LineController, LineElement, PointElement, Tooltip } from 'chart.js';
import { type Archive, inflated, readArchive } from './archive.ts';
import { brushable } from './brush.ts';
import type { Reader } from './canvas.ts';
import { Card } from './card.ts';
import { drawingsOf } from './drawings.ts';
import type { EmbeddedRun } from './embedded.ts';
import { linkTooltips } from './link.ts';
import type { Span } from './picture.ts';
import type { PictureSource } from './pictures.ts';
import { snapped, timelineOf } from './selection.ts';
import { TablePage } from './table-page.ts';
import { themeOf } from './theme.ts';
import { onTheme } from './theme-switch.ts';
import { Toolbar } from './toolbar.ts';

/**
 * The report's script: swaps the ready-made drawings for live ones, draws those that need a canvas, and recomputes the
 * page for the stretch of time and the requests that the reader chooses.
 */

Chart.register(LineController, LineElement, PointElement, LinearScale, Tooltip);

class Report {
  readonly #run: EmbeddedRun;
  readonly #archive: Archive;
  readonly #reader: Reader = { instant: null, brush: null };
  readonly #cards: readonly Card[];
  readonly #tables: TablePage;
  readonly #toolbar: Toolbar | null;
  readonly #sources = new Map<number | null, PictureSource>();
  readonly #toggled = new Set<string>();
  #name: number | null = null;
  #span: Span | null = null;
  #waiting = false;

  constructor(run: EmbeddedRun, archive: Archive) {
    this.#run = run;
    this.#archive = archive;
    const say = (text: string): void => this.#toolbar?.say(text);
    this.#cards = [...document.querySelectorAll<HTMLElement>('article.card')].flatMap((element) => {
      const plot = element.querySelector<HTMLElement>('[data-picture]');
      return plot === null ? [] : [new Card(element, plot, say)];
    });
    this.#tables = new TablePage(archive, say);
    const form = document.querySelector<HTMLFormElement>('form.toolbar');
    const end = archive.timeline[archive.timeline.length - 1]?.t ?? 0;
    const { slots, names } = archive;
    this.#toolbar =
      form === null || slots.length === 0
        ? null
        : new Toolbar(form, {
            names,
            whole: { from: 0, to: end },
            grid: [0, ...slots.map(({ to }) => to)],
            chooseName: (name) => {
              this.#name = name;
              this.draw();
            },
            chooseSpan: (span) => this.#choose(span),
          });
    const redraw = (): void => this.#redraw();
    for (const card of this.#cards) {
      brushable(card, {
        reader: this.#reader,
        redraw,
        point: (instant, from) => {
          this.#reader.instant = linkTooltips(this.#cards, instant, from);
          this.#redraw();
        },
        choose: (span) => {
          if (slots.length > 0) this.#choose(span);
        },
      });
    }
  }

  start(): void {
    this.#toolbar?.show(null, '');
    this.draw();
  }

  /** Everything, anew. */
  draw(): void {
    const style = getComputedStyle(document.documentElement);
    Chart.defaults.font.family = style.fontFamily;
    const theme = themeOf((name) => style.getPropertyValue(name).trim());
    const shown = drawingsOf({
      source: this.#sourceOf(this.#name),
      loads: this.#run.loads ?? [],
      archive: this.#archive,
      name: this.#name,
      view: { span: this.#span, toggled: this.#toggled },
      theme,
      reader: this.#reader,
      toggle: (line) => {
        if (!this.#toggled.delete(line)) this.#toggled.add(line);
        this.draw();
      },
    });
    for (const { id, drawing, sentence } of shown)
      this.#cards.find((card) => card.id === id)?.show(drawing, sentence, theme);
    document.documentElement.dataset['drawn'] = this.#span === null && this.#name === null ? 'whole' : 'part';
  }

  #choose(span: Span | null): void {
    this.#span = span === null ? null : snapped(this.#archive, span);
    this.#reader.instant = null;
    const note = this.#tables.show(this.#span);
    this.#toolbar?.show(this.#span, note);
    this.draw();
  }

  #sourceOf(name: number | null): PictureSource {
    const known = this.#sources.get(name);
    if (known !== undefined) return known;
    const timeline = name === null ? this.#archive.timeline : timelineOf(this.#archive, name);
    const source = { ...this.#run, timeline };
    this.#sources.set(name, source);
    return source;
  }

  /** At most once a frame, however fast the pointer moves. */
  #redraw(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    requestAnimationFrame(() => {
      this.#waiting = false;
      for (const { chart, drawing } of this.#cards) if (drawing?.timed === true) chart?.draw();
    });
  }
}

async function start(): Promise<void> {
  const data = document.getElementById('timeline')?.textContent ?? '';
  if (data === '') return;
  const run = JSON.parse(data) as EmbeddedRun;
  let report: Report | null = null;
  onTheme(() => report?.draw());
  report = new Report(run, readArchive(await inflated(run.intervals)));
  report.start();
}

void start();
