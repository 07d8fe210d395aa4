import { describe, expect, it } from 'vitest';
import { parseAgents } from './fleet.ts';

describe('--agents', () => {
  it.each([
    ['8', { agents: 8 }],
    ['all', { agents: 'all' }],
    [
      'eu=10, us-east-1=5',
      {
        agents: 15,
        regions: [
          { name: 'eu', agents: 10 },
          { name: 'us-east-1', agents: 5 },
        ],
      },
    ],
    ['eu=1', { agents: 1, regions: [{ name: 'eu', agents: 1 }] }],
  ])('%s', (text, wanted) => {
    expect(parseAgents(text, '--agents')).toEqual(wanted);
  });

  it.each([
    ['eu=10,us', '--agents: "us" is no region'],
    ['=3', 'is no region'],
    ['eu west=3', 'is no region'],
    ['eu=0', '--agents eu'],
    ['eu=some', '--agents eu'],
    ['eu=1,us=2,eu=3', 'has the region eu twice'],
    ['eu=1,', 'is no region'],
    ['many', '--agents'],
  ])('refuses %s', (text, message) => {
    expect(() => parseAgents(text, '--agents')).toThrow(message);
  });
});
