import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCsv } from './csv.ts';
import { inPieces } from './plan.fixture.ts';

interface Read {
  readonly records: { readonly fields: readonly string[]; readonly line: number }[];
  /** What was refused, and at which line. */
  readonly refused: string;
}

function readIn(text: string, size: number): Read {
  const records: Read['records'] = [];
  try {
    readCsv(inPieces(Buffer.from(text), size), false, {
      record: (fields, line) => records.push({ fields, line }),
      refuse: (line, problem) => {
        throw new Error(`line ${line}${problem}`);
      },
    });
  } catch (error) {
    return { records: [], refused: (error as Error).message };
  }
  return { records, refused: '' };
}

const quoted = (field: string): string => `"${field.replaceAll('"', '""')}"`;
const anyField = fc.string({ unit: fc.constantFrom('a', 'é', ' ', '"', ',', '\n', ';'), maxLength: 6 });
const anyTable = fc.array(fc.array(anyField, { minLength: 2, maxLength: 2 }), { minLength: 1, maxLength: 20 });

describe('CSV', () => {
  it('is read record by record, whatever the fields and however it is cut', () => {
    fc.assert(
      fc.property(anyTable, fc.integer({ min: 1, max: 50 }), (rows, size) => {
        const text = `x,y\n${rows.map((row) => row.map(quoted).join(',')).join('\n')}\n`;
        let line = 2;
        const expected = rows.map((fields) => {
          const record = { fields, line };
          line += 1 + fields.join('').split('\n').length - 1;
          return record;
        });
        expect(readIn(text, size)).toEqual({
          records: [{ fields: ['x', 'y'], line: 1 }, ...expected],
          refused: '',
        });
      }),
      { numRuns: 500, seed: 5 },
    );
  });

  it('may end its lines in any way, and in several; within quotes they stay', () => {
    const end = fc.constantFrom('\n', '\r\n', '\r');
    const field = fc.string({ unit: fc.constantFrom('a', 'é', ' ', '"', ',', '\n', '\r', '\r\n'), maxLength: 6 });
    const table = fc.array(fc.tuple(field, field, end, fc.boolean()), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(table, end, fc.boolean(), fc.integer({ min: 1, max: 50 }), (rows, first, open, size) => {
        const plain = (text: string): boolean => !/["\s,]/.test(text) && text !== '';
        const lines = rows.map(
          ([x, y, ends, bare]) => [x, y].map((text) => (bare && plain(text) ? text : quoted(text))).join(',') + ends,
        );
        const text = `x,y${first}${lines.join('')}`;
        const { records, refused } = readIn(open ? text.replace(/(?:\r\n|\r|\n)$/, '') : text, size);
        expect(refused).toBe('');
        expect(records.map(({ fields }) => fields)).toEqual([['x', 'y'], ...rows.map(([x, y]) => [x, y])]);
      }),
      { numRuns: 500, seed: 5 },
    );
    expect(readIn('n,d\nAnn,approve\r\nBob,decline\r\n', 5).records).toEqual([
      { fields: ['n', 'd'], line: 1 },
      { fields: ['Ann', 'approve'], line: 2 },
      { fields: ['Bob', 'decline'], line: 3 },
    ]);
    expect(readIn('n,d\r\nAnn,approve\nBob,"a\r\nb"\n', 5).records.map(({ fields }) => fields)).toEqual([
      ['n', 'd'],
      ['Ann', 'approve'],
      ['Bob', 'a\r\nb'],
    ]);
    expect(readIn('n\r1\r\r2\r', 3).records.map(({ line }) => line)).toEqual([1, 2, 4]);
  });

  it('is read the same in batches as in one, quotes and broken ones included', () => {
    const field = (n: number): string =>
      n % 3 === 0 ? quoted(`line\nof ${n}, "quoted"`) : n % 3 === 1 ? `5" disc ${n}` : '';
    const rows = Array.from({ length: 40_000 }, (_, n) => `${n},${field(n)}\n`);
    const whole = readIn(`n,text\n${rows.join('')}`, 10_000_000);
    expect(whole.records).toHaveLength(40_001);
    expect(readIn(`n,text\n${rows.join('')}`, 65_536)).toEqual(whole);
    expect(whole.records.at(-1)).toEqual({ fields: ['39999', 'line\nof 39999, "quoted"'], line: 53_334 });
    rows[30_000] = '30000,"a"b\n';
    const broken = readIn(`n,text\n${rows.join('')}`, 65_536);
    expect(broken).toEqual(readIn(`n,text\n${rows.join('')}`, 10_000_000));
    expect(broken.refused).toMatch(/^line 40002 is not CSV: /);
  });

  it('of which a quote is never closed is refused at the line where it opens', () => {
    expect(readIn('n,t\n1,a\n2,"b\n3,c\n', 4).refused).toBe('line 3 is not CSV: quoted field unterminated');
  });
});
