import { describe, expect, it } from 'vitest';
import { RampartError } from '../core/errors.ts';
import { cellsOf } from '../core/placeholders.ts';
import type { Cell } from '../core/template.ts';
import { openRows } from '../load/rows.ts';
import { errorOf } from './error.fixture.ts';
import { planOf, preparedOf, worldWith } from './plan.fixture.ts';
import { linesOf } from './row-reader.ts';

/** The plan of some flags and files, with the texts of each row. */
function prepared(files: Readonly<Record<string, string | Uint8Array>>, flags: Readonly<Record<string, unknown>>) {
  const { target = 'http://h:1/p', ...rest } = flags;
  const sources = { kind: 'run' as const, target: String(target), env: {}, flags: rest };
  const { plan, rows } = preparedOf(sources, worldWith(files));
  if (rows === null) throw new Error('no rows');
  const texts: string[][] = [];
  const open = openRows(rows);
  for (let row = 0; row < rows.rows; row++)
    texts.push(
      Array.from({ length: rows.cells }, (_, cell) => {
        const place = open.place(row, cell);
        return open.bytes.toString('utf8', open.start(place), open.end(place));
      }),
    );
  const cells: readonly Cell[] = cellsOf(plan, true);
  return { plan, texts, cells, shared: rows.kind === 'memory' && rows.bytes.buffer instanceof SharedArrayBuffer };
}

const said = (files: Readonly<Record<string, string | Uint8Array>>, flags: Readonly<Record<string, unknown>>): string =>
  errorOf(() => prepared(files, flags));

