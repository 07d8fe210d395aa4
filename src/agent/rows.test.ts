import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RowTable } from '../core/rows.ts';
import { fetchRows, RowsParcel } from './rows.ts';

const nowhere = () => {
  throw new Error('rows in memory need no file');
};

const texts = Array.from({ length: 90_000 }, (_, n) => `row ${n * 7}`);
const bytes = Buffer.from(texts.join(''));
let end = 0;
const table: RowTable = {
  ...{ kind: 'memory', rows: texts.length, cells: 1, bytes },
  ends: Uint32Array.from(texts, (text) => (end += text.length)),
};

const fetched = (parcel: RowsParcel, change: (piece: Uint8Array) => Uint8Array = (piece) => piece) =>
  fetchRows(parcel.offer, async (piece) => change(parcel.piece(piece)), nowhere);

describe('data rows on their way to agents', () => {
  it('arrive as they are, in pieces', async () => {
    const parcel = new RowsParcel(table);
    expect(parcel.offer.pieces).toBeGreaterThan(2);
    const arrived = await fetched(parcel);
    if (arrived.kind !== 'memory') throw new Error('they were in memory');
    expect([arrived.rows, arrived.cells]).toEqual([90_000, 1]);
    expect(Buffer.compare(Buffer.from(arrived.bytes), bytes)).toBe(0);
    expect(Buffer.compare(Buffer.from(arrived.ends.buffer, 0, 360_000), Buffer.from(table.ends.buffer))).toBe(0);
  });

  it('of a file arrive in a file', async () => {
    const source = openSync(join(tmpdir(), `rampart-rows-${process.pid}`), 'w+');
    writeSync(source, bytes);
    const own: RowTable = {
      ...{ kind: 'file', rows: 2, cells: 1, descriptor: source, largest: 5 },
      firstRows: Float64Array.of(0, 1, 2),
      offsets: Float64Array.of(0, 5, bytes.length),
    };
    const path = join(tmpdir(), `rampart-rows-there-${process.pid}`);
    const descriptor = openSync(path, 'w+');
    const parcel = new RowsParcel(own);
    const scratch = () => ({ descriptor, append: (piece: Uint8Array) => void writeSync(descriptor, piece) });
    const arrived = await fetchRows(parcel.offer, async (piece) => parcel.piece(piece), scratch);
    expect(arrived).toEqual({ ...own, descriptor });
    expect(Buffer.compare(readFileSync(path), bytes)).toBe(0);
    closeSync(source);
    closeSync(descriptor);
  });

  it('that changed on the way are refused', async () => {
    const spoilt = (piece: Uint8Array): Uint8Array => {
      piece[9] = (piece[9] ?? 0) ^ 1;
      return piece;
    };
    await expect(fetched(new RowsParcel(table), spoilt)).rejects.toThrow('did not arrive whole');
  });
});
