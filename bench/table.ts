/** A table of the page, drawn for the terminal and for Markdown from the same cells. */
export interface Table {
  readonly title: string;
  /** Sentences under the title. */
  readonly notes: readonly string[];
  /** The first column is text, the others are figures. */
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function toMarkdown({ title, notes, head, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [`## ${title}`, '', ...notes.flatMap((note) => [note, '']), line(head), line(rule), ...rows.map(line), ''].join('\n');
}

export function toText({ title, head, rows }: Table): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((cells) => (cells[column] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('   ')
      .trimEnd();
  return ['', title, line(head), ...rows.map(line), ''].join('\n');
}
