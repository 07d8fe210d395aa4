/** The report's script, where it begins. */
import { type Archive, inflated, readArchive } from './archive.ts';
import { Board } from './board.ts';
import type { EmbeddedRun } from './embedded.ts';
import type { Span } from './picture.ts';
import type { PictureSource } from './pictures.ts';
import { snapped, timelineOf } from './selection.ts';
import { TablePage } from './table-page.ts';
import { onTheme } from './theme-switch.ts';
import { Toolbar } from './toolbar.ts';

/**
 * The report's script: swaps the ready-made drawings for live ones, draws those that need a canvas, and recomputes the
 * page for the stretch of time and the requests that the reader chooses.
 */
class Report {
  readonly #run: EmbeddedRun;
  readonly #archive: Archive;
  readonly #board: Board;
  readonly #tables: TablePage;
  readonly #toolbar: Toolbar | null;
  readonly #sources = new Map<number | null, PictureSource>();
  #name: number | null = null;
  #span: Span | null = null;

  constructor(run: EmbeddedRun, archive: Archive) {
    this.#run = run;
    this.#archive = archive;
    const say = (text: string): void => this.#toolbar?.say(text);
    const { slots, names } = archive;
    this.#board = new Board(say, (span) => {
      if (slots.length > 0) this.#choose(span);
    });
    this.#tables = new TablePage(archive, say);
    const form = document.querySelector<HTMLFormElement>('form.toolbar');
    const end = archive.timeline[archive.timeline.length - 1]?.t ?? 0;
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
  }

  start(): void {
    this.#toolbar?.show(null, '');
    this.draw();
  }

  /** Everything, anew. */
  draw(): void {
    this.#board.draw({
      source: this.#sourceOf(this.#name),
      loads: this.#run.loads ?? [],
      archive: this.#archive,
      name: this.#name,
      span: this.#span,
    });
    document.documentElement.dataset['drawn'] = this.#span === null && this.#name === null ? 'whole' : 'part';
  }

  #choose(span: Span | null): void {
    this.#span = span === null ? null : snapped(this.#archive, span);
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
