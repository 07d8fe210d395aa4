/** The report's script, where it begins. */
import { type Archive, inflated, readArchive } from './archive.ts';
import { Board } from './board.ts';
import type { EmbeddedRun } from './embedded.ts';
import { type Found, found, foundSentence, NO_FACETS, type Wanted } from './facets.ts';
import type { Span } from './picture.ts';
import type { PictureSource } from './pictures.ts';
import { type Names, onlyName, snapped, timelineOf } from './selection.ts';
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
  readonly #sources = new Map<number, PictureSource>();
  #names: Names = null;
  #found: Found | null = null;
  #span: Span | null = null;

  constructor(run: EmbeddedRun, archive: Archive) {
    this.#run = run;
    this.#archive = archive;
    const say = (text: string): void => this.#toolbar?.say(text);
    const { slots, names, wholes } = archive;
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
            ...{ names, wholes },
            whole: { from: 0, to: end },
            grid: [0, ...slots.map(({ to }) => to)],
            chooseName: (name) => this.#narrow(onlyName(name), null),
            ...(run.facets === undefined ? {} : { facets: run.facets }),
            find: (wanted) => this.#find(wanted),
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
      source: this.#sourceOf(this.#names),
      loads: this.#run.loads ?? [],
      archive: this.#archive,
      names: this.#names,
      span: this.#span,
    });
    document.documentElement.dataset['drawn'] = this.#span === null && this.#names === null ? 'whole' : 'part';
  }

  #choose(span: Span | null): void {
    this.#span = span === null ? null : snapped(this.#archive, span);
    const note = this.#tables.show(this.#span, this.#found);
    this.#toolbar?.show(this.#span, note);
    this.draw();
  }

  #find(wanted: Wanted): void {
    const hits = found(this.#archive.names, this.#run.facets ?? NO_FACETS, wanted);
    this.#narrow(hits.names, hits.names === null ? null : hits);
  }

  /** @param hits what was looked for; null where one request was chosen, whose row is among the others. */
  #narrow(names: Names, hits: Found | null): void {
    const isOther = this.#found !== hits;
    this.#names = names;
    this.#found = hits;
    if (isOther) {
      const note = this.#tables.show(this.#span, hits);
      if (hits === null) this.#toolbar?.show(this.#span, note);
      else this.#toolbar?.say(foundSentence(hits, this.#archive.names));
    }
    this.draw();
  }

  #sourceOf(names: Names): PictureSource {
    if (names === null) return { ...this.#run, timeline: this.#archive.timeline };
    const [only] = names;
    const isOne = names.size === 1 && only !== undefined;
    const known = isOne ? this.#sources.get(only) : undefined;
    if (known !== undefined) return known;
    const source = { ...this.#run, timeline: timelineOf(this.#archive, names) };
    if (isOne) this.#sources.set(only, source);
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
