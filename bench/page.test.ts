import { expect, it } from 'vitest';
import { pageOf, withParts } from './page.ts';
import type { Part } from './parts.ts';

const part = (name: Part['name'], title: string, cell: string, measured = 'on a day: a machine'): Part => ({
  ...{ name, measured, busy: 0 },
  tables: [{ title, notes: ['A note.'], head: ['a', 'b'], rows: [[cell, '1']] }],
});
const page = pageOf({
  parts: [part('cost', 'Cost', 'old'), part('memory', 'Memory', 'kept'), part('accuracy', 'Accuracy: a stall', 'too')],
  cores: { server: '1', client: '0', twoThreads: '0' },
  found: [],
  missing: [],
});

it('puts a part that was measured anew where it was, with its day, and leaves all else', () => {
  const then = withParts(page, [part('cost', 'Cost', 'new', 'on a later day: a machine')]);
  expect(then).toBe(
    page.replace('| old', '| new').replace('## Cost\n\n', '## Cost\n\nMeasured on a later day: a machine.\n\n'),
  );
  expect(withParts(then, [part('cost', 'Cost', 'new', 'on a later day: a machine')])).toBe(then);
  const memory = withParts(page, [part('memory', 'Memory', 'less')]);
  expect(memory).toContain('In the accuracy tables');
  expect(memory).toContain('| less | 1 |');
});

it('puts one that was not there before those of accuracy', () => {
  const then = withParts(page, [part('lanes', 'Lanes', 'first')]);
  const order = ['## Cost', '## Memory', '## Lanes', 'In the accuracy tables', '## Accuracy'].map((text) =>
    then.indexOf(text),
  );
  expect(order.every((at, index) => at > (order[index - 1] ?? 0))).toBe(true);
  expect(then.replace(/## Lanes[\s\S]*?(?=In the accuracy)/, '')).toBe(page);
});
