import { expect, it } from 'vitest';
import { planOf, planOfScenario } from '../plan/plan.fixture.ts';
import { followsItsPlan, hasLevels, isMisledByCache, isOfUsers, isOneAtATime, isSteerable } from './procedure.ts';

const find = { kind: 'find' } as const;
const flow = (name: string, load: object) => ({ name, steps: ['ask'], load });
const mixed = planOfScenario({
  requests: [{ name: 'ask', path: '/p' }],
  flows: [flow('people', { vus: 2 }), flow('machines', { rate: '5/s' })],
});

it.each([
  ['a run of users', planOf({ vus: '3' }), { follows: true, users: true, steerable: true }],
  ['a run of arrivals', planOf({ rate: '10/s' }), { follows: true, users: false, steerable: true }],
  ['a run of both', mixed, { follows: true, users: false, steerable: false }],
  ['a run by autocannon', planOf({ engine: 'autocannon' }), { follows: true, users: true, steerable: false }],
  ['a probe', planOf({}, { kind: 'probe' }), { follows: false, users: true, steerable: false }],
  ['a search for a rate', planOf({}, find), { follows: false, users: false, steerable: false }],
  ['a search for users', planOf({ unit: 'vus' }, find), { follows: false, users: true, steerable: false }],
])('%s', (_, plan, { follows, users, steerable }) => {
  expect([hasLevels(plan), isMisledByCache(plan), isOneAtATime(plan)]).toEqual(
    { run: [false, false, false], probe: [false, false, true], find: [true, true, false] }[plan.kind],
  );
  expect([followsItsPlan(plan), isOfUsers(plan), isSteerable(plan)]).toEqual([follows, users, steerable]);
});
