/** The form in which threads share rows of data and arrivals of a trace: plain bytes, no object per row. */
import type { Segment } from './segment.ts';

/**
 * The rows of `--data` in the form in which threads share them: for each row the texts that requests and checks are made
 * of (see `cellsOf` in core/template), as bytes one after the other: UTF-8; what goes into a header Latin-1. Held once,
 * however many threads there are: in memory, or, where they are too many for that, in a file without a name.
 */
export type RowTable = (RowsInMemory | RowsInFile) & {
  /** When the rows are due, where they are a trace that is replayed. */
  readonly trace?: Trace;
};

/** Arrivals at given instants, by their place in time, in memory that threads share. */
export interface Trace {
  /** µs since the first, ascending, at the speed that is wanted. */
  readonly dueAt: Float64Array;
  /** When it begins anew, µs since its start; after all of its instants. */
  readonly period: number;
  /** Which row of the table each is; absent: they are in the order of time. */
  readonly rows?: Uint32Array;
  /** Which flow each begins, of a log with several methods; absent: flows go by their weights. */
  readonly flows?: Uint8Array;
}

/** The rows that a part of a load uses, where those are not all: of the requests of these numbers, in this order. */
export type RowsPart = Segment;

export interface RowsInMemory {
  readonly kind: 'memory';
  readonly rows: number;
  /** Texts per row. */
  readonly cells: number;
  readonly bytes: Uint8Array;
  /** By row · cells + cell: where its text ends. It begins where the one before it ends, the first at 0. */
  readonly ends: Uint32Array;
  /** Absent: all rows of the data, in its order. */
  readonly part?: RowsPart;
}

/**
 * Pages of some rows each. A page begins with where its texts end (four bytes each, in the machine's order, counted from
 * the first text's start), and then has the texts.
 */
export interface RowsInFile {
  readonly kind: 'file';
  readonly rows: number;
  readonly cells: number;
  /** Open in this process, for all of its threads. */
  readonly descriptor: number;
  /** The first row of each page; one more at the end, for the page after the last. */
  readonly firstRows: Float64Array;
  /** Where each page begins in the file; one more at the end. */
  readonly offsets: Float64Array;
  /** Bytes of the largest page. */
  readonly largest: number;
  /** Absent: all rows of the data, in its order. */
  readonly part?: RowsPart;
}
