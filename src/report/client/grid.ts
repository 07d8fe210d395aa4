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
