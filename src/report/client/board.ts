import { Chart, LinearScale, LineController, LineElement, PointElement, Tooltip } from 'chart.js';
import { brushable } from './brush.ts';
import type { Reader } from './canvas.ts';
import { Card } from './card.ts';
import { drawingsOf, type Scene } from './drawings.ts';
import { linkTooltips } from './link.ts';
import type { Span } from './picture.ts';
import { themeOf } from './theme.ts';

Chart.register(LineController, LineElement, PointElement, LinearScale, Tooltip);

/** What is drawn: a run, or the part of it that the reader chose. */
export type BoardScene = Omit<Scene, 'theme' | 'reader' | 'view' | 'toggle'> & { readonly span: Span | null };

/** The page's pictures: they share a cursor, a brush and the choice of lines. Of the report and of the live page. */
export class Board {
  readonly #cards: readonly Card[];
  readonly #reader: Reader = { instant: null, brush: null };
  readonly #toggled = new Set<string>();
  #scene: BoardScene | null = null;
  #pointed: Card | null = null;
  #waiting = false;

  /**
   * @param say tells the reader what became of a click, in a sentence.
   * @param choose the reader marked out a stretch of time.
   */
  constructor(say: (text: string) => void, choose: (span: Span) => void) {
    this.#cards = [...document.querySelectorAll<HTMLElement>('article.card')].flatMap((element) => {
      const plot = element.querySelector<HTMLElement>('[data-picture]');
      return plot === null ? [] : [new Card(element, plot, say)];
    });
    const redraw = (): void => this.#redraw();
    for (const card of this.#cards) {
      brushable(card, {
        reader: this.#reader,
        redraw,
        point: (instant, from) => {
          this.#pointed = instant === null ? null : from;
          this.#reader.instant = linkTooltips(this.#cards, instant, from);
          this.#redraw();
        },
        choose,
      });
    }
  }

  /** Everything, anew. */
  draw(scene: BoardScene): void {
    if (this.#scene?.span !== scene.span) this.#reader.instant = null;
    this.#scene = scene;
    const style = getComputedStyle(document.documentElement);
    Chart.defaults.font.family = style.fontFamily;
    const theme = themeOf((name) => style.getPropertyValue(name).trim());
    const { span, ...rest } = scene;
    const shown = drawingsOf({
      ...rest,
      view: { span, toggled: this.#toggled },
      theme,
      reader: this.#reader,
      toggle: (line) => {
        if (!this.#toggled.delete(line)) this.#toggled.add(line);
        this.redraw();
      },
    });
    for (const { id, drawing, sentence } of shown)
      this.#cards.find((card) => card.id === id)?.show(drawing, sentence, theme);
    // Whoever points at an instant keeps pointing at it.
    const { instant } = this.#reader;
    if (instant !== null && this.#pointed !== null) linkTooltips(this.#cards, instant, this.#pointed, true);
  }

  /** The same once more: in other colours, or with other lines. */
  redraw(): void {
    if (this.#scene !== null) this.draw(this.#scene);
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
