/** A table of the page, drawn for the terminal and for Markdown from the same cells. */
export interface Table {
  readonly title: string;
  /** Sentences under the title. */
  readonly notes: readonly string[];
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The first column is text, and the one of remarks; the others are figures. */
const isText = (column: number, name: string | undefined): boolean => column === 0 || name === REMARK;

/** Head of a column of text. */
export const REMARK = 'how';

export function toMarkdown({ title, notes, head, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = head.map((name, column) => (isText(column, name) ? '---' : '---:'));
  return [
    `## ${title}`,
    '',
    ...notes.flatMap((note) => [note, '']),
    line(head),
    line(rule),
    ...rows.map(line),
    '',
  ].join('\n');
}

export function toText({ title, head, rows }: Table): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((cells) => (cells[column] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return isText(column, head[column]) ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('   ')
      .trimEnd();
  return ['', title, line(head), ...rows.map(line), ''].join('\n');
}
