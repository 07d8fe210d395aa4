/** A table on the live page that follows its rows: sortable, with a choice of columns, and tools to copy it. */
import { FOLDED, foldLabel } from '../folding.ts';
import type { Grid } from '../grid.ts';
import { toolsFor } from '../tools.ts';

/** A column of a table: what stands in it, and what it is sorted by. */
export interface LiveColumn<Row> {
  readonly id: string;
  readonly label: string;
  /** What the heading means, in its tooltip. */
  readonly title?: string;
  readonly text: (row: Row) => string;
  /** Absent: sorted as the text is; null sorts last. */
  readonly value?: (row: Row) => number | null;
  readonly left?: boolean;
  /** Why a dash stands there. */
  readonly reason?: (row: Row) => string;
  /** Not shown until the reader asks for it. */
  readonly hidden?: boolean;
  /** Only shown where it says something. */
  readonly when?: (rows: readonly Row[]) => boolean;
}

interface TableOptions<Row> {
  readonly name: string;
  readonly unit?: string;
  readonly columns: readonly LiveColumn<Row>[];
  /** The column that names a row; absent: the first. */
  readonly names?: string;
  /** Stays below all others, whatever the order. */
  readonly last?: (row: Row) => boolean;
  readonly empty: string;
  readonly sortable?: boolean;
  readonly choosable?: boolean;
  readonly say: (text: string) => void;
}

/** A table that follows its rows: sortable, with a choice of columns, to be copied, folded where it is long. Only text goes in. */
export class LiveTable<Row> {
  readonly #options: TableOptions<Row>;
  readonly #table = document.createElement('table');
  readonly #body = document.createElement('tbody');
  readonly #head = document.createElement('tr');
  readonly #quiet = document.createElement('p');
  readonly #scroll = document.createElement('div');
  readonly #unit = document.createElement('span');
  readonly #fold = document.createElement('button');
  readonly #hidden: Set<string>;
  #sort: { readonly id: string; readonly down: boolean } | null = null;
  #rows: readonly Row[] = [];
  #open = false;

