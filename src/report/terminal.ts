/** Text for a terminal: inks, widths, cutting and wrapping, and nothing that could move its cursor. */
import { styleText } from 'node:util';

/** Colours mean the same here as in the report: achieved green, failed red, p50 orange, p95 violet, users blue, offered grey. */
export type Ink = 'bold' | 'green' | 'red' | 'yellow' | 'magenta' | 'blue' | 'gray';

/** A piece of a line in one ink. */
export type Span = string | readonly [text: string, ink: Ink];

export function paint(text: string, ink: Ink, colour: boolean): string {
  return colour ? styleText(ink, text, { validateStream: false }) : text;
}

/**
 * Text from outside (messages, names) made safe to print: control and format characters could move the cursor, change
 * colours or hide what was said.
 */
export function printable(text: string): string {
  return text.replace(/[\s\p{Zl}\p{Zp}]+/gu, ' ').replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '\uFFFD');
}

/** How many columns a text takes in a terminal, never too few: what may be two columns wide counts as two. */
export function cellsOf(text: string): number {
  let cells = 0;
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    const narrow =
      code < 0x1100 ||
      (code >= 0x2000 && code <= 0x22ff) ||
      // Box drawing, blocks and the shapes ● ○ ■.
      (code >= 0x2400 && code <= 0x25fc) ||
      // ✓ and ✗, of which no terminal makes a picture.
      code === 0x2713 ||
      code === 0x2717 ||
      code === 0xfffd;
    cells += narrow ? 1 : 2;
  }
  return cells;
}

/** Cut to so many columns, with an ellipsis where something is left out. */
export function clip(text: string, columns: number): string {
  if (cellsOf(text) <= columns) return text;
  let kept = '';
  let cells = 1;
  for (const character of text) {
    cells += cellsOf(character);
    if (cells > columns) break;
    kept += character;
  }
  return columns > 0 ? `${kept}…` : '';
}

/** A line of spans, cut to so many columns, painted where there is colour. */
export function renderLine(spans: readonly Span[], columns: number, colour: boolean): string {
  const parts = spans.map((span): readonly [string, Ink | null] => (typeof span === 'string' ? [span, null] : span));
  const fits = parts.reduce((sum, [text]) => sum + cellsOf(text), 0) <= columns;
  let left = columns;
  let line = '';
  for (const [text, ink] of parts) {
    // Where the line is too long, the last column is the ellipsis's, whichever span it falls into.
    const cut = !fits && cellsOf(text) >= left;
    const shown = cut ? clip(`${text}…`, left) : text;
    line += ink === null ? shown : paint(shown, ink, colour);
    if (cut) break;
    left -= cellsOf(text);
  }
  return line;
}

/** Lines of at most so many columns, broken at spaces; a longer word is cut. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (cellsOf(longer) <= columns) line = longer;
    else {
      if (line !== '') lines.push(line);
      line = clip(word, columns);
    }
  }
  return line === '' ? lines : [...lines, line];
}

const LEVELS = ['▁', '▂', '▃', '▅', '▆', '▇'] as const;

/** The latest values as a row of small columns; the scale starts at zero, null is a gap. */
export function sparkline(values: readonly (number | null)[], columns: number): string {
  const shown = columns > 0 ? values.slice(-columns) : [];
  const highest = Math.max(0, ...shown.map((value) => value ?? 0));
  return shown
    .map((value) => {
      if (value === null) return ' ';
      const level = highest > 0 ? Math.round((value / highest) * (LEVELS.length - 1)) : 0;
      return LEVELS[level] ?? LEVELS[0];
    })
    .join('');
}

/** A progress bar: the done part and the part still to come. */
export function progressBar(share: number, columns: number): readonly [done: string, open: string] {
  const width = Math.max(0, columns);
  const done = Math.round(Math.min(1, Math.max(0, share)) * width);
  return ['━'.repeat(done), '─'.repeat(width - done)];
}
