/** Rows that stand in a scenario file: what they are, as they are written, and what is refused with its place. */
import { describe, expect, it } from 'vitest';
import { payloadsOf } from '../load/payload.ts';
import { errorOf, rejectionOf } from './error.fixture.ts';
import { planOfScenario, worldWith } from './plan.fixture.ts';
import { prepareRun } from './resolve.ts';

describe('rows in the scenario itself', () => {
  const rows = [
    { user: 'ada', n: 1 },
    { user: 'grace', n: 2.5 },
  ];

  it('are rows like those of a file', () => {
    const plan = planOfScenario({ data: rows, dataOrder: 'once', body: { u: '{{row.user}}', n: '{{row.n}}' } });
    expect(plan.data).toEqual({ file: 'the scenario', format: 'jsonl', order: 'once', rows: 2 });
    expect(plan.maxRequests).toBe(2);
    expect(planOfScenario({ data: rows }).requests[0]?.body?.data).toBe('{{row}}');
  });

  it.each([
    [{ data: [], body: '{{row.a}}' }, 'line 3, column 3: data has no rows'],
    [{ data: [{ a: 1 }, 5], body: '{{row.a}}' }, 'data[1] must be a row: an object of fields'],
    [{ data: [{ a: 1 }, { b: 5 }], body: '{{row.a}}' }, 'line 3, column 3: data, row 2 has no field "a"'],
  ])('are refused with their place: %j', (settings, message) => {
    expect(errorOf(() => planOfScenario(settings))).toContain(message);
  });
});

describe('the values of a row', () => {
  /** Rows as they are sent whole. */
  async function sentOf(name: string, text: string, env: Readonly<Record<string, string>> = {}, flags = {}) {
    const { plan, rows } = await prepareRun({ kind: 'run', target: name, env, flags }, worldWith({ [name]: text }));
    const filling = payloadsOf(plan, rows)?.compile([{ text: '{{row}}', place: 'json' }]);
    return Array.from({ length: plan.data?.rows ?? 0 }, (_, index) => {
      const length = filling?.fill(index) ?? 0;
      return filling?.bytes.toString('utf8', 0, length);
    });
  }
  const NUMBERS = '12345678901234567890,1.10,1.0,-0.50,1e400,1E5,0.1000000000000000055';
  const NUMERIC = NUMBERS.split(',');

  it('are numbers as they are written, in JSON', async () => {
    const rows = NUMERIC.map((number, n) => `\n  { "n": [${number}],\n "s": "a\\u00e9 ${n}" }`);
    const text = `{ "url": "http://h:1/p", "data": [${rows.join(',')}] }`;
    expect(await sentOf('s.json', text)).toEqual(NUMERIC.map((number, n) => `{"n":[${number}],"s":"a\\u00e9 ${n}"}`));
  });

  it('are numbers as they are written, in YAML, also those of an alias and of a merged row', async () => {
    const rows = NUMERIC.map((number) => `  - n: [${number}]\n    s: "1.10"\n`);
    const more = '  - &first { n: 7.00, s: b }\n  - *first\n  - { <<: *first, s: 1.50 }\n';
    const text = `url: http://h:1/p\nbody: "{{row}}"\ndata:\n${rows.join('')}${more}`;
    expect(await sentOf('s.yaml', text)).toEqual([
      ...NUMERIC.map((number) => `{"n":[${number}],"s":"1.10"}`),
      ...['{"n":7.00,"s":"b"}', '{"n":7.00,"s":"b"}', '{"s":1.50,"n":7.00}'],
    ]);
  });

  it('are so in an environment, too', async () => {
    const data = 'data: [{ n: 1.10 }]';
    const yaml = `url: http://h:1/p\nenvironments:\n  a: { ${data} }\n  b: { vus: 1 }\n`;
    expect(await sentOf('s.yaml', yaml, {}, { env: 'a' })).toEqual(['{"n":1.10}']);
    const json = '{ "url": "http://h:1/p", "environments": { "a": { "data": [{ "n": 1.10 }] } } }';
    expect(await sentOf('s.json', json, {}, { env: 'a' })).toEqual(['{"n":1.10}']);
  });

  it.each([
    ['s.yaml', 'url: http://h:1/p\ndata: [{ key: "a {{env.KEY}} {{{{", n: 1.0 }]'],
    ['s.json', '{"url": "http://h:1/p", "data": [{"key": "a {{env.KEY}} {{{{", "n": 1.0}]}'],
  ])('are of the environment where they name it: %s', async (name, text) => {
    // What a row holds is read for no placeholders.
    expect(await sentOf(name, text, { KEY: 'k{{"1' })).toEqual(['{"key":"a k{{\\"1 {{{{","n":1.0}']);
    expect(await rejectionOf(sentOf(name, text))).toContain('data[0].key needs the environment variable KEY');
  });

  it('are refused in YAML where JSON has none such', async () => {
    expect(await rejectionOf(sentOf('s.yaml', 'url: http://h:1/p\ndata: [{ n: .inf }]'))).toContain(
      's.yaml, line 2, column 13 is .inf, which JSON has no number for',
    );
  });
});
