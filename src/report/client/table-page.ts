/** The tables of a report, for the stretch of time that is chosen. */
import type { Archive } from './archive.ts';
import { clockLabel } from './axis.ts';
import type { Found } from './facets.ts';
import { gridOf } from './html-table.ts';
import type { Span } from './picture.ts';
import type { Names } from './selection.ts';
import { TableView } from './table-view.ts';
import { recomputed, together } from './tables.ts';
import { toolsFor } from './tools.ts';

/** The page's tables: as they came for the whole run, recomputed for a part of it. */
export class TablePage {
  readonly #archive: Archive;
  /** What each table and line of facts looked like. */
  readonly #originals = new Map<Element, Element>();
  readonly #views: readonly TableView[];

  constructor(archive: Archive, say: (text: string) => void) {
    this.#archive = archive;
    this.#views = [...document.querySelectorAll<HTMLTableElement>('table[data-table]')].map(
      (table) => new TableView(table, say),
    );
    for (const table of document.querySelectorAll<HTMLTableElement>('table[data-table]')) {
      const body = table.tBodies[0];
      // A table of levels may be long; none of its numbers is ever another.
      if (body?.querySelector('[data-row]') != null) this.#originals.set(body, body.cloneNode(true) as Element);
      const card = table.closest('.card');
      const name = card?.querySelector('h2')?.firstChild?.textContent ?? '';
      card?.querySelector('.title')?.append(toolsFor({ name, grid: () => gridOf(table), say }));
    }
    for (const facts of document.querySelectorAll('.facts[data-facts]')) {
      this.#originals.set(facts, facts.cloneNode(true) as Element);
    }
  }

  /**
   * @param found null: every request.
   * @returns what the numbers are of, in one sentence; empty for the whole run.
   */
  show(span: Span | null, found: Found | null = null): string {
    const note = this.#fill(span);
    if (found !== null) this.#addTogether(span, found.names);
    for (const view of this.#views) view.arrange(found);
    return note;
  }

  /** A row of all that was found, above that of all requests. */
  #addTogether(span: Span | null, names: Names): void {
    const all = document.querySelector<HTMLTableRowElement>('tr[data-row="requests"]');
    const [name] = all?.cells ?? [];
    if (all == null || name === undefined || names === null) return;
    const row = all.cloneNode(true) as HTMLTableRowElement;
    row.dataset['row'] = 'requests together';
    row.classList.add('together');
    const [label] = row.cells;
    if (label !== undefined) label.textContent = `${names.size} of these together`;
    rewrite(row, together(this.#archive, span, names));
    all.before(row);
  }

  #fill(span: Span | null): string {
    const label = span === null ? '' : `${clockLabel(span.from)} – ${clockLabel(span.to)}`;
    for (const place of document.querySelectorAll<HTMLElement>('.card:has([data-table]) .part')) {
      const exact = place.closest('.card')?.querySelector('[data-row]') == null;
      place.textContent = label === '' ? '' : exact ? label : `${label}, times within 1 %`;
      place.hidden = label === '';
    }
    for (const row of document.querySelectorAll<HTMLElement>('tr[data-from]')) {
      const { from, to } = row.dataset;
      row.hidden = span !== null && (Number(from) >= span.to || Number(to) <= span.from);
    }
    for (const [element, original] of this.#originals) {
      element.replaceChildren(...[...original.childNodes].map((node) => node.cloneNode(true)));
    }
    if (span === null) return '';
    const { cells, facts } = recomputed(this.#archive, span);
    for (const row of document.querySelectorAll<HTMLTableRowElement>('tr[data-row]')) {
      const texts = cells.get(row.dataset['row'] ?? '');
      if (texts !== undefined) rewrite(row, texts);
    }
    for (const line of document.querySelectorAll('.facts[data-facts]')) line.replaceChildren(...facts.flatMap(factOf));
    return `${label}: counts are exact, times within 1 %. Escape shows the whole run.`;
  }
}

/** A dash says why it stands there. */
function rewrite(row: HTMLTableRowElement, texts: readonly string[]): void {
  const first = row.cells[0]?.tagName === 'TH' ? 1 : 0;
  // The first of them has its column only where there is something to count.
  const shown = texts.slice(Math.max(0, texts.length - (row.cells.length - first)));
  shown.forEach((text, i) => {
    const cell = row.cells[first + i];
    if (cell === undefined) return;
    cell.textContent = text;
    if (text === '–') cell.title = 'Too few requests in this stretch, or known for the whole run only.';
  });
}

function factOf([name, value]: readonly [string, string]): Node[] {
  const fact = document.createElement('span');
  const number = document.createElement('b');
  number.textContent = value;
  fact.append(`${name} `, number);
  return [fact];
}
