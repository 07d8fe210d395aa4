import { describe, expect, it } from 'vitest';
import { describePlan } from './describe.ts';
import { planOfScenario, wrongWith } from './plan.fixture.ts';

/** Flows of a scenario file and their steps: what they are, and what is refused with its place. */

const step = (request: number) => ({ kind: 'request', request });

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
