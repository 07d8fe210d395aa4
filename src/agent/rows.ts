/** Data rows as a row of bytes: those that an agent's part uses, in pieces, checked as a whole. */
import { createHash } from 'node:crypto';
import { readSync } from 'node:fs';
import { TableWriter } from '../core/row-table.ts';
import type { RowsPart, RowTable } from '../core/rows.ts';
import type { Files, ScratchFile } from '../core/world.ts';
import type { PartRows } from '../load/row-part.ts';
import { openRows } from '../load/rows.ts';

const PIECE = 256 * 1024;

/** What is to be known of a table to make one of its bytes again. */
export interface RowsOffer {
  readonly digest: string;
  readonly bytes: number;
  readonly pieces: number;
  readonly kind: 'memory' | 'file';
  readonly rows: number;
  readonly cells: number;
  /** Bytes of the parts that come first; the rest are texts, or pages. */
  readonly heads: readonly number[];
  readonly largest: number;
  /** Null: all rows. */
  readonly part: RowsPart | null;
}

/** The rows of a part of a load, as a table of their own. @param table of all rows. */
export function tableOfPart(table: RowTable, { part, rows, rowAt }: PartRows, files: Pick<Files, 'scratch'>): RowTable {
  const { cells } = table;
  // What was too much for memory is so in parts too: they are here all at once.
  const writer = table.kind === 'file' ? new TableWriter(cells, files, () => {}, 0) : new TableWriter(cells, files);
  const source = openRows(table);
  for (let k = 0; k < rows; k++) {
    for (let cell = 0; cell < cells; cell++) {
      const place = source.place(rowAt(k), cell);
      // Latin-1 keeps bytes as they are.
      writer.add(source.bytes.toString('latin1', source.start(place), source.end(place)), true);
    }
    writer.endRow();
  }
  return { ...writer.finish(), part };
}

/** A table as a row of bytes. */
export class RowsParcel {
  readonly offer: RowsOffer;
  readonly #heads: readonly Uint8Array[];
  readonly #table: RowTable;
  readonly #headBytes: number;

  constructor(table: RowTable) {
    this.#table = table;
    this.#heads = table.kind === 'memory' ? [bytesOf(table.ends)] : [bytesOf(table.firstRows), bytesOf(table.offsets)];
    this.#headBytes = this.#heads.reduce((sum, { length }) => sum + length, 0);
    const texts = table.kind === 'memory' ? table.bytes.length : (table.offsets.at(-1) ?? 0);
    const bytes = this.#headBytes + texts;
    const pieces = Math.ceil(bytes / PIECE);
    const hash = createHash('sha256').update(JSON.stringify(table.part ?? null));
    for (let piece = 0; piece < pieces; piece++)
      hash.update(this.#read(piece * PIECE, Math.min(bytes, (piece + 1) * PIECE)));
    this.offer = {
      ...{ digest: hash.digest('hex'), bytes, pieces },
      ...{ kind: table.kind, rows: table.rows, cells: table.cells },
      heads: this.#heads.map(({ length }) => length),
      largest: table.kind === 'file' ? table.largest : 0,
      part: table.part ?? null,
    };
  }

  piece(number: number): Uint8Array {
    return this.#read(number * PIECE, Math.min(this.offer.bytes, (number + 1) * PIECE));
  }

  #read(from: number, to: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(0, to - from));
    let before = 0;
    for (const head of this.#heads) {
      copy(head, before, bytes, from, to);
      before += head.length;
    }
    const table = this.#table;
    if (table.kind === 'memory') copy(table.bytes, before, bytes, from, to);
    else if (to > before) {
      const start = Math.max(from, before);
      for (let at = start; at < to; ) {
        const read = readSync(table.descriptor, bytes, at - from, to - at, at - before);
        if (read === 0) throw new Error('the file of the rows has become shorter');
        at += read;
      }
    }
    return bytes;
  }
}

function copy(source: Uint8Array, sourceAt: number, into: Uint8Array, from: number, to: number): void {
  const start = Math.max(from, sourceAt);
  const end = Math.min(to, sourceAt + source.length);
  if (end > start) into.set(source.subarray(start - sourceAt, end - sourceAt), start - from);
}

const bytesOf = (numbers: Uint32Array | Float64Array): Uint8Array =>
  new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);

/** The table of an offer. @param fetched is told how many bytes have come. @throws Error where what came is not what was offered. */
export async function fetchRows(
  offer: RowsOffer,
  pieces: AsyncIterable<Uint8Array>,
  scratch: () => ScratchFile,
  fetched: (bytes: number) => void = () => {},
): Promise<RowTable> {
  const { rows, cells, heads, bytes, digest } = offer;
  const part = offer.part == null ? {} : { part: offer.part };
  const headBytes = heads.reduce((sum, length) => sum + length, 0);
  const inMemory = offer.kind === 'memory';
  const kept = new Uint8Array(new SharedArrayBuffer(inMemory ? bytes : headBytes));
  const file = inMemory ? null : scratch();
  const hash = createHash('sha256').update(JSON.stringify(offer.part ?? null));
  let at = 0;
  for await (const piece of pieces) {
    hash.update(piece);
    const own = Math.max(0, Math.min(piece.length, kept.length - at));
    if (own > 0) kept.set(piece.subarray(0, own), at);
    if (own < piece.length) file?.append(piece.subarray(own));
    at += piece.length;
    fetched(at);
  }
  if (at !== bytes || hash.digest('hex') !== digest) throw new Error('the data rows did not arrive whole');
  const [first = 0, second = 0] = heads;
  if (file === null)
    return {
      kind: 'memory',
      rows,
      cells,
      ends: new Uint32Array(kept.buffer, 0, first / 4),
      bytes: kept.subarray(first),
      ...part,
    };
  return {
    ...{ kind: 'file', rows, cells, descriptor: file.descriptor, largest: offer.largest },
    firstRows: new Float64Array(kept.buffer, 0, first / 8),
    offsets: new Float64Array(kept.buffer, first, second / 8),
    ...part,
  };
}
