/**
 * The rows of `--data` in the form in which threads share them: for each row the texts that requests and checks are made
 * of (see `cellsOf` in core/template), as bytes one after the other. Held once, however many threads there are.
 */
export interface RowTable {
  readonly rows: number;
  /** Texts per row. */
  readonly cells: number;
  /** UTF-8; what goes into a header Latin-1. */
  readonly bytes: Uint8Array;
  /** By row · cells + cell: where its text ends. It begins where the one before it ends, the first at 0. */
  readonly ends: Uint32Array;
}
