/** A table as text: what is copied, and what stands under a picture. */
export interface Grid {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** RFC 4180. Text that a spreadsheet would take for a formula is kept from it by an apostrophe. */
export function toCsv({ head, rows }: Grid): string {
  const field = (text: string): string => {
    const safe = /^[=+\-@\t\r]/.test(text) && !/^-?[\d.,]+$/.test(text) ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return [head, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

export function toMarkdownTable({ head, rows }: Grid): string {
  const field = (text: string): string => text.replace(/\s+/g, ' ').replace(/[\\|<>`*_[\]]/g, '\\$&');
  const line = (row: readonly string[]): string => `| ${row.map(field).join(' | ')} |\n`;
  const rule = `| ${head.map((_, i) => (i === 0 ? '---' : '---:')).join(' | ')} |\n`;
  return line(head) + rule + rows.map(line).join('');
}

/** As it stands on the page. */
export function gridOf(table: HTMLTableElement): Grid {
  const cellsOf = (row: HTMLTableRowElement): string[] =>
    [...row.cells].map((cell) => (cell.textContent ?? '').replace(/\s+/g, ' ').trim());
  const [head] = table.tHead?.rows ?? [];
  return {
    head: head === undefined ? [] : cellsOf(head),
    rows: [...table.tBodies].flatMap((body) => [...body.rows].map(cellsOf)),
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