  constructor(place: HTMLElement, options: TableOptions<Row>) {
    this.#options = options;
    this.#hidden = remembered(options.name) ?? new Set(options.columns.filter((c) => c.hidden).map(({ id }) => id));
    const card = document.createElement('section');
    card.className = 'card';
    const title = document.createElement('div');
    title.className = 'title';
    const heading = document.createElement('h2');
    this.#unit.className = 'unit';
    this.#unit.textContent = options.unit ?? '';
    heading.append(options.name, this.#unit);
    title.append(heading);
    const tools = toolsFor({ name: options.name, grid: () => this.#grid(), say: options.say });
    if (options.choosable === true) title.append(this.#chooser());
    title.append(tools);
    this.#scroll.className = 'scroll';
    this.#scroll.tabIndex = 0;
    this.#scroll.setAttribute('role', 'region');
    this.#scroll.setAttribute('aria-label', options.name);
    const header = document.createElement('thead');
    header.append(this.#head);
    this.#table.append(header, this.#body);
    if (options.columns.length > 10) this.#table.className = 'wide-table';
    this.#scroll.append(this.#table);
    this.#quiet.className = 'quiet';
    this.#quiet.textContent = options.empty;
    this.#fold.type = 'button';
    this.#fold.className = 'fold';
    this.#fold.hidden = true;
    this.#fold.addEventListener('click', () => {
      this.#open = !this.#open;
      this.#drawBody();
    });
    card.append(title, this.#scroll, this.#fold, this.#quiet);
    place.replaceChildren(card);
    this.#drawHead();
  }

  show(rows: readonly Row[], unit = this.#options.unit ?? ''): void {
    const before = this.#columns;
    this.#rows = rows;
    const now = this.#columns;
    if (before.length !== now.length || before.some(({ id }, i) => id !== now[i]?.id)) {
      this.#body.replaceChildren();
      this.#drawHead();
    }
    if (this.#unit.textContent !== unit) this.#unit.textContent = unit;
    this.#scroll.hidden = rows.length === 0;
    this.#quiet.hidden = rows.length > 0;
    this.#drawBody();
  }

  get #columns(): readonly LiveColumn<Row>[] {
    return this.#options.columns.filter(({ id, when }) => !this.#hidden.has(id) && (when?.(this.#rows) ?? true));
  }

  #drawHead(): void {
    this.#head.replaceChildren(
      ...this.#columns.map((column) => {
        const cell = document.createElement('th');
        cell.scope = 'col';
        if (column.left === true) cell.className = 'text';
        if (column.title !== undefined) cell.title = column.title;
        if (this.#options.sortable !== true) {
          cell.textContent = column.label;
          return cell;
        }
        const button = document.createElement('button');
        button.type = 'button';
        button.className = 'sort';
        button.textContent = column.label;
        button.addEventListener('click', () => this.#sortBy(column));
        cell.setAttribute('aria-sort', this.#sortOf(column));
        cell.dataset['column'] = column.id;
        cell.append(button);
        return cell;
      }),
    );
  }

  #sortOf({ id }: LiveColumn<Row>): 'none' | 'ascending' | 'descending' {
    if (this.#sort?.id !== id) return 'none';
    return this.#sort.down ? 'descending' : 'ascending';
  }

  /** Numbers begin with the largest, texts with the first; the third click is the order of old. */
  #sortBy(column: LiveColumn<Row>): void {
    const first = column.value !== undefined;
    if (this.#sort?.id !== column.id) this.#sort = { id: column.id, down: first };
    else this.#sort = this.#sort.down === first ? { id: column.id, down: !first } : null;
    for (const cell of this.#head.cells) {
      const own = this.#options.columns.find(({ id }) => id === cell.dataset['column']);
      if (own !== undefined) cell.setAttribute('aria-sort', this.#sortOf(own));
    }
    this.#drawBody();
  }

  #ordered(): readonly Row[] {
    const column = this.#options.columns.find(({ id }) => id === this.#sort?.id);
    if (column === undefined) return this.#rows;
    const down = this.#sort?.down === true ? -1 : 1;
    const { last } = this.#options;
    const compare = (a: Row, b: Row): number => {
      if (column.value === undefined) return down * column.text(a).localeCompare(column.text(b));
      const [x, y] = [column.value(a), column.value(b)];
      if (x === null || y === null) return Number(x === null) - Number(y === null);
      return down * (x - y);
    };
    const lastly = (row: Row): number => Number(last?.(row) ?? false);
    return [...this.#rows].sort((a, b) => lastly(a) - lastly(b) || (lastly(a) === 1 ? 0 : compare(a, b)));
  }

  /** Of a long table the first, and those that stay below all others. */
  #unfolded(): readonly Row[] {
    const ordered = this.#ordered();
    const { last } = this.#options;
    const named = ordered.filter((row) => last?.(row) !== true);
    this.#fold.hidden = named.length <= FOLDED;
    this.#fold.textContent = foldLabel(named.length, this.#open);
    this.#fold.setAttribute('aria-expanded', String(this.#open));
    if (this.#open || this.#fold.hidden) return ordered;
    return [...named.slice(0, FOLDED), ...ordered.filter((row) => last?.(row) === true)];
  }

  /** Cell by cell, so that what a reader has selected stays selected where nothing changed. */
  #drawBody(): void {
    const columns = this.#columns;
    const rows = this.#unfolded();
    while (this.#body.rows.length > rows.length) this.#body.deleteRow(-1);
    rows.forEach((row, i) => {
      const line = this.#body.rows[i] ?? this.#body.insertRow();
      line.className = this.#options.last?.(row) === true ? 'all' : '';
      while (line.cells.length > columns.length) line.deleteCell(-1);
      columns.forEach((column, at) => {
        const names = column.id === (this.#options.names ?? this.#options.columns[0]?.id);
        const cell = line.cells[at] ?? line.appendChild(document.createElement(names ? 'th' : 'td'));
        const text = column.text(row);
        if (cell.textContent !== text) cell.textContent = text;
        const reason = text === '–' ? (column.reason?.(row) ?? '') : '';
        if (cell.title !== reason) cell.title = reason;
        const style = column.left === true ? 'text' : '';
        if (cell.className !== style) cell.className = style;
        if (names) cell.setAttribute('scope', 'row');
      });
    });
  }

  #chooser(): HTMLElement {
    const details = document.createElement('details');
    details.className = 'chooser';
    const summary = document.createElement('summary');
    summary.textContent = 'Columns';
    const box = document.createElement('div');
    for (const { id, label } of this.#options.columns.slice(1)) {
      const item = document.createElement('label');
      const check = document.createElement('input');
      check.type = 'checkbox';
      check.checked = !this.#hidden.has(id);
      check.addEventListener('change', () => {
        if (check.checked) this.#hidden.delete(id);
        else this.#hidden.add(id);
        remember(this.#options.name, this.#hidden);
        this.#body.replaceChildren();
        this.#drawHead();
        this.#drawBody();
      });
      item.append(check, label);
      box.append(item);
    }
    details.append(summary, box);
    details.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !details.open) return;
      event.stopPropagation();
      details.open = false;
      summary.focus();
    });
    document.addEventListener('click', (event) => {
      if (details.open && !details.contains(event.target as Node)) details.open = false;
    });
    return details;
  }

  #grid(): Grid {
    const columns = this.#columns;
    return {
      head: columns.map(({ label }) => label),
      rows: this.#ordered().map((row) => columns.map((c) => c.text(row))),
    };
  }
}

const keyOf = (name: string): string => `rampart-columns-${name.toLowerCase()}`;

function remembered(name: string): Set<string> | null {
  try {
    const text = localStorage.getItem(keyOf(name));
    return text === null ? null : new Set(text.split(','));
  } catch {
    return null;
  }
}

function remember(name: string, hidden: ReadonlySet<string>): void {
  try {
    localStorage.setItem(keyOf(name), [...hidden].join(','));
  } catch {
    // Then the choice lasts as long as the page.
  }
}