describe('JSON Lines', () => {
  it('are bodies as they stand, where nothing else is said', () => {
    const { plan, texts, shared } = prepared(
      { 'r.jsonl': '\ufeff{"x": 1,  "id": 12345678901234567890}\r\n\n[2]\n"é"' },
      { data: 'r.jsonl' },
    );
    expect(texts).toEqual([['{"x": 1,  "id": 12345678901234567890}'], ['[2]'], ['"é"']]);
    expect(plan.data).toEqual({ file: 'r.jsonl', format: 'jsonl', order: 'sequential', rows: 3 });
    expect(plan.requests[0]).toMatchObject({ method: 'POST', body: { data: '{{row}}' }, templated: true });
    expect(plan.requests[0]?.headers).toContainEqual(['content-type', 'application/json']);
    expect(shared).toBe(true);
  });

  it('give their fields to body, path and headers, each written as its place asks', () => {
    const { texts, cells, plan } = prepared(
      { 'r.jsonl': '{"s":"a \\"b\\"","n":1.5,"o":{"k":[1]}}' },
      {
        target: 'http://h:1/p/{{row.s}}?o={{row.o}}',
        header: ['X-S: {{row.s}}'],
        body: '{"s":"<{{row.s}}>","t":{{row.s}},"n":{{row.n}},"o":{{row.o}},"q":"{{row.o}}"}',
        data: 'r.jsonl',
      },
    );
    const byCell = Object.fromEntries(
      cells.map(({ field, style }, number) => [`${field} ${style}`, texts[0]?.[number]]),
    );
    expect(byCell).toEqual({
      's url': 'a%20%22b%22',
      'o url': '%7B%22k%22%3A%5B1%5D%7D',
      's header': 'a "b"',
      's string': 'a \\"b\\"',
      's json': '"a \\"b\\""',
      'n json': '1.5',
      'o json': '{"k":[1]}',
      'o string': '{\\"k\\":[1]}',
    });
    expect(plan.target).toMatchObject({ url: 'http://h:1/p/{{row.s}}?o={{row.o}}', host: 'h', port: 1 });
  });

  it('are carried as they are written: no number is read and written again', () => {
    const row =
      '{"id": 9007199254740993, "price": 1.0, "big": 1e400, "key": 12345678901234567890, "l": [1.0, "\\u00e9"]}';
    const { texts } = prepared(
      { 'r.jsonl': row },
      {
        target: 'http://h:1/{{row.id}}?p={{row.price}}',
        header: ['X: {{row.key}}'],
        body: '{"a": {{row.big}}, "b": "{{row.big}}", "l": {{row.l}}, "p": {{row.price}}, "i": "{{row.id}}"}',
        data: 'r.jsonl',
        expectField: 'key',
      },
    );
    expect(texts).toEqual([
      [
        '9007199254740993',
        '1.0',
        '12345678901234567890',
        '1e400',
        '1e400',
        '[1.0, "\\u00e9"]',
        '1.0',
        '9007199254740993',
        '12345678901234567890',
        '1',
      ],
    ]);
    const whole = prepared({ 'r.jsonl': row }, { data: 'r.jsonl', expectField: 'price' });
    expect(whole.texts[0]).toEqual([
      '{"id": 9007199254740993, "big": 1e400, "key": 12345678901234567890, "l": [1.0, "\\u00e9"]}',
      '1.0',
      '1',
    ]);
  });

  it('give what lies within their fields, by names with dots', () => {
    const row = '{"a":{"b":[1.0,{"c":"x"}]},"d.e":2,"y":{"label":"z","p":3}}';
    const body = '{"n":{{row.a.b.0}},"s":"{{row.a.b[1].c}}","o":{{row.a}},"d":{{row.d.e}}}';
    const nested = prepared({ 'r.jsonl': row }, { data: 'r.jsonl', body, expectField: 'y.label' });
    expect(nested.texts).toEqual([['1.0', 'x', '{"b":[1.0,{"c":"x"}]}', '2', '"z"', '1']]);
    const whole = prepared({ 'r.jsonl': row }, { data: 'r.jsonl', expectField: 'y.label' });
    expect(whole.texts[0]?.[0]).toBe('{"a":{"b":[1.0,{"c":"x"}]},"d.e":2,"y":{"p":3}}');
    expect(prepared({ 'r.jsonl': '[5.9,[3.0]]' }, { data: 'r.jsonl', body: '{{row.0}} {{row.1.0}}' }).texts).toEqual([
      ['5.9', '3.0'],
    ]);
    expect(said({ 'r.jsonl': row }, { data: 'r.jsonl', body: '{{row.a.bb}}' })).toContain(
      'line 1 has no field "a.bb" | Did you mean a.b?',
    );
  });

  it('leave the expected answer out of the body', () => {
    const { texts } = prepared(
      { 'r.jsonl': '{"x":1,"y":2}\n{"x":3,"y":4}' },
      { data: 'r.jsonl', expectField: 'y±0.1' },
    );
    expect(texts).toEqual([
      ['{"x":1}', '2', '1'],
      ['{"x":3}', '4', '2'],
    ]);
  });

  it.each([
    ['{"x":1}\n{"x":}\n', {}, 'line 2, column 6 is not JSON: a value is expected here, not "}"'],
    ['{"x":1}\n\n{"y":1}', { body: '{{row.x}}' }, 'line 3 has no field "x"'],
    ['[1]', { body: '{{row.x}}' }, 'line 1 is no JSON object, so it has no field "x"'],
    ['{"x":1}\n{"x":2', {}, 'line 2, column 7 is not JSON: it ends too early'],
    ['{"t":"a\\nb"}', { header: ['X: {{row.t}}'] }, 'line 1: the field "t" has a line break'],
    ['\n \n', {}, 'has no rows'],
  ])('are refused with the line: %j', (content, flags, message) => {
    expect(said({ 'r.jsonl': content }, { data: 'r.jsonl', ...flags })).toContain(`bad-file --data: "r.jsonl"`);
    expect(said({ 'r.jsonl': content }, { data: 'r.jsonl', ...flags })).toContain(message);
  });

  it('are refused where they are not UTF-8, with the line', () => {
    const content = Buffer.from([...Buffer.from('{"x":1}\n"'), 0xff, 0x22]);
    expect(said({ 'r.jsonl': content }, { data: 'r.jsonl' })).toContain('line 2 is not UTF-8 text');
  });
});

