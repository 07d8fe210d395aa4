/** The script of the page that lays runs over each other: live drawings, and the reader's choices. */
import { inflated, readArchive } from './archive.ts';
import { LinkedCards } from './linked-cards.ts';
import { overlayDrawingsOf } from './overlay/drawings.ts';
import type { EmbeddedOverlay } from './overlay/embedded.ts';
import { type OverlayView, WHOLE_RUNS } from './overlay/pictures.ts';
import type { OverlaidRun } from './overlay/run.ts';
import { OverlayTables } from './overlay/table-page.ts';
import { onTheme } from './theme-switch.ts';
import { Toolbar } from './toolbar.ts';

class Overlay {
  readonly #runs: readonly OverlaidRun[];
  readonly #unit: EmbeddedOverlay['unit'];
  readonly #cards: LinkedCards;
  readonly #tables: OverlayTables;
  readonly #toolbar: Toolbar | null;
  #view: OverlayView = WHOLE_RUNS;

  constructor(unit: EmbeddedOverlay['unit'], runs: readonly OverlaidRun[]) {
    this.#unit = unit;
    this.#runs = runs;
    const say = (text: string): void => this.#toolbar?.say(text);
    this.#cards = new LinkedCards(say, (span) => this.#show({ span }));
    this.#tables = new OverlayTables(runs, say);
    this.#toolbar = this.#prepareToolbar();
  }

  start(): void {
    this.#show({});
  }

  draw(): void {
    const theme = this.#cards.theme();
    const shown = overlayDrawingsOf({
      runs: this.#runs,
      unit: this.#unit,
      view: this.#view,
      theme,
      reader: this.#cards.reader,
      toggle: (run) => {
        const hidden = new Set(this.#view.hidden);
        if (!hidden.delete(run)) hidden.add(run);
        this.#show({ hidden });
      },
    });
    const absent = { drawing: null, sentence: 'No request failed here.' };
    this.#cards.show(
      this.#cards.ids.map((id) => shown.find((drawn) => drawn.id === id) ?? { id, ...absent }),
      theme,
    );
    const { span, name, by, tail, hidden } = this.#view;
    const whole = span === null && name === null && by === 'time' && tail === 'p95' && hidden.size === 0;
    document.documentElement.dataset['drawn'] = whole ? 'whole' : 'part';
  }

  #show(wanted: Partial<OverlayView>): void {
    this.#view = { ...this.#view, ...wanted };
    this.#cards.reader.instant = null;
    this.#toolbar?.show(this.#view.span, this.#tables.show(this.#view));
    this.draw();
  }

  #prepareToolbar(): Toolbar | null {
    const form = document.querySelector<HTMLFormElement>('form.toolbar');
    if (form === null) return null;
    const ends = this.#runs.flatMap(({ archive }) => archive.slots.map(({ to }) => to));
    const names = [...new Set(this.#runs.flatMap(({ archive }) => archive.names))];
    const choice = (name: 'by' | 'tail', choose: (value: string) => void): void => {
      const select = form.querySelector<HTMLSelectElement>(`select[name="${name}"]`);
      // Browsers keep what was chosen before the page was loaded again.
      if (select !== null) select.selectedIndex = 0;
      select?.addEventListener('change', () => choose(select.value));
    };
    choice('by', (value) => this.#show({ by: value === 'load' ? 'load' : 'time' }));
    choice('tail', (value) => this.#show({ tail: value === 'p99' ? 'p99' : 'p95' }));
    return new Toolbar(form, {
      names,
      whole: { from: 0, to: ends.reduce((last, end) => Math.max(last, end), 0) },
      grid: [...new Set([0, ...ends])].sort((a, b) => a - b),
      chooseName: (index) => this.#show({ name: index === null ? null : (names[index] ?? null) }),
      chooseSpan: (span) => this.#show({ span }),
    });
  }
}

async function start(): Promise<void> {
  const data = document.getElementById('timeline')?.textContent ?? '';
  if (data === '') return;
  const { unit, runs } = JSON.parse(data) as EmbeddedOverlay;
  let overlay: Overlay | null = null;
  onTheme(() => overlay?.draw());
  const read = runs.map(
    async ({ intervals, ...run }): Promise<OverlaidRun> => ({
      ...run,
      archive: readArchive(await inflated(intervals)),
    }),
  );
  overlay = new Overlay(unit, await Promise.all(read));
  overlay.start();
}

void start();
