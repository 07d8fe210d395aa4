import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TableWriter } from '../core/row-table.ts';
import type { RowTable } from '../core/rows.ts';
import { openRows } from '../load/rows.ts';
import { errorOf } from './error.fixture.ts';
import { temporaryFile } from './plan.fixture.ts';

const files = { scratch: temporaryFile };

function tableOf(rows: readonly (readonly string[])[], inMemory: number, scratch = files): RowTable {
  const writer = new TableWriter(rows[0]?.length ?? 0, scratch, () => {}, inMemory);
  for (const row of rows) {
    for (const text of row) writer.add(text, false);
    writer.endRow();
  }
  return writer.finish();
}

function reader(table: RowTable): (row: number, cell: number) => string {
  const rows = openRows(table);
  return (row, cell) => {
    const place = rows.place(row, cell);
    return rows.bytes.toString('utf8', rows.start(place), rows.end(place));
  };
}

/** Texts from none to a few pages long. */
const anyText = fc.oneof(
  { weight: 5, arbitrary: fc.string({ unit: 'grapheme', maxLength: 30 }) },
  { weight: 1, arbitrary: fc.nat(40_000).map((length) => 'é'.repeat(length)) },
);
const anyRows = fc
  .integer({ min: 1, max: 3 })
  .chain((cells) =>
    fc.array(fc.array(anyText, { minLength: cells, maxLength: cells }), { minLength: 1, maxLength: 60 }),
  );

describe('rows', () => {
  it('are read as they were written, in memory, in a file, and where they had to move', () => {
    const kinds = new Set<string>();
    fc.assert(
      fc.property(anyRows, fc.nat(200_000), fc.array(fc.nat(), { maxLength: 100 }), (rows, inMemory, visits) => {
        const table = tableOf(rows, inMemory);
        kinds.add(table.kind);
        expect([table.rows, table.cells]).toEqual([rows.length, rows[0]?.length]);
        const text = reader(table);
        const inTurn = rows.map((row, number) => row.map((_, cell) => text(number, cell)));
        expect(inTurn).toEqual(rows);
        for (const visit of visits) {
          const row = visit % rows.length;
          expect(text(row, visit % table.cells)).toBe(rows[row]?.[visit % table.cells]);
        }
      }),
      { numRuns: 200, seed: 5 },
    );
    expect(kinds).toEqual(new Set(['memory', 'file']));
  });

  it('of a hundred thousand are found again in any order', () => {
    const rows = Array.from({ length: 100_000 }, (_, n) => [`row ${n}`, 'x'.repeat(n % 50)]);
    const table = tableOf(rows, 100_000);
    expect(table.kind).toBe('file');
    const text = reader(table);
    for (let n = 0; n < 20_000; n++) {
      const row = (n * 7_919) % rows.length;
      expect([text(row, 0), text(row, 1).length]).toEqual([`row ${row}`, row % 50]);
    }
  });

  it('that find no room say so, and what to do', () => {
    const full = () => ({
      descriptor: 0,
      append: () => {
        throw new Error('ENOSPC: no space left on device, write');
      },
    });
    const said = errorOf(() => tableOf([['a'], ['b']], 0, { scratch: full }));
    expect(said).toContain("bad-file --data: its rows can't be written: ENOSPC: no space left");
  });
});
