import { describe, expect, it } from 'vitest';
import { seconds } from '../core/units.ts';
import { PROTOCOL } from './protocol.ts';
import { chosenOf } from './roster.ts';

const agent = (name: string, region: string | null) => ({
  ...{ protocol: PROTOCOL, version: '1', name, instance: name, cores: 2, host: '', region, session: null },
});
const FREE = [agent('a', 'us'), agent('b', 'eu'), agent('c', null), agent('d', 'eu'), agent('e', 'us')];
const namesOf = (wanted: Parameters<typeof chosenOf>[1]) => chosenOf(FREE, wanted)?.map(({ name }) => name) ?? null;
const within = seconds(1);

describe('which of the agents that are free are taken', () => {
  it('so many, wherever they are, once they are there', () => {
    expect(namesOf({ agents: 3, atLeast: 3, within })).toEqual(['a', 'b', 'c']);
    expect(namesOf({ agents: 6, atLeast: 6, within })).toBeNull();
    expect(namesOf({ agents: 'all', atLeast: 1, within })).toBeNull();
  });

  it('of each region so many, in the order that was asked for', () => {
    const of = (eu: number, us: number) => ({
      ...{ agents: eu + us, atLeast: eu + us, within },
      regions: [
        { name: 'eu', agents: eu },
        { name: 'us', agents: us },
      ],
    });
    expect(namesOf(of(2, 1))).toEqual(['b', 'd', 'a']);
    // Five are there, and not the right ones.
    expect(namesOf(of(3, 1))).toBeNull();
  });
});
