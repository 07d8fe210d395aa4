import { describe, expect, it } from 'vitest';
import { unfold } from './functions.ts';

const body = () => ({ a: 1 });
const id = () => 'x';
const check = () => true;

describe('what a scenario module exports', () => {
  it('is the settings of a file, with a template for each function, in the order in which they stand', () => {
    const exported = {
      url: 'http://h/',
      headers: { 'x-id': id, plain: 'y' },
      body,
      check,
      stages: undefined,
      requests: [
        { name: 'a', path: id, check },
        { name: 'b', body: { deep: [1] } },
      ],
    };
    const unfolded = unfold(exported);
    expect(unfolded).toEqual({
      value: {
        url: 'http://h/',
        headers: { 'x-id': '{{function 0}}', plain: 'y' },
        body: '{{function 1}}',
        requests: [
          { name: 'a', path: '{{function 3}}' },
          { name: 'b', body: { deep: [1] } },
        ],
      },
      functions: [id, body, check, id, check],
      places: ['headers.x-id', 'body', 'check', 'requests[0].path', 'requests[0].check'],
      checks: new Map([
        [null, 2],
        [0, 4],
      ]),
    });
  });

  it.each([
    [{ url: () => 'http://h/' }, 'url', 'is a function; functions may stand for body'],
    [{ path: () => '/' }, 'path', 'is a function'],
    [{ body: { inside: () => 1 } }, 'body.inside', 'is a function'],
    [{ requests: [{ expectJson: () => '' }] }, 'requests.0.expectJson', 'is a function'],
    [{ setup: [{ body: () => 1 }] }, 'setup.0.body', 'is a function'],
    [{ flows: [{ name: 'a', steps: [() => 'b'] }] }, 'flows.0.steps.0', 'is a function'],
    [{ check: 'text' }, 'check', 'must be a function'],
    [{ body: { a: 1n } }, 'body.a', 'is a bigint, which no JSON has'],
    [Promise.resolve({ url: 'http://h/' }), '', 'not a promise of one'],
    [{ body: async () => 1 }, 'body', 'is an async function: a request is made when it is due'],
    [{ check: async () => true }, 'check', 'is an async function'],
    [
      {
        *body() {
          yield 1;
        },
      },
      'body',
      'is a generator function',
    ],
  ])('is refused with the place of what cannot be: %#', (exported, path, problem) => {
    const fault = unfold(exported);
    if (!('problem' in fault)) throw new Error('it was accepted');
    expect(fault.path.join('.')).toBe(path);
    expect(fault.problem).toContain(problem);
  });

  it('has an end: what lies within itself is told with its place', () => {
    const steps: unknown[] = ['a'];
    steps.push({ repeat: 2, steps });
    expect(unfold({ url: 'http://h/', flows: [{ name: 'f', steps }] })).toEqual({
      path: ['flows', 0, 'steps', 1, 'steps'],
      problem: 'is one of those that it lies within: it would have no end',
    });
    const shared = { pause: '1s' };
    expect(unfold({ flows: [{ steps: ['a', shared, 'a', shared] }] })).toMatchObject({
      value: { flows: [{ steps: ['a', { pause: '1s' }, 'a', { pause: '1s' }] }] },
    });
  });

  it.each([[null], ['text'], [[1]], [() => ({})]])('is an object: %j is none', (exported) => {
    expect(unfold(exported)).toMatchObject({ path: [], problem: expect.stringContaining('must export a scenario') });
  });
});
