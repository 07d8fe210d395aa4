/** What a command prints at its end, put together: prose, statements and tables that keep within the terminal. */
import { SYMBOLS } from './phrases.ts';
import { type Column, type Row, renderTable } from './table.ts';
import { type Ink, paint, printable, wrap } from './terminal.ts';

export interface PageOptions {
  readonly columns: number;
  readonly colour: boolean;
}

/** Readable prose is no wider than this, however wide the terminal. */
const PROSE = 88;

const INKS: Readonly<Record<keyof typeof SYMBOLS, Ink>> = {
  passed: 'green',
  undecided: 'yellow',
  failed: 'red',
  valid: 'green',
  doubtful: 'yellow',
  invalid: 'red',
};

/** Lines that keep within the terminal. */
export class Page {
  text = '';
  /** Whether a number was left out of a table. */
  hasDash = false;
  readonly #columns: number;
  readonly #colour: boolean;

  constructor({ columns, colour }: PageOptions) {
    this.#columns = columns > 0 ? columns : 80;
    this.#colour = colour;
  }

  gap(): void {
    this.text += '\n';
  }

  line(text: string, ink?: Ink): void {
    this.paragraph(text, ink);
  }

  heading(text: string): void {
    this.gap();
    this.line(text, 'bold');
  }

  paragraph(text: string, ink?: Ink, indent = ''): void {
    for (const line of wrap(printable(text), Math.min(PROSE, this.#columns) - indent.length)) {
      this.text += `${indent}${ink === undefined ? line : paint(line, ink, this.#colour)}\n`;
    }
  }

  /** A statement behind its sign, and a label. */
  marked(status: keyof typeof SYMBOLS, text: string, label = ''): void {
    const indent = ' '.repeat(label.length + 2);
    const [first = '', ...others] = wrap(printable(text), Math.min(PROSE, this.#columns) - indent.length);
    this.text += `${paint(SYMBOLS[status], INKS[status], this.#colour)} ${label}${first}\n`;
    for (const line of others) this.text += `${indent}${line}\n`;
  }

  /** Lines that are made already, and fit. */
  block(make: (columns: number, colour: boolean) => string): void {
    this.text += `${make(this.#columns, this.#colour)}\n`;
  }

  table(columns: readonly Column[], rows: readonly Row[]): void {
    this.hasDash ||= rows.some((row) => row.cells.includes('–'));
    this.text += `${renderTable(columns, rows, this.#columns, this.#colour)}\n`;
  }
}
