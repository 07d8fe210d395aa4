import { describe, expect, it } from 'vitest';
import { ALL, chipsOf, type Facet, type Facets, found, type Wanted } from './facets.ts';

const NAMES = ['home @stable', 'home @canary', 'batch @stable', 'batch @canary', 'login'];
const FACETS: Facets = {
  tags: [
    { name: 'target=stable', label: 'target stable', requests: ['home @stable', 'batch @stable', 'login'] },
    { name: 'target=canary', label: 'target canary', requests: ['home @canary', 'batch @canary'] },
    { name: 'kind=slow', label: 'kind=slow', requests: ['batch @stable', 'batch @canary'] },
  ],
  wholes: [
    { name: 'flow nightly', label: 'flow nightly', requests: ['login', 'batch @stable'] },
    { name: 'group check out', label: 'group check out', requests: ['home @stable'] },
  ],
};

const namesOf = (wanted: Partial<Wanted>): string[] | null => {
  const { names } = found(NAMES, FACETS, { ...ALL, ...wanted });
  return names === null ? null : NAMES.filter((_, i) => names.has(i));
};

describe('what a reader looks for', () => {
  it('is all where nothing is', () => {
    expect(namesOf({})).toBeNull();
    expect(namesOf({ text: '  ' })).toBeNull();
    expect(found(NAMES, FACETS, ALL).shows('request login')).toBe(true);
  });

  it('is what has all words in its name or its tags, whatever their case', () => {
    expect(namesOf({ text: 'HOME' })).toEqual(['home @stable', 'home @canary']);
    expect(namesOf({ text: 'slow can' })).toEqual(['batch @canary']);
    expect(namesOf({ text: 'nowhere' })).toEqual([]);
  });

  it('has any of the tags of one key, and all of several keys', () => {
    expect(namesOf({ tags: new Set(['target=canary']) })).toEqual(['home @canary', 'batch @canary']);
    expect(namesOf({ tags: new Set(['target=canary', 'target=stable']) })).toEqual(NAMES);
    expect(namesOf({ tags: new Set(['target=canary', 'kind=slow']) })).toEqual(['batch @canary']);
    expect(namesOf({ tags: new Set(['kind=slow']), text: 'stable' })).toEqual(['batch @stable']);
  });

  it('has its tags side by side by their keys, without those that say what several targets have alike', () => {
    const tag = (name: string): Facet => ({ name, label: name, requests: [] });
    const tags = ['target=a', 'request=home', 'kind=x', 'team=1', 'kind=y', 'target=b'].map(tag);
    expect(chipsOf({ tags, wholes: [] }).map(({ name }) => name)).toEqual([
      ...['target=a', 'target=b', 'kind=x', 'kind=y', 'team=1'],
    ]);
  });

  it('is the requests of a flow or a group where only these are called so', () => {
    expect(namesOf({ text: 'nightly' })).toEqual(['batch @stable', 'login']);
    expect(namesOf({ text: 'nightly', tags: new Set(['kind=slow']) })).toEqual(['batch @stable']);
  });

  it('shows the rows of it, of flows and groups with it, of tags that it has, and all that is of none', () => {
    const { shows } = found(NAMES, FACETS, { ...ALL, text: 'login' });
    const rows = [
      ...NAMES.map((name) => `request ${name}`),
      ...FACETS.wholes.map(({ name }) => name),
      ...FACETS.tags.map(({ name }) => `tag ${name}`),
      'region eu',
      '',
    ];
    expect(rows.filter(shows)).toEqual(['request login', 'flow nightly', 'tag target=stable', 'region eu', '']);
    expect(found(NAMES, FACETS, { ...ALL, text: 'check' }).shows('group check out')).toBe(true);
  });
});
