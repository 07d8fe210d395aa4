import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { worldWith } from './plan.fixture.ts';
import { resolvePlan } from './resolve.ts';
import { scenarioJsonSchema } from './scenario-schema.ts';
import { STARTER_LOAD, STARTER_REQUEST, STARTER_SEVERAL, STARTER_TOP } from './starter.ts';

const validate = new Ajv({ strict: false, unicodeRegExp: true }).compile(scenarioJsonSchema());

const MIX = {
  url: 'http://h',
  requests: [{ name: 'a', path: '/a' }],
  flows: [{ name: 'f', steps: ['a', { pause: '1s' }] }],
};

const NESTED = {
  repeat: 2,
  steps: [
    { choose: [{ weight: 2, steps: ['a'] }, { steps: [] }] },
    { if: 'state', isNot: ['done', 'failed'], steps: [{ pause: '1s' }], else: [{ group: 'g', steps: ['a'] }] },
  ],
};

describe('the schema for editors', () => {
  it.each([
    { url: 'http://h', vus: 5, duration: '1m', headers: { a: 'b' }, body: { x: [1] } },
    { $schema: './scenario.schema.json', url: 'http://h', requests: 5 },
    MIX,
    { ...MIX, flows: [{ name: 'f', steps: ['a', NESTED] }] },
  ])('takes %j', (scenario) => {
    expect([validate(scenario), validate.errors]).toEqual([true, null]);
  });

  it.each([
    { urll: 'http://h' },
    { url: 5 },
    { ...MIX, requests: [{ path: 5 }] },
    { ...MIX, flows: [{ name: 'f', steps: [{ wait: '1s' }] }] },
    { ...MIX, flows: [{ name: 'f', steps: [{ group: 'g', steps: [{ ...NESTED, repeat: 0 }] }] }] },
  ])('refuses %j', (scenario) => {
    expect(validate(scenario)).toBe(false);
  });

  it('says what each setting is', () => {
    const { properties } = scenarioJsonSchema() as { properties: Record<string, { description?: string }> };
    for (const [name, { description }] of Object.entries(properties))
      expect([name, description]).toEqual([name, expect.any(String)]);
  });
});

describe('the scenario of rampart init', () => {
  const text = `${STARTER_TOP}\n${STARTER_REQUEST}\n${STARTER_LOAD}${STARTER_SEVERAL}`;
  const planOf = (yaml: string) =>
    resolvePlan({ kind: 'run', target: 's.yaml', env: {}, flags: {} }, worldWith({ 's.yaml': yaml }));

  it('is right as it stands, also by the schema', async () => {
    expect(await planOf(text)).toMatchObject({ load: { model: 'open' }, thresholds: [{}, {}] });
    expect([validate(parse(text)), validate.errors]).toEqual([true, null]);
  });

  it('is right with the several requests that it shows', async () => {
    const shown = text.replace(/# requests:[\s\S]*$/, (part) => part.replaceAll(/^# /gm, ''));
    expect(await planOf(shown)).toMatchObject({ requests: [{ name: 'log in' }, { name: 'predict' }], flows: [{}] });
    expect([validate(parse(shown)), validate.errors]).toEqual([true, null]);
  });

  it('is right with every other line that it shows, one by one', async () => {
    const [before = ''] = text.split('# Several requests');
    const lines = before.split('\n').filter((line) => /^# [a-zA-Z]+: \S/.test(line));
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines.filter((each) => !each.startsWith('# data'))) {
      const rest =
        line.includes('vus') || line.includes('spawn') || line.includes('think')
          ? before.replace('rate: 50/s', 'vus: 1')
          : before;
      const tried = line.startsWith('# vus')
        ? before.replace('rate: 50/s', line.slice(2))
        : rest.replace(line, line.slice(2));
      expect((await planOf(tried)).requests).toHaveLength(1);
    }
  });
});
