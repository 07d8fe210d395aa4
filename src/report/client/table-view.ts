/** A finished table on the page: sorted, narrowed to what is looked for, and folded where it is long. */
import type { Found } from './facets.ts';
import { FOLDED, foldLabel } from './folding.ts';

type Value = number | string | null;

/**
 * A table of names on the page (rows with `data-of`): sorted by the column that the reader chooses, narrowed to what is looked for, folded
 * where it is long. Rows without a name, and those below such, keep their place at the end.
 */
export class TableView {
  readonly #table: HTMLTableElement;
  readonly #say: (text: string) => void;
  readonly #fold: HTMLButtonElement | null;
  #found: Found | null = null;
  #sort: { readonly column: number; readonly down: boolean } | null = null;
  #open = false;

  constructor(table: HTMLTableElement, say: (text: string) => void) {
    this.#table = table;
    this.#say = say;
    this.#fold = table.closest('.card')?.querySelector('button.fold') ?? null;
    this.#fold?.addEventListener('click', () => {
      this.#open = !this.#open;
      this.arrange(this.#found);
    });
    this.#groups().forEach(([first], i) => {
      first.dataset['place'] = String(i);
    });
    if (table.dataset['table'] === 'names') this.#prepareHeads();
  }

  /** After its rows were replaced, or something else is looked for. */
  arrange(found: Found | null): void {
    this.#found = found;
    const groups = this.#ordered();
    let shown = 0;
    for (const rows of groups) {
      const isFound = found?.shows(rows[0].dataset['of'] ?? '') ?? true;
      if (isFound) shown++;
      for (const row of rows) {
        row.hidden = !isFound;
        row.classList.toggle('more', shown > FOLDED);
      }
    }
    const [body] = this.#table.tBodies;
    const named = groups.flat();
    const all = new Set(named);
    const tail = [...(body?.rows ?? [])].filter((row) => !all.has(row));
    body?.append(...named, ...tail);
    this.#table.closest('.scroll')?.classList.toggle('folded', !this.#open);
    if (this.#fold === null) return;
    this.#fold.hidden = shown <= FOLDED;
    this.#fold.textContent = foldLabel(shown, this.#open);
    this.#fold.setAttribute('aria-expanded', String(this.#open));
  }

  /** A name's row, and those below it that say more of it. */
  #groups(): [HTMLTableRowElement, ...HTMLTableRowElement[]][] {
    const groups: [HTMLTableRowElement, ...HTMLTableRowElement[]][] = [];
    let isNamed = false;
    for (const row of this.#table.tBodies[0]?.rows ?? []) {
      const isPart = row.classList.contains('part');
      if (!isPart) isNamed = row.dataset['of'] !== undefined;
      if (!isNamed) continue;
      if (isPart) groups[groups.length - 1]?.push(row);
      else groups.push([row]);
    }
    return groups;
  }

  #ordered(): [HTMLTableRowElement, ...HTMLTableRowElement[]][] {
    const groups = this.#groups();
    const placed = groups.sort(([a], [b]) => Number(a.dataset['place']) - Number(b.dataset['place']));
    const sort = this.#sort;
    if (sort === null) return placed;
    const values = new Map(placed.map((rows) => [rows, sortValue(rows[0], sort.column)]));
    return placed.sort((a, b) => compared(values.get(a) ?? null, values.get(b) ?? null, sort.down));
  }

  #prepareHeads(): void {
    const [head] = this.#table.tHead?.rows ?? [];
    if (head === undefined || this.#groups().length < 2) return;
    [...head.cells].forEach((cell, column) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'sort';
      button.textContent = cell.textContent;
      button.addEventListener('click', () => this.#sortBy(column));
      cell.replaceChildren(button);
      cell.setAttribute('aria-sort', 'none');
    });
  }

  /** Numbers begin with the largest, names with the first; the third click is the order of old. */
  #sortBy(column: number): void {
    const first = column > 0;
    if (this.#sort?.column !== column) this.#sort = { column, down: first };
    else this.#sort = this.#sort.down === first ? { column, down: !first } : null;
    const sort = this.#sort;
    const order = sort === null ? 'none' : sort.down ? 'descending' : 'ascending';
    [...(this.#table.tHead?.rows[0]?.cells ?? [])].forEach((cell, at) => {
      cell.setAttribute('aria-sort', at === sort?.column ? order : 'none');
      if (at === column) this.#say(`${cell.textContent}: ${order === 'none' ? 'in the order of the test' : order}.`);
    });
    this.arrange(this.#found);
  }
}

/** What a cell says first: behind it an interval may stand, in a lighter ink. */
function sortValue(row: HTMLTableRowElement, column: number): Value {
  const cell = row.cells[column];
  if (column === 0) return cell?.textContent ?? '';
  const text = (cell?.firstChild?.textContent ?? '').trim();
  if (text === '∞') return Number.POSITIVE_INFINITY;
  const number = Number.parseFloat(text.replaceAll(/[,<]/g, ''));
  return Number.isNaN(number) ? null : number;
}

/** What is not known is last, either way. */
function compared(a: Value, b: Value, down: boolean): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const sign = down ? -1 : 1;
  if (typeof a === 'string' || typeof b === 'string')
    return sign * String(a).localeCompare(String(b), undefined, { numeric: true });
  return a === b ? 0 : sign * (a < b ? -1 : 1);
}
