import { describe, expect, it } from 'vitest';
import { errorOf } from './error.fixture.ts';
import { planOf, planOfScenario } from './plan.fixture.ts';

const TWO = ['stable=90@http://a:1/predict', 'canary=10@http://b:2/predict'];
const none = { target: '' };

/** A scenario without a url. */
const scenario = (settings: Readonly<Record<string, unknown>>, flags: Readonly<Record<string, unknown>> = {}) =>
  planOfScenario({ ...settings, url: undefined }, flags);

describe('several targets of the command line', () => {
  it('have names and weights, and the request is one of each', () => {
    const { target, targets, requests, flows } = planOf({ target: TWO }, none);
    expect(target).toMatchObject({ host: 'a', port: 1 });
    expect(targets?.map(({ name, weight, port }) => [name, weight, port])).toEqual([
      ['stable', 90, 1],
      ['canary', 10, 2],
    ]);
    expect(requests.map(({ name, path, target: place, tags }) => ({ name, path, place, tags }))).toEqual([
      {
        name: 'GET /predict @stable',
        path: '/predict',
        place: 0,
        tags: { target: 'stable', request: 'GET /predict' },
      },
      {
        name: 'GET /predict @canary',
        path: '/predict',
        place: 1,
        tags: { target: 'canary', request: 'GET /predict' },
      },
    ]);
    expect(flows?.map(({ weight, shared }) => [weight, shared?.target])).toEqual([
      [90, 0],
      [10, 1],
    ]);
  });

  it('are named by host and port, and weigh the same, where nothing is said', () => {
    const { targets } = planOf({ target: ['http://a:1/p?x=1', '3@b:2/p'] }, none);
    expect(targets?.map(({ name, weight }) => [name, weight])).toEqual([
      ['a:1', 1],
      ['b:2', 3],
    ]);
  });

  it('may be one text of the environment', () => {
    const env = { RAMPART_TARGET: 'a=http://a:1/x,y, b=2@http://b:2' };
    expect(planOf({}, { ...none, env }).targets?.map(({ name, url }) => [name, url])).toEqual([
      ['a', 'http://a:1/x,y'],
      ['b', 'http://b:2/'],
    ]);
  });

  it('take the path of the file’s url where they have none', () => {
    const { requests } = planOfScenario(
      { url: 'http://h/v1/predict?x=1' },
      { target: ['a=http://a:1', 'b=http://b:2/v2'] },
    );
    expect(requests.map(({ path }) => path)).toEqual(['/v1/predict?x=1', '/v2']);
  });

  it('are refused beside a URL', () => {
    expect(errorOf(() => planOf({ target: TWO }))).toContain('bad-flag URL and --target are both given');
  });

  it.each([
    [['a=http://a', 'a=http://b'], '--target is "a", as that of another target'],
    [['a=0@http://a', 'b=0@http://b'], '--target weigh 0, all of them'],
    [['a=1.2345@http://a'], '--target gives the weight 1.2345'],
    [['a=ftp://a'], '--target: "ftp://a" has the scheme ftp'],
    [['a=http://a/{{row.x}}'], '--target: a placeholder can stand'],
    [['a{=http://a'], '--target gives the name "a{"'],
  ])('%j is refused', (target, message) => {
    expect(errorOf(() => planOf({ target }, none))).toContain(message);
  });
});

