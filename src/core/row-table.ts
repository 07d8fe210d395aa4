/** Writes rows of `--data` in the form that threads share, in memory or in a file. */
import { RampartError } from './errors.ts';
import type { RowTable } from './rows.ts';
import type { Files, ScratchFile } from './world.ts';

/** Rows are kept in memory up to this size, bytes; beyond it they go to a file. */
const IN_MEMORY = 128 * 1024 * 1024;
/** About how many bytes are read at once for a row, where rows are in a file. */
const PAGE = 4 * 1024;

/** Lays the texts of rows out for threads to share (core/rows): in memory while they are few, else in a file. */
export class TableWriter {
  readonly #cells: number;
  readonly #files: Pick<Files, 'scratch'>;
  readonly #inMemory: number;
  readonly #onMove: () => void;
  #texts = sharedBytes(1024 * 1024);
  #used = 0;
  #ends = sharedNumbers(1024);
  #endsUsed = 0;
  #rows = 0;
  #pages: PageWriter | null = null;

  /**
   * @param cells texts per row.
   * @param onMove called where they become too many for memory.
   */
  constructor(cells: number, files: Pick<Files, 'scratch'>, onMove: () => void = () => {}, inMemory = IN_MEMORY) {
    this.#cells = cells;
    this.#onMove = onMove;
    this.#files = files;
    this.#inMemory = inMemory;
  }

  add(text: string, latin1: boolean): void {
    const most = this.#used + (latin1 ? text.length : 3 * text.length);
    if (most > this.#texts.length) {
      const grown = sharedBytes(2 * most);
      this.#texts.copy(grown, 0, 0, this.#used);
      this.#texts = grown;
    }
    if (this.#endsUsed === this.#ends.length) {
      const grown = sharedNumbers(2 * this.#ends.length);
      grown.set(this.#ends);
      this.#ends = grown;
    }
    this.#used += this.#texts.write(text, this.#used, latin1 ? 'latin1' : 'utf8');
    this.#ends[this.#endsUsed++] = this.#used;
  }

  /** @throws RampartError 'bad-file' where there is no room for a file. */
  endRow(): void {
    this.#rows++;
    if (this.#pages !== null) {
      if (this.#used + 4 * this.#endsUsed >= PAGE) this.#flush(this.#pages);
    } else if (this.#used + 4 * this.#endsUsed > this.#inMemory) this.#move();
  }

  finish(): RowTable {
    const cells = this.#cells;
    const rows = this.#rows;
    if (this.#pages !== null) {
      if (this.#endsUsed > 0) this.#flush(this.#pages);
      return { kind: 'file', rows, cells, ...this.#pages.finish(rows) };
    }
    const { buffer } = this.#texts;
    return {
      kind: 'memory',
      rows,
      cells,
      bytes: new Uint8Array(buffer, 0, this.#used),
      ends: this.#ends.subarray(0, this.#endsUsed),
    };
  }

  /** From memory to a file, page by page. */
  #move(): void {
    this.#onMove();
    const pages = new PageWriter(this.#files.scratch());
    const perRow = this.#cells;
    let from = 0;
    let start = 0;
    for (let row = 1; row <= this.#rows; row++) {
      const texts = row * perRow;
      const end = this.#ends[texts - 1] as number;
      if (end - start + 4 * (texts - from) < PAGE && row < this.#rows) continue;
      pages.add(this.#texts.subarray(start, end), this.#ends.subarray(from, texts), start, (texts - from) / perRow);
      from = texts;
      start = end;
    }
    this.#texts = sharedBytes(1024 * 1024);
    this.#ends = sharedNumbers(1024);
    this.#used = 0;
    this.#endsUsed = 0;
    this.#pages = pages;
  }

  #flush(pages: PageWriter): void {
    const ends = this.#ends.subarray(0, this.#endsUsed);
    pages.add(this.#texts.subarray(0, this.#used), ends, 0, this.#endsUsed / this.#cells);
    this.#used = 0;
    this.#endsUsed = 0;
  }
}

/** Writes pages one after the other, and keeps where each begins. */
class PageWriter {
  readonly #file: ScratchFile;
  readonly #firstRows: number[] = [];
  readonly #offsets: number[] = [];
  #rows = 0;
  #offset = 0;
  #largest = 0;

  constructor(file: ScratchFile) {
    this.#file = file;
  }

  /** @param start from where the ends are counted. */
  add(texts: Uint8Array, ends: Uint32Array, start: number, rows: number): void {
    const page = Buffer.allocUnsafe(4 * ends.length + texts.length);
    new Uint32Array(page.buffer, page.byteOffset, ends.length).set(ends.map((end) => end - start));
    page.set(texts, 4 * ends.length);
    try {
      this.#file.append(page);
    } catch (error) {
      const hint = 'More rows than memory holds are written to the folder of TMPDIR: name one with room.';
      throw new RampartError('bad-file', `--data: its rows can't be written: ${(error as Error).message}`, hint);
    }
    this.#firstRows.push(this.#rows);
    this.#offsets.push(this.#offset);
    this.#rows += rows;
    this.#offset += page.length;
    this.#largest = Math.max(this.#largest, page.length);
  }

  finish(rows: number) {
    return {
      descriptor: this.#file.descriptor,
      firstRows: sharedDoubles([...this.#firstRows, rows]),
      offsets: sharedDoubles([...this.#offsets, this.#offset]),
      largest: this.#largest,
    };
  }
}

const sharedBytes = (size: number): Buffer => Buffer.from(new SharedArrayBuffer(size));
const sharedNumbers = (length: number): Uint32Array => new Uint32Array(new SharedArrayBuffer(4 * length));

function sharedDoubles(values: readonly number[]): Float64Array {
  const shared = new Float64Array(new SharedArrayBuffer(8 * values.length));
  shared.set(values);
  return shared;
}
