/** Tables for a terminal, fitted to its width. */
import CliTable from 'cli-table3';
import { cellsOf, clip, type Ink, paint } from './terminal.ts';

export interface Column {
  readonly heading: string;
  readonly align: 'left' | 'right';
  /** Left out where the terminal is too narrow, the highest number first; absent: always shown. */
  readonly spare?: number;
}

export interface Row {
  readonly cells: readonly string[];
  readonly ink?: Ink;
}

const GAP = 2;
const NARROWEST = 12;
const BORDERLESS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: ' '.repeat(GAP),
};

/**
 * A borderless table, never wider than `width`: spare columns go first, then the first column is cut. Cells
 * hold no line breaks.
 */
export function renderTable(columns: readonly Column[], rows: readonly Row[], width: number, colour: boolean): string {
  const shown = fitting(columns, rows, width);
  const widthOf = (index: number): number => widestIn(columns, rows, index);
  const rest = shown.slice(1).reduce((sum, index) => sum + GAP + widthOf(index), 0);
  const room = Math.min(widthOf(0), Math.max(NARROWEST, width - rest));
  const cellsIn = (cells: readonly string[]): string[] =>
    shown.map((index) => (index === 0 ? clip(cells[0] ?? '', room) : (cells[index] ?? '')));
  const table = new CliTable({
    chars: BORDERLESS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
    colAligns: shown.map((index) => columns[index]?.align ?? 'left'),
  });
  table.push(cellsIn(columns.map((column) => column.heading)), ...rows.map(({ cells }) => cellsIn(cells)));
  const inks: (Ink | undefined)[] = ['gray', ...rows.map((row) => row.ink)];
  const lines = table.toString().split('\n');
  return lines
    .map((line, index) => {
      const text = clip(line.trimEnd(), width);
      const ink = inks[index];
      return ink === undefined ? text : paint(text, ink, colour);
    })
    .join('\n');
}

/** Indices of the columns that stay. */
function fitting(columns: readonly Column[], rows: readonly Row[], width: number): number[] {
  let shown = columns.map((_, index) => index);
  const spare = shown
    .filter((index) => columns[index]?.spare !== undefined)
    .sort((a, b) => (columns[b]?.spare ?? 0) - (columns[a]?.spare ?? 0));
  for (const candidate of spare) {
    const first = Math.min(NARROWEST, widestIn(columns, rows, 0));
    const rest = shown.slice(1).reduce((sum, index) => sum + GAP + widestIn(columns, rows, index), 0);
    if (first + rest <= width) break;
    shown = shown.filter((index) => index !== candidate);
  }
  return shown;
}

function widestIn(columns: readonly Column[], rows: readonly Row[], index: number): number {
  const texts = [columns[index]?.heading ?? '', ...rows.map((row) => row.cells[index] ?? '')];
  return Math.max(...texts.map(cellsOf));
}
