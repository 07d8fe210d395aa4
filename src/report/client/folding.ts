/** Long tables, of which the first rows are shown until the reader asks for all. */

/** So many names of a table are shown before the reader asks for all. */
export const FOLDED = 20;

export const foldLabel = (names: number, open: boolean): string =>
  open ? `Show the first ${FOLDED} only` : `Show all ${names.toLocaleString('en')}`;
