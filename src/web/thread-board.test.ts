import { describe, expect, it } from 'vitest';
import { merge } from '../run/merge.ts';
import { snapshotOf } from '../run/snapshot.fixture.ts';
import { named } from '../run/source-names.ts';
import { ThreadBoard } from './thread-board.ts';

describe('what each generator thread does', () => {
  const agentOf = (name: string) =>
    named(
      merge(
        [named(snapshotOf(0, 'measure', [5]), 'thread 1')],
        [named(snapshotOf(0, 'measure', [5]), 'thread 2')],
      )[0] as never,
      `agent ${name}`,
    );

  it('of agents, has the agent’s name before it, and ends with it', () => {
    const board = new ThreadBoard();
    board.add(merge([agentOf('one')], [agentOf('two')])[0] as never);
    board.lose('agent two');
    expect(board.rows(false).map(({ name, state }) => [name, state])).toEqual([
      ['agent one, thread 1', 'running'],
      ['agent one, thread 2', 'running'],
      ['agent two, thread 1', 'lost'],
      ['agent two, thread 2', 'lost'],
    ]);
    expect(board.rows(true).map(({ state }) => state)).toEqual(['ended', 'ended', 'lost', 'lost']);
  });
});
