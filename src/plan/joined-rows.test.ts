import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatOf } from './data.ts';
import { errorOf } from './error.fixture.ts';
import { joinedPieces } from './joined-rows.ts';
import { planOfScenario, worldWith } from './plan.fixture.ts';

const LABEL = 'data';
const text = (files: Readonly<Record<string, string>>): string =>
  [...joinedPieces(Object.keys(files), worldWith(files).files, LABEL)].map((piece) => String(piece)).join('');

/** The joined rows, as JSON reads them. */
const rowsOf = (files: Readonly<Record<string, string>>): unknown[] =>
  text(files)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

describe('rows of several files', () => {
  it('have the fields of all, the shorter files beginning anew', () => {
    const files = {
      'users.csv': 'user,age,code\nada,36,007\ngrace,85,\n',
      'loans.jsonl': '{"amount": 12345678901234567890}\n\n{"amount": 2}\n{"amount": 3.50}\n',
      'lang.json': '[{"lang": {"is": ["de"]}}]',
    };
    expect(text(files)).toBe(
      [
        '{"user":"ada","age":36,"code":"007","amount":12345678901234567890,"lang":{"is": ["de"]}}',
        '{"user":"grace","age":85,"code":null,"amount":2,"lang":{"is": ["de"]}}',
        '{"user":"ada","age":36,"code":"007","amount":3.50,"lang":{"is": ["de"]}}\n',
      ].join('\n'),
    );
    expect(formatOf('lang.json', worldWith(files).files, LABEL)).toBe('json');
  });

  it('are as many as the longest file has, whatever the order of the files', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(lengths, fc.boolean(), (sizes, csv) => {
        const files = Object.fromEntries(
          sizes.map((size, place) => {
            const numbers = Array.from({ length: size }, (_, row) => row);
            return csv && place % 2 === 0
              ? [`${place}.csv`, `f${place}\n${numbers.map((row) => `${row}\n`).join('')}`]
              : [`${place}.jsonl`, numbers.map((row) => `{"f${place}":${row}}\n`).join('')];
          }),
        );
        const expected = Array.from({ length: Math.max(...sizes) }, (_, row) =>
          Object.fromEntries(sizes.map((size, place) => [`f${place}`, row % size])),
        );
        expect(rowsOf(files)).toEqual(expected);
      }),
    );
  });

  it('begins a short file anew without reading it again, and leaves none open', () => {
    const rows = (field: string, count: number): string =>
      Array.from({ length: count }, (_, row) => `{"${field}":${row}}\n`).join('');
    const contents = { 'one.jsonl': rows('one', 1), 'few.jsonl': rows('few', 7), 'many.jsonl': rows('many', 20_000) };
    const { files } = worldWith(contents);
    const read: string[] = [];
    let open = 0;
    const watched = {
      *pieces(path: string) {
        read.push(path);
        open++;
        try {
          yield* files.pieces(path);
        } finally {
          open--;
        }
      },
    };
    const before = Object.keys(contents).length;
    const all = [...joinedPieces(Object.keys(contents), watched, LABEL)].map(String).join('');
    expect(all.trimEnd().split('\n')).toHaveLength(20_000);
    expect(open).toBe(0);
    // What each file holds is looked at first; the last pass ends where the longest one would begin anew.
    expect(read.length - before).toBeLessThanOrEqual(4);
  });

  it.each([
    [{ 'a.csv': 'x,y\n1,2\n', 'b.jsonl': '{"y":1}' }, 'the field "y" is in "a.csv" and in "b.jsonl", row 1 | Give one'],
    [{ 'a.csv': 'x\n1\n', 'b.jsonl': '{"y":1}\n[2]' }, '"b.jsonl", line 2 is no JSON object'],
    [{ 'a.csv': 'x\n1\n', 'b.jsonl': '{"y":1}\n{"y":}' }, '"b.jsonl", line 2, column 6 is not JSON'],
    [{ 'a.csv': 'x\n1\n2,3\n', 'b.jsonl': '{"y":1}' }, '"a.csv", line 3 has 2 fields, the header 1'],
    [{ 'a.csv': 'x,x\n1,2\n', 'b.jsonl': '{"y":1}' }, '"a.csv", line 1 names the column "x" twice'],
    [{ 'a.csv': 'x\n', 'b.jsonl': '{"y":1}' }, '"a.csv" has no rows'],
    [{ 'a.csv': 'x\n1\n', 'b.txt': '' }, '"b.txt" is no .jsonl, .json or .csv file'],
  ])('are refused with the file and its line: %j', (files, message) => {
    expect(errorOf(() => text(files))).toContain(message);
  });
});

describe('a list of files as the data of a scenario', () => {
  const files = {
    'dir/users.csv': 'user\nada\ngrace\n',
    'dir/loans.jsonl': '{"amount":1}\n{"amount":2}\n{"amount":3}',
  };
  const body = { u: '{{row.user}}', a: '{{row.amount}}' };

  it('is joined, relative to the scenario', () => {
    const plan = planOfScenario({ data: ['users.csv', 'loans.jsonl'], dataOrder: 'once', body }, {}, { files });
    expect(plan.data).toMatchObject({ format: 'jsonl', order: 'once', rows: 3 });
    expect(plan.data?.file).toMatch(/users\.csv \+ .*loans\.jsonl$/);
    expect(plan.maxRequests).toBe(3);
    expect(planOfScenario({ data: ['users.csv'], body: { u: '{{row.user}}' } }, {}, { files }).data).toMatchObject({
      format: 'csv',
      rows: 2,
    });
  });

  it.each([
    [['users.csv', 5], 'data[1] must be the name of a file'],
    [['users.csv', 'none.jsonl'], 'none.jsonl" does not exist'],
  ])('is refused with its place: %j', (data, message) => {
    expect(errorOf(() => planOfScenario({ data, body }, {}, { files }))).toContain(message);
  });
});
