/** Cards with one cursor and one brush, whatever they show. */
import { Chart, LinearScale, LineController, LineElement, PointElement, Tooltip } from 'chart.js';
import { brushable } from './brush.ts';
import type { Reader } from './canvas.ts';
import { Card, type Drawing } from './card.ts';
import { linkTooltips } from './link.ts';
import type { Span } from './picture.ts';
import { type Theme, themeOf } from './theme.ts';

Chart.register(LineController, LineElement, PointElement, LinearScale, Tooltip);

/** The cards of a page: they share a cursor and a brush. */
export class LinkedCards {
  readonly reader: Reader = { instant: null, brush: null };
  readonly #cards: readonly Card[];
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
        reader: this.reader,
        redraw,
        point: (instant, from) => {
          this.#pointed = instant === null ? null : from;
          this.reader.instant = linkTooltips(this.#cards, instant, from);
          this.#redraw();
        },
        choose,
      });
    }
  }

  get ids(): string[] {
    return this.#cards.map(({ id }) => id);
  }

  /** The colours of the page as it is now. */
  theme(): Theme {
    const style = getComputedStyle(document.documentElement);
    Chart.defaults.font.family = style.fontFamily;
    return themeOf((name) => style.getPropertyValue(name).trim());
  }

  /** @param sentence of each: shown where there is nothing to draw. */
  show(
    drawings: readonly { readonly id: string; readonly drawing: Drawing | null; readonly sentence: string }[],
    theme: Theme,
  ): void {
    for (const { id, drawing, sentence } of drawings)
      this.#cards.find((card) => card.id === id)?.show(drawing, sentence, theme);
    // Whoever points at an instant keeps pointing at it.
    const { instant } = this.reader;
    if (instant === null || this.#pointed === null) return;
    this.reader.instant = linkTooltips(this.#cards, instant, this.#pointed, true);
    this.#redraw();
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
