/** Tables of the page, read and filled. */
import type { Grid } from './grid.ts';

/** As it stands on the page, and what is folded away. */
export function gridOf(table: HTMLTableElement): Grid {
  const cellsOf = (row: HTMLTableRowElement): string[] =>
    [...row.cells].map((cell) => (cell.textContent ?? '').replace(/\s+/g, ' ').trim());
  const [head] = table.tHead?.rows ?? [];
  return {
    head: head === undefined ? [] : cellsOf(head),
    rows: [...table.tBodies].flatMap((body) => [...body.rows].filter(({ hidden }) => !hidden).map(cellsOf)),
  };
}

/** Only text goes in: nothing that came from a target can become markup. */
export function fill(table: HTMLTableElement, { head, rows }: Grid): void {
  const headRow = document.createElement('tr');
  for (const text of head) headRow.append(cellOf('th', text, 'col'));
  const body = document.createElement('tbody');
  for (const row of rows) {
    const bodyRow = document.createElement('tr');
    row.forEach((text, i) => {
      bodyRow.append(i === 0 ? cellOf('th', text, 'row') : cellOf('td', text, null));
    });
    body.append(bodyRow);
  }
  const header = document.createElement('thead');
  header.append(headRow);
  table.replaceChildren(header, body);
}

function cellOf(tag: 'th' | 'td', text: string, scope: 'row' | 'col' | null): HTMLElement {
  const cell = document.createElement(tag);
  cell.textContent = text;
  if (scope !== null) cell.setAttribute('scope', scope);
  return cell;
}
