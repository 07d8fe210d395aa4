/** Texts of rows by number, from shared memory or from a file that is read page by page. */
import { readSync } from 'node:fs';
import type { RowsInFile, RowsInMemory, RowTable } from '../core/rows.ts';

/** Texts of rows, by the row's number. */
export interface Rows {
  /** Where the texts are; valid until the next `place`. */
  readonly bytes: Buffer;
  /** Where a cell of a row is to be found: for `start` and `end`, until the next call. */
  place(row: number, cell: number): number;
  start(place: number): number;
  end(place: number): number;
}

export function openRows(table: RowTable): Rows {
  return table.kind === 'memory' ? new MemoryRows(table) : new FileRows(table);
}

class MemoryRows implements Rows {
  readonly bytes: Buffer;
  readonly #cells: number;
  readonly #ends: Uint32Array;

  constructor({ bytes, ends, cells }: RowsInMemory) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#cells = cells;
    this.#ends = ends;
  }

  place(row: number, cell: number): number {
    return row * this.#cells + cell;
  }

  start(place: number): number {
    return place === 0 ? 0 : (this.#ends[place - 1] as number);
  }

  end(place: number): number {
    return this.#ends[place] as number;
  }
}

/** Bytes that a thread may keep of the file, and pages. */
const KEPT_BYTES = 4 * 1024 * 1024;
const KEPT_PAGES = 1024;

/**
 * Reads the pages it needs and keeps some of them, each in a place of its own: rows in turn are a read every few dozen
 * requests, and a response that is compared with its row usually finds it still there.
 */
class FileRows implements Rows {
  bytes: Buffer = Buffer.alloc(0);
  readonly #table: RowsInFile;
  readonly #pages: Buffer[] = [];
  /** Which page is in each place; -1: none. */
  readonly #held: Int32Array;
  #page = -1;
  #ends: Uint32Array = new Uint32Array(0);
  /** Where the texts begin in the page. */
  #textAt = 0;

  constructor(table: RowsInFile) {
    this.#table = table;
    const places = Math.max(1, Math.min(KEPT_PAGES, Math.floor(KEPT_BYTES / table.largest)));
    this.#held = new Int32Array(places).fill(-1);
  }

  place(row: number, cell: number): number {
    const { firstRows, cells } = this.#table;
    const page = this.#page;
    if (page < 0 || row < (firstRows[page] as number) || row >= (firstRows[page + 1] as number)) this.#open(row);
    return (row - (firstRows[this.#page] as number)) * cells + cell;
  }

  start(place: number): number {
    return this.#textAt + (place === 0 ? 0 : (this.#ends[place - 1] as number));
  }

  end(place: number): number {
    return this.#textAt + (this.#ends[place] as number);
  }

  #open(row: number): void {
    const { firstRows, cells } = this.#table;
    const page = lastUpTo(firstRows, row);
    const place = page % this.#held.length;
    if (this.#held[place] !== page) this.#read(page, place);
    this.bytes = this.#pages[place] as Buffer;
    this.#page = page;
    const texts = ((firstRows[page + 1] as number) - (firstRows[page] as number)) * cells;
    this.#ends = new Uint32Array(this.bytes.buffer, 0, texts);
    this.#textAt = 4 * texts;
  }

  #read(page: number, place: number): void {
    const { offsets, descriptor } = this.#table;
    const from = offsets[page] as number;
    const length = (offsets[page + 1] as number) - from;
    let bytes = this.#pages[place];
    if (bytes === undefined || bytes.length < length) bytes = Buffer.allocUnsafeSlow(length);
    this.#pages[place] = bytes;
    this.#held[place] = -1;
    for (let at = 0; at < length; ) {
      const read = readSync(descriptor, bytes, at, length - at, from + at);
      if (read === 0) throw new Error('the file of the rows has become shorter');
      at += read;
    }
    this.#held[place] = page;
  }
}

/** The last place whose value is at most this; values ascend. */
function lastUpTo(values: Float64Array, value: number): number {
  let low = 0;
  let high = values.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((values[middle] as number) <= value) low = middle;
    else high = middle;
  }
  return low;
}
