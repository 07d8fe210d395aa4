import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planFixture } from '../core/plan.fixture.ts';
import type { RowTable } from '../core/rows.ts';
import { count } from '../core/units.ts';
import { rowsOfPart } from '../load/row-part.ts';
import { openRows } from '../load/rows.ts';
import { fetchRows, RowsParcel, tableOfPart } from './rows.ts';

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

async function* piecesOf(parcel: RowsParcel, change = (piece: Uint8Array): Uint8Array => piece) {
  for (let piece = 0; piece < parcel.offer.pieces; piece++) yield change(parcel.piece(piece));
}

const fetched = (parcel: RowsParcel, change?: (piece: Uint8Array) => Uint8Array) =>
  fetchRows(parcel.offer, piecesOf(parcel, change), nowhere);

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
    const arrived = await fetchRows(parcel.offer, piecesOf(parcel), scratch);
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

  it.each([
    ['once', 90_000, 30_000],
    ['sequential', 90_000, 30_000],
  ] as const)('are those of its part, for each agent: %s', async (order, rows, own) => {
    const plan = planFixture({ data: { file: 'rows.csv', format: 'csv', order, rows: count(rows) } });
    let sent = 0;
    for (const index of [0, 1, 2]) {
      const part = rowsOfPart(plan, { index, count: 3 });
      if (part === null) throw new Error('no part needs all rows');
      const parcel = new RowsParcel(tableOfPart(table, part, { scratch: nowhere }));
      const arrived = await fetched(parcel);
      expect(arrived.rows).toBe(own);
      sent += parcel.offer.bytes;
      const there = openRows(arrived);
      const textAt = (k: number): string => {
        const place = there.place(k, 0);
        return there.bytes.toString('utf8', there.start(place), there.end(place));
      };
      expect([0, 1, own - 1].map(textAt)).toEqual([0, 1, own - 1].map((k) => texts[index + 3 * k]));
      expect(arrived.part).toEqual({ index, count: 3 });
    }
    // Each row went to one of them.
    expect(sent).toBe(new RowsParcel(table).offer.bytes);
  });
});
