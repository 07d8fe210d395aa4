import { describe, expect, it } from 'vitest';
import { errorOf } from './error.fixture.ts';
import { planOf, planOfScenario, preparedOf, worldWith, wrongWith } from './plan.fixture.ts';

/** Several requests of a scenario file: what is sent, and what is refused with its place. */

const step = (request: number) => ({ kind: 'request', request });

describe('several requests of a scenario file', () => {
  it('have each a name, a way of its own, and a share', () => {
    const plan = planOfScenario({
      headers: { 'X-Team': 'loans', 'X-Kind': 'all' },
      timeout: '5s',
      expectStatus: 200,
      requests: [
        { name: 'chat', weight: 7, path: '/v1/chat?stream=no', body: { messages: [1.0] }, headers: ['x-kind: chat'] },
        { weight: 2.5, path: '/v1/models', timeout: '500ms', expectStatus: '200-204', expectContains: 'data' },
        { name: 'plain', weight: 0.5, method: 'PUT', body: 'text' },
      ],
    });
    expect(plan.requests.map(({ name, method, path }) => [name, method, path])).toEqual([
      ['chat', 'POST', '/v1/chat?stream=no'],
      ['GET /v1/models', 'GET', '/v1/models'],
      ['plain', 'PUT', '/p'],
    ]);
    expect(plan.requests.map(({ body }) => body?.data)).toEqual(['{"messages":[1]}', undefined, 'text']);
    expect(plan.requests.map(({ headers }) => headers.slice(0, 2))).toEqual([
      [
        ['X-Team', 'loans'],
        ['x-kind', 'chat'],
      ],
      [
        ['X-Team', 'loans'],
        ['X-Kind', 'all'],
      ],
      [
        ['X-Team', 'loans'],
        ['X-Kind', 'all'],
      ],
    ]);
    expect([plan.timeout, plan.requests.map(({ timeout }) => timeout)]).toEqual([5e6, [undefined, 5e5, undefined]]);
    expect(plan.checks).toEqual([{ kind: 'status', statuses: [[200, 200]] }]);
    expect(plan.requests.map(({ checks }) => checks)).toEqual([
      undefined,
      [
        { kind: 'status', statuses: [[200, 204]] },
        { kind: 'contains', text: 'data' },
      ],
      undefined,
    ]);
    expect(plan.flows).toEqual([
      { name: 'chat', weight: 7, steps: [step(0)] },
      { name: 'GET /v1/models', weight: 2.5, steps: [step(1)] },
      { name: 'plain', weight: 0.5, steps: [step(2)] },
    ]);
  });

  it('are one request where there is one, in the open model and the closed', () => {
    const plan = planOfScenario({ requests: [{ body: '{}', path: '/x' }], rate: '5/s', maxRequests: 7 });
    expect(plan).not.toHaveProperty('flows');
    expect(plan).toMatchObject({ requests: [{ name: 'POST /x' }], load: { model: 'open' }, maxRequests: 7 });
  });

  it('give way to flags, each of them', () => {
    const requests = [{ path: '/a', timeout: '1s', headers: { A: '1' } }, { path: '/b' }];
    const plan = planOfScenario({ requests, vus: 3 }, { timeout: '9s', header: ['a: 2'], requests: '50' });
    expect(plan.requests.map(({ timeout }) => timeout ?? plan.timeout)).toEqual([9e6, 9e6]);
    expect(plan.requests.map(({ headers }) => headers[0])).toEqual([
      ['a', '2'],
      ['a', '2'],
    ]);
    expect(plan.maxRequests).toBe(50);
    expect(planOfScenario({ requests, vus: 3 }, {}, { env: { RAMPART_TIMEOUT: '4s' } }).requests[0]?.timeout).toBe(4e6);
  });

  it('take rows where they say so, and no row by itself', () => {
    const files = { 'dir/rows.jsonl': '{"id":1,"y":2}\n{"id":2,"y":3}\n' };
    const requests = [
      { path: '/row', body: '{{row}}', expectField: 'y' },
      { path: '/items/{{row.id}}' },
      { path: '/health' },
    ];
    const plan = planOfScenario({ data: 'rows.jsonl', requests }, {}, { files });
    expect(plan.requests.map(({ method, templated }) => [method, templated])).toEqual([
      ['POST', true],
      ['GET', true],
      ['GET', undefined],
    ]);
    expect(plan.requests[1]?.path).toBe('/items/{{row.id}}');
    expect(plan.requests[0]?.checks).toHaveLength(1);
  });

  it('weigh a million at most together', () => {
    const requests = Array.from({ length: 101 }, (_, n) => ({ path: `/${n}`, weight: 10_000 }));
    expect(() => planOfScenario({ requests })).toThrow(/requests weigh 1010000 together; at most 1000000/);
    expect(planOfScenario({ requests: requests.slice(1) }).flows).toHaveLength(100);
  });

  it('are never sent the expected answer, whichever of them says its field', () => {
    const files = { 'dir/rows.jsonl': '{"x":1,"answer":2}\n' };
    const all = { data: 'rows.jsonl', expectField: 'answer' };
    const requests = [
      { path: '/a', body: '{{row}}' },
      { path: '/b', body: '{{row}}', expectField: 'answer±1' },
    ];
    const prepared = (scenario: object) => {
      const world = worldWith({ ...files, 'dir/s.json': JSON.stringify({ url: 'http://h:1/p', ...scenario }) });
      return preparedOf({ kind: 'run', target: 'dir/s.json', env: {}, flags: {} }, world);
    };
    const { rows } = prepared({ ...all, requests });
    if (rows?.kind !== 'memory') throw new Error('two rows have room in memory');
    expect(new TextDecoder().decode(rows.bytes)).not.toMatch(/"answer"/);
    expect(() => prepared({ ...all, requests: [...requests, { path: '/c', expectField: 'x' }] })).toThrow(
      /is another field than "answer"/,
    );
    const unused = [{ path: '/a' }, { path: '/b', expectField: 'answer' }];
    expect(() => prepared({ data: 'rows.jsonl', requests: unused })).toThrow(/no part of the request uses a row/);
  });

  it('have thresholds of their own, which a search takes for SLOs', () => {
    const requests = [{ name: 'chat', path: '/chat', thresholds: ['p95<500ms', 'errors<1%'] }, { path: '/b' }];
    const scope = { kind: 'request', name: 'chat' };
    expect(planOfScenario({ requests, thresholds: 'p99{GET /b}<1s,mean<2s' }).thresholds).toMatchObject([
      { text: 'p99{GET /b}<1s', scope: { kind: 'request', name: 'GET /b' }, limit: 1e6 },
      { text: 'mean<2s' },
      { text: 'p95{chat}<500ms', scope, metric: { kind: 'percentile', p: 95 }, limit: 5e5 },
      { text: 'errors{chat}<1%', scope },
    ]);
    const search = planOfScenario({ requests }, { slo: ['p95{request "GET /b"}<=1s'] }, { kind: 'find' });
    expect(search.thresholds).toEqual([]);
    expect(search.search?.slos.map(({ text, scope: { name = '' } = {} as never }) => `${text} ${name}`)).toEqual([
      'p95{request "GET /b"}<=1s GET /b',
      'p95{chat}<500ms chat',
      'errors{chat}<1% chat',
    ]);
  });

  it.each([
    [{ requests: [] }, 'line 3, column 3: requests is empty'],
    [{ requests: ['a'] }, 'line 4, column 5: requests[0] must be an object that describes a request'],
    [
      { requests: [{ path: '/a' }, { path: '/b', wieght: 2 }] },
      'line 9, column 7: requests[1].wieght is not known here | Did you mean weight?',
    ],
    [
      { requests: [{ path: '/a' }, { path: '/a' }] },
      'line 7, column 5: requests[1].name is "GET /a", as that of requests[0] | Give each of them a name: "name": "…".',
    ],
    [
      {
        requests: [
          { name: 'x', path: '/a' },
          { path: '/b', name: 'x' },
        ],
      },
      'line 10, column 7: requests[1].name is "x", as that of requests[0]',
    ],
    [{ requests: [{ weight: 0 }, { path: '/b', weight: 0 }] }, 'line 3, column 3: requests weigh 0, all of them'],
    [{ requests: [{ weight: -1 }] }, 'line 5, column 7: requests[0].weight is negative'],
    [{ requests: [{ weight: '3' }] }, 'line 5, column 7: requests[0].weight must be a number'],
    [
      { requests: [{ weight: 0.0001 }] },
      'line 5, column 7: requests[0].weight has more than three digits behind the point',
    ],
    [{ requests: [{ path: 'a' }] }, 'line 5, column 7: requests[0].path: "a" does not begin with /'],
    [
      { requests: [{ path: 'http://other/a' }] },
      'line 5, column 7: requests[0].path: "http://other/a" has a host: all requests go to the host of url | Write /path.',
    ],
    [{ requests: [{ timeout: '0s' }] }, 'line 5, column 7: requests[0].timeout: "0s" is too little; at least 1ms'],
    [{ requests: [{ name: '' }] }, 'line 5, column 7: requests[0].name is empty'],
    [
      { requests: [{ body: '{', headers: { 'content-type': 'application/json' } }] },
      'line 5, column 7: requests[0].body is not JSON: line 1, column 2: it ends too early | The content-type header says JSON: change that header, or the body.',
    ],
    [
      { requests: [{ name: 'a', thresholds: ['p95<1'] }] },
      'line 6, column 7: requests[0].thresholds: "p95<1" compares with a time that has no unit | Write p95<1ms, or with s.',
    ],
    [
      { requests: [{ name: 'chat' }], thresholds: ['p95{chta}<1s'] },
      'line 8, column 3: thresholds: "p95{chta}<1s" looks at "chta", and there is no such request | Did you mean chat?',
    ],
    [{ requests: [{ path: '/a', vus: 3 }] }, 'line 6, column 7: requests[0].vus is not known here'],
    [
      { requests: [{ path: '/a' }, { path: '/b' }], engine: 'autocannon' },
      'line 11, column 3: engine autocannon sends one request only; the scenario has several',
    ],
  ])('%j is refused with its place', (scenario, message) => {
    expect(wrongWith(scenario)).toBe(message);
  });

  it('may not give a name twice, at any depth but in a body', () => {
    const twice =
      '{"url": "http://h:1/p",\n "requests": [{"path": "/a", "body": {"x": 1, "x": 2}},\n  {"path": "/b", "path": "/c"}]}';
    expect(errorOf(() => planOf({}, { target: 's.json', files: { 's.json': twice } }))).toBe(
      'bad-scenario s.json, line 3, column 18: requests[1].path is given twice',
    );
  });
});

it('takes no longer for each of a thousand requests and flows than for each of ten', () => {
  const requests = Array.from({ length: 1_000 }, (_, n) => ({
    name: `r${n}`,
    path: `/${n}`,
    body: { x: 'y'.repeat(200) },
    capture: { [`c${n}`]: '$.x' },
    headers: { 'X-N': '{{seq}}' },
  }));
  const steps = requests.slice(0, 100).map(({ name }) => name);
  const flows = [
    { name: 'all', steps: requests.map(({ name }) => name) },
    ...Array.from({ length: 999 }, (_, n) => ({ name: `f${n}`, steps })),
  ];
  const started = performance.now();
  expect(planOfScenario({ requests, flows }).flows).toHaveLength(1_000);
  // Under a second here; where the file was read again for each field, hours.
  expect(performance.now() - started).toBeLessThan(60_000);
});
