import { describe, expect, it } from 'vitest';
import type { RequestTemplate } from '../../core/plan.ts';
import { tagLabels } from './tag-labels.ts';

const request = (name: string, tags?: Readonly<Record<string, string>>): RequestTemplate => ({
  ...{ name, method: 'GET', path: '/', headers: [], body: null },
  ...(tags === undefined ? {} : { tags }),
});

describe('the labels of tags', () => {
  it('are the tags of a request under names that every receiver takes, none of them one of the exporter’s own', () => {
    const labels = tagLabels({
      requests: [request('a', { target: 'canary', phase: 'x', 'cost centre': 'ü' }), request('b')],
    });
    expect(labels.get('a')).toEqual({ tag_target: 'canary', tag_phase: 'x', tag_cost_centre: 'ü' });
    expect(labels.get('b')).toEqual({});
  });

  it('stay apart where keys differ in signs that no label has, alike for every request', () => {
    const labels = tagLabels({ requests: [request('a', { 'a-b': '1' }), request('b', { 'a.b': '2', 'a-b': '3' })] });
    expect(labels.get('a')).toEqual({ tag_a_b: '1' });
    expect(labels.get('b')).toEqual({ tag_a_b_2: '2', tag_a_b: '3' });
  });
});
