import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toCsv, toMarkdownTable } from './grid.ts';

const grid = { head: ['Name', 'p95'], rows: [['POST /a, "b"', '1,250']] };

it('writes CSV with quotes where they are needed', () => {
  expect(toCsv(grid)).toBe('Name,p95\r\n"POST /a, ""b""","1,250"\r\n');
});

it('keeps a spreadsheet from taking text for a formula', () => {
  expect(toCsv({ head: ['a'], rows: [['=1+1'], ['@x'], ['-5'], ['–'], ['+cmd|x']] })).toBe(
    "a\r\n'=1+1\r\n'@x\r\n-5\r\n–\r\n'+cmd|x\r\n",
  );
});

it('writes a Markdown table in which no text can become markup', () => {
  expect(toMarkdownTable({ head: ['Name', 'n'], rows: [['<b>|*x*\n', '1']] })).toBe(
    '| Name | n |\n| --- | ---: |\n| \\<b\\>\\|\\*x\\*  | 1 |\n',
  );
});

it('has as many lines as rows, whatever they hold', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string(), fc.string())), (rows) => {
      expect(toMarkdownTable({ head: ['a', 'b'], rows }).split('\n')).toHaveLength(rows.length + 3);
    }),
  );
});
