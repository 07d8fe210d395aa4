/** All pictures of a run's page, with one cursor and one stretch of time. */
import { drawingsOf, type Scene } from './drawings.ts';
import { LinkedCards } from './linked-cards.ts';
import type { Span } from './picture.ts';

/** What is drawn: a run, or the part of it that the reader chose. */
export type BoardScene = Omit<Scene, 'theme' | 'reader' | 'view' | 'toggle'> & { readonly span: Span | null };

/** The page's pictures: they share a cursor, a brush and the choice of lines. Of the report and of the live page. */
export class Board {
  readonly #cards: LinkedCards;
  readonly #toggled = new Set<string>();
  #scene: BoardScene | null = null;

  /**
   * @param say tells the reader what became of a click, in a sentence.
   * @param choose the reader marked out a stretch of time.
   */
  constructor(say: (text: string) => void, choose: (span: Span) => void) {
    this.#cards = new LinkedCards(say, choose);
  }

  /** Everything, anew. */
  draw(scene: BoardScene): void {
    const { reader } = this.#cards;
    if (this.#scene?.span !== scene.span) reader.instant = null;
    this.#scene = scene;
    const theme = this.#cards.theme();
    const { span, ...rest } = scene;
    const shown = drawingsOf({
      ...rest,
      view: { span, toggled: this.#toggled },
      theme,
      reader,
      toggle: (line) => {
        if (!this.#toggled.delete(line)) this.#toggled.add(line);
        this.redraw();
      },
    });
    this.#cards.show(shown, theme);
  }

  /** Draws the same again, in other colours or with other lines. */
  redraw(): void {
    if (this.#scene !== null) this.draw(this.#scene);
  }
}
