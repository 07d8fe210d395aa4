import { describe, expect, it } from 'vitest';
import { micros } from '../core/units.ts';
import { merge } from '../run/merge.ts';
import { snapshotOf } from '../run/snapshot.fixture.ts';
import { named, namedAgent } from '../run/source-names.ts';
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

  it('says of an agent which version it is, and how its clock is off', () => {
    const board = new ThreadBoard();
    board.meet({
      ...{ type: 'agents', at: micros(0), startSkew: micros(900) },
      agents: [
        {
          ...{ name: 'two', version: '0.1.0', host: '', cores: 2, threads: 1 },
          ...{ region: 'eu', share: 0.25, clockOffset: micros(-2_000_300), roundTrip: micros(600) },
        },
      ],
    });
    const own = named(snapshotOf(0, 'measure', [5, 6, 7]), 'thread 1');
    board.add(merge([namedAgent(own, 'two')], [own])[0] as never);
    // Of an interval of a second.
    expect(board.rows(false).map(({ perSec }) => perSec)).toEqual([3, 3]);
    expect(board.rows(false).map(({ name, agent }) => [name, agent])).toEqual([
      ['agent two, thread 1', { version: '0.1.0', region: 'eu', share: 0.25, clockOffset: -2_000.3, clockWithin: 0.3 }],
      ['thread 1', null],
    ]);
  });
});