describe('CSV', () => {
  const body = '{"n":{{row.n}},"s":"{{row.s}}"}';

  it('has a column for each placeholder, whatever its quotes, line ends and delimiter', () => {
    const files = {
      'a.csv': '\ufeffn,s\r\n1,"O""Brien, ""x"""\r\n,"two\r\nlines"\r\n',
      'b.csv': 'n;s\n007;a,b\n\n2;c',
      'c.tsv': 's\tn\nx;y\t3\n',
    };
    expect(prepared(files, { data: 'a.csv', body }).texts).toEqual([
      ['1', 'O\\"Brien, \\"x\\"'],
      ['null', 'two\\r\\nlines'],
    ]);
    expect(prepared(files, { data: 'b.csv', body }).texts).toEqual([
      ['"007"', 'a,b'],
      ['2', 'c'],
    ]);
    expect(prepared(files, { data: 'c.tsv', body }).texts).toEqual([['3', 'x;y']]);
  });

  it.each([
    ['n,s\n1,a\n2\n', 'line 3 has 1 field, the header 2'],
    ['n,s\n1,"a\nb"\n2,b,c\n', 'line 4 has 3 fields, the header 2'],
    ['n,t\n1,a\n', 'line 1 has no column "s", only "n", "t"'],
    ['n,s,n\n', 'line 1 names the column "n" twice'],
    ['n,s\n1,"a\n', 'line 2 is not CSV: quoted field unterminated'],
    ['n,s\n', 'has no rows'],
    ['', 'has no rows'],
  ])('is refused with the line: %j', (content, message) => {
    expect(said({ 'r.csv': content }, { data: 'r.csv', body })).toContain(`bad-file --data: "r.csv"`);
    expect(said({ 'r.csv': content }, { data: 'r.csv', body })).toContain(message);
  });

  it('whose responses are checked keeps the line at which each row begins', () => {
    const csv = 'n,s\n1,"a\nb"\n\n2,c\n';
    expect(prepared({ 'r.csv': csv }, { data: 'r.csv', body: '{{row.n}}', expectBody: '{{row.s}}' }).texts).toEqual([
      ['1', 'a\nb', '2'],
      ['2', 'c', '5'],
    ]);
  });

  it('is no body by itself', () => {
    expect(said({ 'r.csv': 'n\n1\n' }, { data: 'r.csv' })).toContain('no part of the request uses a row');
    expect(said({ 'r.csv': 'n\n1\n' }, { data: 'r.csv', body: '{{row}}' })).toContain('{{row}} is a whole JSON row');
  });
});

