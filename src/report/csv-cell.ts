/** A cell of a table as CSV has it, made harmless for whoever opens the file. */
export type CsvCell = string | number | boolean | null;

/**
 * A cell of a table as RFC 4180 has it: quotes where needed and doubled within; null is empty. Names and messages come from outside:
 * what would move a terminal's cursor or turn the writing round (`cat stats.csv`) is replaced, and text that a spreadsheet would take
 * for a formula gets an apostrophe.
 */
export function csvCell(cell: CsvCell): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  const inert = cell.replace(/\r(?!\n)|[^\P{Cc}\t\r\n]|[\p{Cf}\p{Cs}]/gu, '\uFFFD');
  const text = /^\s*[=+\-@]/.test(inert) ? `'${inert}` : inert;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