describe('several targets of a scenario', () => {
  it('may be objects with headers and TLS of their own', () => {
    const plan = scenario({
      headers: { 'X-Team': 'loans', 'X-Slot': 'blue' },
      targets: [
        { name: 'stable', url: 'https://a' },
        { name: 'canary', url: 'https://a', weight: 0.5, headers: { 'X-Slot': 'green' }, insecure: true },
      ],
    });
    expect(plan.targets?.map(({ weight, tls }) => [weight, tls.verify])).toEqual([
      [1, true],
      [0.5, false],
    ]);
    const slots = plan.requests.map(({ headers }) => headers.find(([name]) => /x-slot/i.test(name))?.[1]);
    expect(slots).toEqual(['blue', 'green']);
  });

  it('go before the paths of requests, and each request is at each of them', () => {
    const { requests, flows } = scenario({
      targets: ['a=http://a', 'b=3@http://gw/canary/'],
      requests: [
        { name: 'chat', path: '/chat', weight: 4 },
        { path: '/models', weight: 1 },
      ],
    });
    expect(requests.map(({ name, path }) => `${name} ${path}`)).toEqual([
      'chat @a /chat',
      'chat @b /canary/chat',
      'GET /models @a /models',
      'GET /models @b /canary/models',
    ]);
    expect(flows?.map(({ weight }) => weight)).toEqual([4, 12, 1, 3]);
  });

  it('leave a request alone that has one target of its own', () => {
    const { requests, flows } = scenario({
      targets: ['a=http://a', 'b=http://b', 'auth=0@http://auth'],
      requests: [
        { name: 'login', path: '/login', target: 'auth', capture: { token: '$.token' } },
        { name: 'chat', path: '/chat', headers: { Authorization: '{{captured.token}}' } },
      ],
      flows: [{ name: 'talk', steps: ['login', { group: 'say', steps: ['chat'] }] }],
    });
    expect(requests.map(({ name, target }) => [name, target])).toEqual([
      ['login', 2],
      ['chat @a', 0],
      ['chat @b', 1],
      ['chat @auth', 2],
    ]);
    expect(flows?.map(({ name, weight }) => [name, weight])).toEqual([
      ['talk @a', 1],
      ['talk @b', 1],
      ['talk @auth', 0],
    ]);
    expect(flows?.[1]?.steps).toEqual([
      { kind: 'request', request: 0 },
      { kind: 'group', name: 'say @b', shared: 'say', steps: [{ kind: 'request', request: 2 }] },
    ]);
  });

  it('have requests of set-up and tear-down, which go to the first or to the one that they name, by its path and headers', () => {
    const { setup, teardown } = scenario({
      targets: ['a=http://a', { name: 'b', url: 'http://gw/b', headers: { 'X-Slot': 'green' } }],
      setup: [{ path: '/login' }, { path: '/load', target: 'b' }],
      teardown: [{ path: '/unload', target: 'b' }],
      requests: [{ path: '/chat' }],
    });
    const told = [...(setup ?? []), ...(teardown ?? [])].map(({ path, target, headers }) => [
      ...[path, target, headers.find(([name]) => name === 'X-Slot')?.[1]],
    ]);
    expect(told).toEqual([
      ['/login', 0, undefined],
      ['/b/load', 1, 'green'],
      ['/b/unload', 1, 'green'],
    ]);
  });

  it.each([
    [{ targets: [{ name: 'a' }] }, 'targets'],
    [{ targets: ['a=http://a'], setup: [{ path: '/', target: 'b' }] }, 'setup[0].target is "b"'],
    [
      { url: 'http://h', teardown: [{ path: '/', target: 'b' }] },
      'teardown[0].target names a target, and there are none',
    ],
    [
      {
        targets: [
          { name: 'a', url: 'http://a' },
          { name: 'a', url: 'http://b' },
        ],
      },
      'targets[1].name is "a"',
    ],
    [{ targets: ['a=http://a'], requests: [{ path: '/', target: 'b' }] }, 'requests[0].target is "b"'],
    [
      { url: 'http://h', requests: [{ path: '/', target: 'b' }] },
      'requests[0].target names a target, and there are none',
    ],
    [{ targets: ['a=http://a?x=1'], requests: [{ path: '/' }] }, 'has a query'],
    [{ targets: [] }, 'names no target'],
  ])('%j is refused', (settings, message) => {
    expect(errorOf(() => planOfScenario({ ...settings, url: 'url' in settings ? settings.url : undefined }))).toContain(
      message,
    );
  });
});

describe('thresholds of targets and tags', () => {
  const requests = [
    { name: 'chat', path: '/chat', tags: { kind: 'talk' }, thresholds: ['p95<1s'] },
    { name: 'batch', path: '/batch', tags: { kind: 'batch', size: 10 } },
  ];

  it('look at what has the tag', () => {
    const { thresholds } = scenario({
      targets: ['a=http://a', 'b=http://b'],
      requests,
      thresholds: ['p95{target=b}<300ms', 'errors{kind = "batch"}<1%', 'p99{chat}<2s', 'p99{chat @a}<2s'],
    });
    expect(thresholds.map(({ text, scope }) => [text, scope])).toEqual([
      ['p95{target=b}<300ms', { kind: 'tag', name: 'target=b' }],
      ['errors{kind = "batch"}<1%', { kind: 'tag', name: 'kind=batch' }],
      ['p99{chat}<2s', { kind: 'tag', name: 'request=chat' }],
      ['p99{chat @a}<2s', { kind: 'request', name: 'chat @a' }],
      ['p95{chat}<1s', { kind: 'tag', name: 'request=chat' }],
    ]);
  });

  it('are limits of each request where goodput is asked for', () => {
    const { goodput } = planOfScenario({ requests, thresholds: ['goodput>95%', 'p95{size=10}<2s'] });
    expect(goodput?.map(({ text, request }) => [text, request])).toEqual([
      ['p95{size=10}<2s', 'batch'],
      ['p95{chat}<1s', 'chat'],
    ]);
  });

  it.each([
    ['p95{target=canary}<1s', 'there is no such tag | There is one target without a name'],
    ['p95{kind=bach}<1s', 'there is no such tag | Did you mean kind=batch?'],
    ['p95{chad}<1s', 'there is no such request | Did you mean chat?'],
  ])('%s is refused', (threshold, message) => {
    expect(errorOf(() => planOfScenario({ requests, thresholds: [threshold] }))).toContain(message);
  });

  it('refuse tags that a plan has by itself, and those that no threshold could name', () => {
    const withTags = (tags: Readonly<Record<string, unknown>>) => () =>
      planOfScenario({ requests: [{ path: '/', tags }] });
    expect(errorOf(withTags({ target: 'x' }))).toContain('every plan has by itself');
    expect(errorOf(withTags({ kind: 'a,b' }))).toContain('has up to 50 characters');
  });
});
