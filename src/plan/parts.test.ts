/** What is told of a placeholder that has no source: where it stands, what is missing, and what may be meant. */
import { describe, expect, it } from 'vitest';
import { errorOf, rejectionOf } from './error.fixture.ts';
import { planOf, worldWith } from './plan.fixture.ts';
import { resolvePlan } from './resolve.ts';

const SCENARIO = `url: http://h:1/p
headers:
  X-All: all
requests:
  - name: log in
    path: /login
    capture:
      token: $.token
  - name: ask
    path: /ask
    headers:
      X-Own: own
    body: { text: hello }
    expectContains: hello
flows:
  - name: visit
    steps: [log in, ask]
`;

/** The error of the scenario with one text in it changed. */
const told = (from: string, to: string): Promise<string> => {
  expect(SCENARIO).toContain(from);
  const sources = { kind: 'run', target: 's.yaml', env: {}, flags: {} } as const;
  return rejectionOf(resolvePlan(sources, worldWith({ 's.yaml': SCENARIO.replace(from, to) })));
};

describe('a row without rows', () => {
  it.each([
    ['path: /ask', 'path: "/ask?q={{row.q}}"', 's.yaml, line 10, column 5: requests[1].path: {{row.q}} needs rows'],
    ['X-Own: own', 'X-Own: "{{row.q}}"', 's.yaml, line 12, column 7: requests[1].headers.X-Own: {{row.q}} needs rows'],
    ['X-All: all', 'X-All: "{{row.q}}"', 's.yaml, line 3, column 3: headers.X-All: {{row.q}} needs rows'],
    ['text: hello', 'text: "{{row.q}}"', 's.yaml, line 13, column 5: requests[1].body: {{row.q}} needs rows'],
    ['{ text: hello }', '{{row}}', 'needs rows'],
    [
      'expectContains: hello',
      'expectContains: "{{row.q}}"',
      's.yaml, line 14, column 5: requests[1].expectContains: {{row.q}} needs rows',
    ],
    [
      'expectContains: hello',
      'expectField: q',
      's.yaml, line 14, column 5: requests[1].expectField: {{row.q}} needs rows',
    ],
    [
      'expectContains: hello',
      "expectJson: '$.a={{row.q}}'",
      's.yaml, line 14, column 5: requests[1].expectJson: {{row.q}} needs rows',
    ],
    ['requests:', 'expectField: q\nrequests:', 's.yaml, line 4, column 1: expectField: {{row.q}} needs rows'],
  ])('is told with its place: %s -> %s', async (from, to, message) => {
    const error = await told(from, to.replace('{{row}}', '"{{row}}"'));
    expect(error).toContain(message);
    expect(error).toContain('bad-scenario ');
    expect(error).toContain('Name their file with "data": "rows.csv".');
  });

  it('may be meant to be a captured value', async () => {
    expect(await told('X-Own: own', 'X-Own: "{{row.tokn}}"')).toContain(
      '| Did you mean {{captured.token}}? Name their file',
    );
  });
});

describe('a captured value that nothing captures', () => {
  it.each([
    ['X-Own: own', 'X-Own: "{{captured.id}}"', 'line 12, column 7: requests[1].headers.X-Own: nothing captures'],
    ['X-All: all', 'X-All: "{{captured.id}}"', 'line 3, column 3: headers.X-All: nothing captures {{captured.id}}'],
    ['text: hello', 'text: "{{captured.id}}"', 'line 13, column 5: requests[1].body: nothing captures {{captured.id}}'],
  ])('is told with its place: %s -> %s', async (from, to, message) => {
    expect(await told(from, to)).toContain(message);
    expect(await told(from, to)).toContain(
      '| A request of a scenario file captures it for later steps: "capture": {"id": "$.path"}.',
    );
  });

  it('is told with the one that is meant', async () => {
    expect(await told('X-Own: own', 'X-Own: "{{captured.tokne}}"')).toMatch(/\| Did you mean token\?$/);
  });

  it('is told of a command line', () => {
    expect(errorOf(() => planOf({ body: '{{captured.id}}' }))).toContain(
      '--body: nothing captures {{captured.id}} | A request',
    );
  });
});

describe('what is no placeholder', () => {
  it.each([
    ['{{rwo.x}}', 'Did you mean {{row.x}}?'],
    ['{{data.x}}', 'Did you mean {{row.x}}?'],
    ['{{captued.x}}', 'Did you mean {{captured.x}}?'],
    ['{{ response.token }}', 'Did you mean {{captured.token}}?'],
    ['{{uid}}', 'Did you mean {{uuid}}?'],
    ['{{random.itn 1 9}}', 'Did you mean {{random.int 1 9}}?'],
    ['{{ user }}', 'Did you mean {{row.user}}, of --data, or {{captured.user}}, of a response?'],
    ['{{envi.TOKEN}}', 'Did you mean {{env.TOKEN}}?'],
    ['{{now()}}', ' | Write {{{{'],
  ])('is told with its place and what may be meant: %s', async (placeholder, hint) => {
    const error = await told('X-Own: own', `X-Own: "a ${placeholder}"`);
    expect(error).toContain('bad-scenario s.yaml, line 12, column 7: requests[1].headers.X-Own, column 3: ');
    expect(error).toContain(hint);
  });

  it('is told of an environment variable with its place', async () => {
    expect(await told('X-Own: own', 'X-Own: "{{env.TOKEN}}"')).toContain(
      'line 12, column 7: requests[1].headers.X-Own needs the environment variable TOKEN, which is not set',
    );
    expect(await told('X-Own: own', 'X-Own: "{{env.MY-TOKEN}}"')).toContain(
      'line 12, column 7: requests[1].headers.X-Own, column 1: {{env.MY-TOKEN}} names no variable',
    );
  });
});

describe('a condition', () => {
  const withIf = (step: string) => told('steps: [log in, ask]', `steps: [log in, ask, { ${step}, steps: [ask] }]`);

  it.each([
    ['if: token, is: "{{row.x}}"', 'flows[0].steps[2].is has a placeholder, and is compared as it stands'],
    ['if: token, isNot: [a, "{{captured.token}}"]', 'flows[0].steps[2].isNot has a placeholder'],
    ['if: "{{captured.token}}", is: a', 'flows[0].steps[2].if is the name of a captured value | Write "if": "token".'],
    ['if: token, is: "{{"', 'no error'],
  ])('has no placeholders: %s', async (step, message) => {
    expect(await withIf(step)).toContain(message);
  });
});

describe('a setting of the whole run', () => {
  it.each([
    [{ proxy: 'http://{{row.proxy}}' }, '--proxy has a placeholder, and is the same for the whole run'],
    [{ output: ['json=./{{seq}}.json'] }, '--output has a placeholder, and is the same for the whole run'],
  ])('has no placeholders: %j', (flags, message) => {
    expect(errorOf(() => planOf(flags))).toContain(message);
  });
});