describe('rows and the rest of the plan', () => {
  const files = { 'r.jsonl': '{"x":1}\n{"x":2}\n{"x":3}', 's.txt': '' };

  it('end the run where each is used once', () => {
    expect(planOf({ data: 'r.jsonl', dataOrder: 'once' }, { files })).toMatchObject({ maxRequests: 3 });
    expect(planOf({ data: 'r.jsonl', dataOrder: 'once' }, { files }).load).toMatchObject({
      vus: [{ duration: 24 * 3_600e6 }],
    });
    expect(planOf({ data: 'r.jsonl', dataOrder: 'once', requests: '2' }, { files }).maxRequests).toBe(2);
    expect(planOf({ data: 'r.jsonl', dataOrder: 'shuffled' }, { files })).toMatchObject({ maxRequests: null });
    expect(planOf({ data: 'r.jsonl', dataOrder: 'per-user', vus: '3' }, { files })).toMatchObject({
      data: { order: 'per-user', rows: 3 },
      maxRequests: null,
    });
  });

  it.each([
    [{ data: 's.txt' }, '--data: "s.txt" is no .jsonl, .json or .csv file'],
    [{ data: 'no.jsonl' }, '--data: "no.jsonl" does not exist'],
    [{ data: 'r.jsonl', body: '{}' }, '--data: no part of the request uses a row'],
    [{ data: 'r.jsonl', dataOrder: 'random' }, '--data-order'],
    [{ dataOrder: 'once' }, '--data-order needs --data'],
    [
      { data: 'r.jsonl', dataOrder: 'per-user', rate: '5/s' },
      '--data-order per-user gives each virtual user a row, and arrivals are of none | Take --vus',
    ],
    [
      { data: 'r.jsonl', dataOrder: 'per-user', stages: '5s:4' },
      '--data-order per-user needs a row for each of 4 virtual users, and r.jsonl has 3 rows',
    ],
    [{ body: '{{row.x}}' }, '--body: {{row.x}} needs rows'],
    [{ header: ['X: {{row.x}}'] }, '--header: {{row.x}} needs rows'],
    [{ body: '{"a":\n {{rwo.x}}}' }, '--body, line 2, column 2: {{rwo.x}} is no placeholder'],
    [{ header: ['X: {{uuid'] }, '--header X, column 1: a placeholder is not closed'],
    [{ header: ['content-type: application/json'], body: '{"a":{{seq}}' }, 'it ends too early'],
    [{ url: 'http://{{row.h}}/' }, 'in the path and the query only'],
    [{ url: 'http://h/{{x}}' }, '{{x}} is no placeholder'],
    [{ body: '{{seq}}', engine: 'autocannon' }, '--engine autocannon sends the same request each time'],
    [{ data: 'r.jsonl', engine: 'autocannon' }, '--data does not go with the autocannon engine'],
    [{ expectStatus: '200', engine: 'autocannon' }, '--expect-status does not go with the autocannon engine'],
  ])('are refused: %j', (flags, message) => {
    const { url, ...rest } = flags as { url?: string } & Record<string, unknown>;
    expect(errorOf(() => planOf(rest, { files, ...(url === undefined ? {} : { target: url }) }))).toContain(message);
  });

  it('a probe has an end of its own', () => {
    const setting = { files, kind: 'probe' as const };
    expect(errorOf(() => planOf({ data: 'r.jsonl', dataOrder: 'once' }, setting))).toContain('once ends a run');
    expect(planOf({ data: 'r.jsonl' }, setting).data?.rows).toBe(3);
    const search = { files, kind: 'find' as const };
    expect(errorOf(() => planOf({ data: 'r.jsonl', dataOrder: 'per-user' }, search))).toContain('a search tries');
  });
});

describe('a templated address', () => {
  it('keeps its placeholders where the rest is normalised', () => {
    const files = { 'r.jsonl': '{"a b":1}' };
    const plan = planOf({ data: 'r.jsonl' }, { files, target: 'http://h:1/ü/{{row.a b}}?x={{random.int 1 9}}&y=ä' });
    expect(plan.requests[0]).toMatchObject({
      name: 'GET /%C3%BC/{{row.a b}}',
      path: '/%C3%BC/{{row.a b}}?x={{random.int 1 9}}&y=%C3%A4',
      templated: true,
      body: null,
    });
  });

  it('without placeholders is sent as it stands, four braces as two', () => {
    const plan = planOf({ body: '{"a":"{{{{b}}"}', header: ['X: {{{{y'] }, { target: 'http://h:1/{{{{a' });
    expect(plan.requests[0]).toMatchObject({ path: '/%7B%7Ba', body: { data: '{"a":"{{b}}"}', bytes: 13 } });
    expect(plan.requests[0]?.headers).toContainEqual(['X', '{{y']);
    expect(plan.requests[0]).not.toHaveProperty('templated');
  });
});

describe('linesOf', () => {
  const most = 64 * 2 ** 20;
  const refuse = (line: number, problem: string): never => {
    throw new RampartError('bad-file', `line ${line}${problem}`);
  };

  it('refuses a line that is too long, also one that ends in the piece that makes it so', () => {
    const long = new Uint8Array(most).fill(120);
    const linesIn = (...pieces: string[]): string =>
      errorOf(() => {
        const all = [Buffer.from('short\n'), long, ...pieces.map((piece) => Buffer.from(piece))];
        for (const _ of linesOf(all, refuse));
      });
    expect(linesIn('\nnext\n')).toBe('no error');
    expect(linesIn('x\nnext\n')).toBe('bad-file line 2 is longer than 64 MiB');
    expect(linesIn('x')).toBe('bad-file line 2 is longer than 64 MiB');
  });
});
