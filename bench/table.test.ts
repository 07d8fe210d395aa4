import { describe, expect, it } from 'vitest';
import { REMARK, toMarkdown, toText } from './table.ts';

const table = {
  title: 'Cost',
  notes: ['A note.'],
  head: ['tool', 'µs', REMARK],
  rows: [
    ['rampart', '7.1', 'as it is'],
    ['k6', '61.8', ''],
  ],
};

describe('a table', () => {
  it('is Markdown with figures to the right', () => {
    expect(toMarkdown(table)).toBe(
      '## Cost\n\nA note.\n\n| tool | µs | how |\n| --- | ---: | --- |\n| rampart | 7.1 | as it is |\n| k6 | 61.8 |  |\n',
    );
  });

  it('lines up in a terminal', () => {
    expect(toText(table)).toBe('\nCost\ntool        µs   how\nrampart    7.1   as it is\nk6        61.8\n');
  });
});
