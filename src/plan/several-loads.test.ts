import { describe, expect, it } from 'vitest';
import { describePlan } from './describe.ts';
import { errorOf } from './error.fixture.ts';
import { planOfScenario } from './plan.fixture.ts';

const requests = [
  { name: 'home', path: '/' },
  { name: 'ask', path: '/ask' },
];
const browse = { name: 'browse', steps: ['home', { pause: '1s' }, 'ask'] };

/** @param rest flags, and what else `planOfScenario` takes. */
const planWith = (flows: readonly object[], settings: object = {}, ...rest: readonly object[]) =>
  planOfScenario({ requests, flows, ...settings }, ...(rest as []));

const wrongWith = (...given: Parameters<typeof planWith>): string =>
  errorOf(() => planWith(...given)).replace('bad-scenario dir/s.json, ', '');

describe('loads of single flows', () => {
  it('stand beside that of the file, which all other flows share', () => {
    const plan = planWith(
      [
        { ...browse, weight: 3 },
        { name: 'batch', load: { rate: '5/s', arrivals: 'poisson', maxInFlight: 4, duration: '20s' }, steps: ['ask'] },
        { name: 'look', weight: 1, steps: ['home'] },
        { name: 'watch', load: { vus: 2, pacing: '10s', iterations: 7 }, steps: ['home'] },
      ],
      { vus: 10, duration: '1m' },
    );
    expect(plan.flows?.map(({ name, weight, load }) => [name, weight, load])).toEqual([
      ['browse', 3, 0],
      ['batch', 1, 1],
      ['look', 1, 0],
      ['watch', 1, 2],
    ]);
    const flat = (duration: number, value: number) => [{ duration, from: value, to: value }];
    expect(plan.loads).toEqual([
      { flow: null, profile: { model: 'closed', vus: flat(60e6, 10), thinkTime: null }, maxPasses: null },
      {
        flow: 'batch',
        profile: { model: 'open', arrivals: 'poisson', rate: flat(20e6, 5), maxInFlight: 4 },
        maxPasses: null,
      },
      {
        flow: 'watch',
        profile: { model: 'closed', vus: flat(60e6, 2), thinkTime: null, pacing: 10e6 },
        maxPasses: 7,
      },
    ]);
    expect(plan.load).toMatchObject({
      model: 'mixed',
      vus: [...flat(20e6, 12), ...flat(40e6, 12)],
      rate: [...flat(20e6, 5), ...flat(40e6, 0)],
    });
    const lines = describePlan(plan);
    for (const line of [
      'browse, 75 %: home → 1 s → ask',
      'batch: ask',
      'the other flows: 10 virtual users for 1 min (closed model: each waits for its response)',
      'batch: 5 flows/s for 20 s (open model: Poisson arrivals, no response is waited for), at most 4 in flight',
      'watch: 2 virtual users for 1 min, until 7 flows have been gone through (closed model: each waits for its response, a pass every 10 s)',
    ])
      expect(lines).toContain(line);
  });

  it('are the only ones where each flow has one', () => {
    const plan = planWith([
      { ...browse, load: { stages: ['10s:4', '5s:0'], vus: 1 } },
      { name: 'batch', load: { rate: '2/s', profile: 'spike 9/s at 2s for 3s', duration: '8s' }, steps: ['ask'] },
    ]);
    expect(plan.loads?.map(({ flow }) => flow)).toEqual(['browse', 'batch']);
    expect(plan.flows?.map(({ load }) => load)).toEqual([0, 1]);
    expect(plan.load).toMatchObject({ model: 'mixed' });
  });

  it('are users together, or arrivals, where all are of one kind', () => {
    const batch = (load: object) => ({ name: 'batch', load, steps: ['ask'] });
    expect(planWith([browse, batch({ vus: 2 })], { vus: 3, duration: '5s' }).load).toEqual({
      ...{ model: 'closed', vus: [{ duration: 5e6, from: 5, to: 5 }], thinkTime: null },
    });
    expect(planWith([browse, batch({ rate: '2/s' })], { rate: '3/s', duration: '5s' }).load).toMatchObject({
      ...{ model: 'open', rate: [{ duration: 5e6, from: 5, to: 5 }], maxInFlight: 20_000 },
    });
  });

  it('last as long as a flag says, whatever the file does', () => {
    const flows = [browse, { name: 'batch', load: { rate: '2/s', duration: '1h' }, steps: ['ask'] }];
    const { loads } = planWith(flows, { vus: 1, duration: '30m' }, { duration: '3s' });
    expect(loads?.map(({ profile }) => (profile.model === 'open' ? profile.rate : profile.vus))).toMatchObject([
      [{ duration: 3e6 }],
      [{ duration: 3e6 }],
    ]);
  });

  it('keep their place where flows are spread over targets', () => {
    const plan = planOfScenario({
      ...{ url: undefined, targets: ['a=1@http://h:1', 'b=1@http://h:2'], rate: '5/s', requests },
      flows: [
        { name: 'look', steps: ['home'] },
        { ...browse, load: { vus: 2 } },
      ],
    });
    expect(plan.flows?.map(({ name, load }) => [name, load])).toEqual([
      ['look @a', 0],
      ['look @b', 0],
      ['browse @a', 1],
      ['browse @b', 1],
    ]);
    expect(plan.loads?.map(({ flow }) => flow)).toEqual([null, 'browse']);
  });

  it('are none of a probe, which goes through all flows alike', () => {
    const plan = planWith([browse, { name: 'batch', load: { vus: 2 }, steps: ['ask'] }], {}, {}, { kind: 'probe' });
    expect(plan).not.toHaveProperty('loads');
    expect(plan.flows?.map(({ weight, load }) => [weight, load])).toEqual([
      [1, undefined],
      [1, undefined],
    ]);
  });

  const batch = { name: 'batch', load: { rate: '2/s' }, steps: ['home', 'ask'] };

  it.each<[string, readonly object[], object, readonly object[], RegExp]>([
    ['a weight', [{ ...batch, weight: 2 }], {}, [], /flows\[0\]\.weight has no meaning beside a load of its own/],
    [
      'a mistyped field',
      [{ ...batch, load: { rat: '2/s' } }],
      {},
      [],
      /flows\[0\]\.load\.rat is not known here.*mean rate/,
    ],
    ['no object', [{ ...batch, load: 5 }], {}, [], /flows\[0\]\.load must be an object like/],
    [
      'both models',
      [{ ...batch, load: { rate: '2/s', vus: 3 } }],
      {},
      [],
      /flows\[0\]\.load\.rate and dir.*flows\[0\]\.load\.vus exclude/,
    ],
    [
      'a wrong value',
      [{ ...batch, load: { vus: '3 parsecs' } }],
      {},
      [],
      /line \d+, column \d+: flows\[0\]\.load\.vus/,
    ],
    [
      'iterations that are none',
      [{ ...batch, load: { vus: 1, iterations: 0 } }],
      {},
      [],
      /flows\[0\]\.load\.iterations/,
    ],
    ['a load that no flow is left for', [batch], { vus: 3 }, [], /vus has no flow that it could be of/],
    ['one of a flag', [batch], {}, [{ rate: '3/s' }], /--rate has no flow that it could be of/],
    [
      'a number of requests',
      [browse, batch],
      { maxRequests: 5 },
      [],
      /maxRequests counts passes of one load.*iterations/s,
    ],
    ['a search', [browse, batch], {}, [{}, { kind: 'find' }], /flows\[1\]\.load is a load of its own, and find/],
    ['a trace', [browse, batch], { replay: 't.csv' }, [], /flows\[1\]\.load is a load of its own, and a trace/],
    ['another engine', [browse, batch], { engine: 'autocannon' }, [], /engine autocannon sends one request only/],
  ])('refuse %s', (_, flows, settings, rest, message) => {
    expect(wrongWith(flows, settings, ...rest)).toMatch(message);
  });
});

describe('find over a file with pacing', () => {
  const paced = { vus: 5, pacing: '10s' };

  it('leaves it out where it has no users, and refuses it where it searches them', () => {
    expect(planOfScenario(paced, {}, { kind: 'find' }).search?.unit).toBe('req/s');
    expect(errorOf(() => planOfScenario(paced, { unit: 'vus' }, { kind: 'find' }))).toMatch(
      /line \d+, column \d+: pacing sets how often a user begins, and find --unit vus/,
    );
  });
});
