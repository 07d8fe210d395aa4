import { describe, expect, it } from 'vitest';
import { describePlan } from './describe.ts';
import { errorOf } from './error.fixture.ts';
import { planOf, planOfScenario, preparedOf, worldWith } from './plan.fixture.ts';

const step = (request: number) => ({ kind: 'request', request });

/** What is wrong with a scenario of these requests and flows: where, what, and what to do. */
function wrongWith(scenario: Readonly<Record<string, unknown>>): string {
  return errorOf(() => planOfScenario(scenario)).replace('bad-scenario dir/s.json, ', '');
}

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

describe('captures', () => {
  const scenario = (capture: object, use: object, steps: string[] = ['login', 'use']) => ({
    requests: [
      { name: 'login', path: '/l', capture },
      { name: 'use', path: '/u', ...use },
    ],
    flows: [{ name: 'f', steps }],
  });

  it('are of a JSON path, a header, a regular expression and the status, and later steps are made of them', () => {
    const capture = { token: '$.a["b"][0]', id: 'header X-Id', n: 'regexp id=(\\d+)', s: 'status' };
    const use = {
      path: '/u/{{captured.id}}',
      headers: ['Authorization: Bearer {{captured.token}}'],
      body: '{{captured.n}}',
    };
    const [login, used] = planOfScenario(scenario(capture, use)).requests;
    expect(login?.captures).toEqual([
      { name: 'token', from: 'json', path: '$.a["b"][0]', steps: ['a', 'b', 0] },
      { name: 'id', from: 'header', header: 'X-Id' },
      { name: 'n', from: 'regexp', pattern: 'id=(\\d+)' },
      { name: 's', from: 'status' },
    ]);
    expect(used).toMatchObject({ templated: true, path: '/u/{{captured.id}}' });
  });

  it.each([
    [
      scenario({ token: '$.t' }, { path: '/{{captured.tokn}}' }),
      'line 13, column 7: requests[1].path: nothing captures {{captured.tokn}} | Did you mean token?',
    ],
    [
      scenario({ token: '$.t' }, { body: '{{captured.token}}' }, ['use', 'login']),
      'line 14, column 7: requests[1].body: no step of the flow "f" before this one captures {{captured.token}}',
    ],
    [
      scenario({ token: '$.t' }, { expectBody: '{{captured.token}}' }),
      'line 14, column 7: requests[1].expectBody: "{{captured.token}}" expects a captured value; only requests are made of them',
    ],
    [
      scenario({ token: 'token' }, {}),
      'line 8, column 9: requests[0].capture.token: "token" is nothing to capture; write "$.path", "header NAME", "regexp PATTERN", "status" or "answer" (the text of a language model)',
    ],
    [
      scenario({ token: 'regexp (' }, {}),
      'line 8, column 9: requests[0].capture.token: "regexp (" is no regular expression: /(/mu: Unterminated group',
    ],
    [
      scenario({ token: '$.a b' }, {}),
      'line 8, column 9: requests[0].capture.token: "$.a b" is no path like $.a.b[0][\'c\']',
    ],
    [
      scenario({ 'a b': '$.a' }, {}),
      'line 8, column 9: requests[0].capture.a b is no name: letters, digits, _ and - only',
    ],
    [
      scenario({ token: 'header a b' }, {}),
      'line 8, column 9: requests[0].capture.token: "header a b" is no name of a header',
    ],
    [
      { body: '{{captured.x}}' },
      'line 3, column 3: body: nothing captures {{captured.x}} | A request of a scenario file captures it for later steps: "capture": {"x": "$.path"}.',
    ],
  ])('%j is refused with its place', (written, message) => {
    expect(wrongWith(written)).toBe(message);
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

describe('flows of a scenario file', () => {
  const requests = [
    { name: 'home', path: '/' },
    { name: 'search', path: '/s' },
    { name: 'buy', path: '/b', body: {} },
  ];
  const flows = [
    { name: 'look', weight: 3, steps: ['home', { pause: '1s-3s' }, 'search'] },
    { name: 'buy', steps: ['home', { request: 'buy' }, { pause: 'lognormal:2s±1s' }, { pause: '0s' }] },
  ];

  it('are steps of requests and pauses, with weights', () => {
    expect(planOfScenario({ requests, flows, vus: 2 }).flows).toEqual([
      {
        name: 'look',
        weight: 3,
        steps: [step(0), { kind: 'pause', time: { kind: 'uniform', min: 1e6, max: 3e6 } }, step(1)],
      },
      {
        name: 'buy',
        weight: 1,
        steps: [step(0), step(2), { kind: 'pause', time: { kind: 'lognormal', mean: 2e6, deviation: 1e6 } }],
      },
    ]);
  });

  it.each([
    [
      { flows: [{ name: 'a', steps: ['home'] }] },
      'line 3, column 3: flows need a list of requests | Write "requests": [{"name": "home", "path": "/"}].',
    ],
    [{ requests: [{ name: 'home' }], flows: [] }, 'line 8, column 3: flows is empty'],
    [{ requests: [{ name: 'home' }], flows: [{ name: 'a', steps: [] }] }, 'line 11, column 7: flows[0].steps is empty'],
    [
      { requests: [{ name: 'home' }], flows: [{ name: 'a', steps: ['home', 'hom'] }] },
      'line 13, column 9: flows[0].steps[1] is "hom", and there is no such request | Did you mean home?',
    ],
    [
      { requests: [{ name: 'home' }], flows: [{ name: 'a', steps: [{ pause: '1s' }, 'home'] }] },
      'line 12, column 9: flows[0].steps[0] is a pause: a flow begins with a request | A pause at the end of a flow comes before the next one.',
    ],
    [
      { requests: [{ name: 'home' }], flows: [{ name: 'a', steps: ['home', { pause: '1' }] }] },
      'line 13, column 9: flows[0].steps[1]: "1" has no unit; write 30s, 500ms or 2m',
    ],
    [
      { requests: [{ name: 'home' }], flows: [{ name: 'a', weight: 0, steps: ['home'] }] },
      'line 8, column 3: flows weigh 0, all of them',
    ],
    [
      { requests: [{ name: 'home', weight: 2 }], flows: [{ name: 'a', steps: ['home'] }] },
      'line 6, column 7: requests[0].weight has no meaning beside flows | Give the flows their weights.',
    ],
    [
      { requests: [{ name: 'home' }, { name: 'other' }], flows: [{ name: 'a', steps: ['home'] }] },
      'line 8, column 7: requests[1].name "other" is in no flow, and would never be sent | Put it into the steps of a flow; one of weight 0 is never begun.',
    ],
    [
      {
        requests: [{ name: 'home' }],
        flows: [
          { name: 'a', steps: ['home'] },
          { name: 'a', steps: ['home'] },
        ],
      },
      'line 16, column 7: flows[1].name is "a", as that of flows[0]',
    ],
    [{ requests: [{ name: 'home' }], flows: [{ steps: ['home'] }] }, 'line 9, column 5: flows[0].name must be text'],
    [
      { requests: [{ name: 'home' }], flows: [{ name: 'a', steps: ['home', { paus: '1s' }] }] },
      'line 13, column 9: flows[0].steps[1] must be the name of a request, or an object with pause, repeat, choose, if, group or request | Did you mean pause?',
    ],
  ])('%j is refused with its place', (scenario, message) => {
    expect(wrongWith(scenario)).toBe(message);
  });

  it('have steps within steps', () => {
    const captures = { name: 'login', path: '/l', capture: { state: '$.state' } };
    const steps = [
      'login',
      { repeat: 3, steps: ['home', { pause: '1s' }] },
      { choose: [{ weight: 9, steps: ['search'] }, { steps: [] }] },
      { if: 'state', isNot: ['new', 7], steps: [{ group: 'check out', steps: ['buy'] }], else: ['home'] },
      { if: 'state', matches: '^n', steps: ['home'] },
    ];
    const plan = planOfScenario({ requests: [...requests, captures], flows: [{ name: 'f', steps }] });
    const pause = { kind: 'pause', time: { kind: 'constant', value: 1e6 } };
    expect(plan.flows?.[0]?.steps).toEqual([
      step(3),
      { kind: 'repeat', times: 3, steps: [step(0), pause] },
      {
        kind: 'choose',
        of: [
          { weight: 9, steps: [step(1)] },
          { weight: 1, steps: [] },
        ],
      },
      {
        kind: 'if',
        captured: 'state',
        test: { kind: 'is-not', values: ['new', '7'] },
        steps: [{ kind: 'group', name: 'check out', steps: [step(2)] }],
        otherwise: [step(0)],
      },
      { kind: 'if', captured: 'state', test: { kind: 'matches', pattern: '^n' }, steps: [step(0)], otherwise: [] },
    ]);
    expect(describePlan(plan).find((line) => line.startsWith('f, 100 %'))).toBe(
      'f, 100 %: login → 3 × (home → 1 s) → 90 % (search) or 10 % () → if state is not new or 7 (check out (buy)) else (home) → if state matches ^n (home)',
    );
  });

  const nested = (depth: number): unknown => (depth === 0 ? 'home' : { repeat: 1, steps: [nested(depth - 1)] });

  it.each([
    [[{ repeat: 2, steps: [] }], 'steps[0].steps is empty'],
    [[{ repeat: 0, steps: ['home'] }], 'steps[0].repeat must be at least 1'],
    [[{ repeat: 1.5, steps: ['home'] }], 'steps[0].repeat must be a whole number'],
    [[{ repeat: 2 }], 'steps[0].steps must be a list of steps'],
    [[{ repeat: 2, steps: ['home'], times: 3 }], 'steps[0].times is not known here'],
    [['home', { repeat: 2, steps: [{ pause: '1s' }] }], 'steps[1] is a repeat without a request in it'],
    [
      ['home', { repeat: 2, steps: ['hom'] }],
      'steps[1].steps[0] is "hom", and there is no such request | Did you mean home?',
    ],
    [
      ['home', { repeat: 2, steps: [{ repeat: 2, step: [] }] }],
      'steps[1].steps[0].step is not known here | Did you mean steps?',
    ],
    [
      [{ repeat: 2, steps: [{ pause: '1s' }, 'home'] }],
      'steps[0].steps[0] is a pause: a flow begins with a request | A pause at the end of a flow comes before the next one.',
    ],
    [['home', { choose: [] }], 'steps[1].choose is empty'],
    [['home', { choose: [{ weight: 0, steps: ['home'] }] }], 'steps[1].choose weigh 0, all of them'],
    [['home', { choose: [{ weight: -1, steps: ['home'] }] }], 'steps[1].choose[0].weight is negative'],
    [['home', { choose: ['home'] }], 'steps[1].choose[0] must be an object with steps, and a weight'],
    [
      [{ choose: [{ steps: ['home'] }, { steps: [] }] }],
      'steps[0].choose[1].steps sends nothing, and no request comes before: a flow begins with a request',
    ],
    [[{ group: '', steps: ['home'] }], 'steps[0].group is empty'],
    [
      [{ group: 'g', steps: ['home', { group: 'g', steps: ['home'] }] }],
      'steps[0].steps[1] is a group "g" within a group of that name',
    ],
    [
      ['home', { if: 'id', steps: ['home'] }],
      'steps[1].if does not say what the value must be | Write {"if": "id", "is": "done", "steps": […]}; or "isNot", or "matches".',
    ],
    [
      ['home', { if: 'id', is: 'a', isNot: 'b', steps: ['home'] }],
      'steps[1].if says more than once what the value must be | Write {"if": "id", "is": "done", "steps": […]}; or "isNot", or "matches".',
    ],
    [
      ['home', { if: 'id', is: 'a', steps: ['home'] }],
      'steps[1].if: no step of the flow "a" before this one captures {{captured.id}}',
    ],
    [
      ['home', { if: 'ids', is: 'a', steps: ['home'] }],
      'steps[1].if: nothing captures {{captured.ids}} | Did you mean id?',
    ],
    [
      ['take', { if: 'id', matches: '(', steps: ['home'] }],
      'steps[1].matches "(" is no regular expression: /(/mu: Unterminated group',
    ],
    [
      ['home', { choose: [{ steps: ['take'] }, { steps: ['home'] }] }, 'use'],
      'requests[2].path: no step of the flow "a" before this one captures {{captured.id}}',
    ],
    [
      [{ repeat: 1000, steps: [{ repeat: 101, steps: ['home'] }] }],
      'steps send up to 101000 requests in one pass; at most 100000',
    ],
    [[nested(9)], `steps[0]${'.steps[0]'.repeat(8)}.steps lies within more than 8 other lists of steps`],
    [[7], 'steps[0] must be the name of a request, or an object with pause, repeat, choose, if, group or request'],
  ])('%j are refused with their place', (steps, message) => {
    const named = [
      { name: 'home', path: '/' },
      { name: 'take', path: '/t', capture: { id: '$.id' } },
      { name: 'use', path: '/{{captured.id}}' },
    ];
    const told = wrongWith({ requests: named, flows: [{ name: 'a', steps }] });
    expect(told.replace(/^line \d+(, column \d+)?: /, '').replace('flows[0].', '')).toBe(message);
  });

  it('take a choice for captured whatever is chosen', () => {
    const named = [
      { name: 'take', capture: { id: '$.id' } },
      { name: 'use', path: '/{{captured.id}}' },
    ];
    const steps = [
      { choose: [{ steps: ['take'] }, { steps: [{ group: 'g', steps: ['take'] }] }] },
      { repeat: 2, steps: ['use'] },
    ];
    expect(planOfScenario({ requests: named, flows: [{ name: 'a', steps }] }).flows).toHaveLength(1);
    expect(
      planOfScenario({ requests: named, flows: [{ name: 'a', steps: [{ repeat: 9, steps: ['take', 'use'] }, 'use'] }] })
        .flows,
    ).toHaveLength(1);
  });

  it('have thresholds of their own, and groups', () => {
    const steps = [{ group: 'look', steps: ['home', 'search'] }];
    const all = { requests, flows: [{ name: 'buy', steps: [...steps, 'buy'] }], vus: 1 };
    const scopes = (thresholds: string[]): unknown[] =>
      planOfScenario({ ...all, thresholds }).thresholds.map(({ scope }) => `${scope?.kind} ${scope?.name}`);
    expect(
      scopes(['p95{look}<1s', 'p95{group look}<1s', 'errors{flow buy}<1%', 'p50{buy}<1s', 'p50{request "buy"}<1s']),
    ).toEqual(['group look', 'group look', 'flow buy', 'request buy', 'request buy']);
    expect(wrongWith({ ...all, thresholds: ['p95{flow by}<1s'] })).toMatch(
      /: "p95\{flow by\}<1s" looks at "by", and there is no such flow \| Did you mean buy\?$/,
    );
    expect(wrongWith({ ...all, thresholds: ['p95{groop}<1s'] })).toMatch(
      /looks at "groop", and there is no such request \| There are home, search, buy, look\.$/,
    );
  });
});
