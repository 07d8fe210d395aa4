/** The tables of the page of several runs, for the stretch of time that is chosen. */
import { clockLabel } from '../axis.ts';
import { gridOf } from '../html-table.ts';
import { infiniteIn, onlyName, tallyOf } from '../selection.ts';
import { toolsFor } from '../tools.ts';
import { differenceCells, type FigureCell, figureCells, figuresOfTally } from './figures.ts';
import type { OverlayView } from './pictures.ts';
import type { OverlaidRun } from './run.ts';

/** The tables beside the pictures: as they came for whole runs, recomputed for a part of them. */
export class OverlayTables {
  readonly #runs: readonly OverlaidRun[];
  /** What each table looked like. */
  readonly #originals = new Map<Element, Element>();

  constructor(runs: readonly OverlaidRun[], say: (text: string) => void) {
    this.#runs = runs;
    for (const table of document.querySelectorAll<HTMLTableElement>('table[data-table]')) {
      const body = table.tBodies[0];
      if (body !== undefined) this.#originals.set(body, body.cloneNode(true) as Element);
      const card = table.closest('.card');
      const name = card?.querySelector('h2')?.firstChild?.textContent ?? '';
      card?.querySelector('.title')?.append(toolsFor({ name, grid: () => gridOf(table), say }));
    }
  }

  /** @returns what the numbers are of, in one sentence; empty for whole runs. */
  show({ span, name }: OverlayView): string {
    for (const [body, original] of this.#originals)
      body.replaceChildren(...[...original.childNodes].map((node) => node.cloneNode(true)));
    const stretch = span === null ? '' : `${clockLabel(span.from)} – ${clockLabel(span.to)}`;
    const part = [name ?? '', stretch].filter((text) => text !== '').join(', ');
    for (const place of document.querySelectorAll<HTMLElement>('.card:has([data-row]) .part')) {
      place.textContent = part === '' ? '' : `${part}; times within 1 %`;
      place.hidden = part === '';
    }
    if (part === '') return '';
    const figures = this.#runs.map(({ archive }) => {
      const index = name === null ? null : archive.names.indexOf(name);
      const tally = tallyOf(archive, span, onlyName(index));
      return figuresOfTally(tally, infiniteIn(archive, tally));
    });
    const [base] = figures;
    figures.forEach((each, run) => {
      rewrite(`run ${run}`, figureCells(each));
      if (run > 0 && base !== undefined) rewrite(`difference ${run}`, differenceCells(base, each));
    });
    return `${part}: counts are exact, times within 1 %, without intervals.${span === null ? '' : ' Escape shows the whole runs.'}`;
  }
}

function rewrite(key: string, cells: readonly FigureCell[]): void {
  const row = document.querySelector<HTMLTableRowElement>(`tr[data-row="${key}"]`);
  cells.forEach(({ text, beside, title }, i) => {
    const cell = row?.cells[i + 1];
    if (cell === undefined) return;
    cell.textContent = beside === '' ? text : `${text} `;
    cell.title = title;
    if (beside === '') return;
    const half = document.createElement('span');
    half.className = 'half';
    half.textContent = beside;
    cell.append(half);
  });
}
