/** Several requests in one scenario file, by the built command. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../src/core/result.ts';
import { counted, rampart, resultOf, temporaryFolder } from './command.ts';
import { undisturbed } from './disturbed.ts';
import { ownEchoTarget } from './target.ts';

/** Runs a scenario file in a folder of its own. */
async function run(scenario: Readonly<Record<string, unknown>>, args: readonly string[] = []) {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'mix.json'), JSON.stringify(scenario, null, 2));
  const ended = await rampart(['run', 'mix.json', ...args, '-o', 'out'], { cwd });
  const read = (name: string): string => readFileSync(join(cwd, 'out', name), 'utf8');
  return { ...ended, read, result: (): RunResult => resultOf(read('result.json')) };
}

const REQUESTS = [
  { name: 'chat', weight: 7, path: '/chat', body: { say: 'hello' }, thresholds: ['p95<20s', 'errors<1%'] },
  { name: 'search', weight: 2, path: '/search?q=x', method: 'GET' },
  { weight: 1, path: '/admin', method: 'DELETE' },
];

describe('a weighted mix of requests', () => {
  it('is sent by its weights, and every table has a row for each', async () => {
    const { url, got } = await ownEchoTarget();
    const scenario = { url, vus: 4, requests: REQUESTS, maxRequests: 400, thresholds: ['errors{search}<1%'] };
    const { code, stdout, stderr, read, result } = await run(scenario, [
      '--threads',
      '2',
      '--seed',
      '5',
      '--no-preflight',
    ]);
    expect([0, 5]).toContain(code);
    expect(stderr).toContain(`chat, 70 %: POST ${new URL(url).origin}/chat  (15 B of application/json)`);
    const { series, totals, verdict } = result();
    expect(Object.keys(series)).toEqual(['chat', 'search', 'DELETE /admin']);
    expect(Object.values(series).reduce((sum, one) => sum + counted(one.totals).ok, 0)).toBe(400);
    // Each user keeps to the weights in every ten of its passes; its last ten may be cut short.
    const counts = Object.values(series).map((one) => one.totals.sent);
    for (const [place, wanted] of [280, 80, 40].entries())
      expect(Math.abs((counts[place] ?? 0) - wanted)).toBeLessThan(20);
    expect(got.filter((line) => line === 'POST /chat undefined {"say":"hello"}').length).toBe(counts[0]);
    expect(got.filter((line) => line.startsWith('GET /search?q=x ')).length).toBe(counts[1]);
    expect(got.filter((line) => line.startsWith('DELETE /admin ')).length).toBe(counts[2]);
    expect(totals.sent).toBe(400);
    for (const name of ['chat', 'search', 'DELETE /admin', 'All requests'])
      expect(stdout).toMatch(new RegExp(`^${name} +\\d+`, 'm'));
    expect(
      read('stats.csv')
        .split('\n')
        .slice(1, 5)
        .map((line) => line.split(',').slice(0, 3).join()),
    ).toEqual([`POST,chat,${counts[0]}`, `GET,search,${counts[1]}`, `DELETE,/admin,${counts[2]}`, ',Aggregated,400']);
    expect(verdict.checks.map(({ threshold, status }) => [threshold, status])).toEqual([
      ['errors{search}<1%', 'passed'],
      ['p95{chat}<20s', 'passed'],
      ['errors{chat}<1%', 'passed'],
    ]);
    for (const name of ['errors{search}&lt;1%', 'p95{chat}&lt;20s'])
      expect(read('junit.xml')).toContain(`name="${name}"`);
    const report = read('report.html');
    for (const name of ['chat', 'search', 'DELETE /admin']) expect(report).toContain(`data-row="requests ${name}"`);
  });

  it(
    'arrives by its weights, exactly in every thousand, on any number of threads',
    undisturbed(async () => {
      const { url, got } = await ownEchoTarget();
      const requests = REQUESTS.map(({ thresholds: _, ...request }) => request);
      const scenario = { url, rate: '2000/s', maxRequests: 1_000, requests };
      const sequences: string[] = [];
      for (const threads of ['1', '3']) {
        got.length = 0;
        const { code, result } = await run({ ...scenario, headers: { 'x-id': '{{seq}}' } }, [
          '--threads',
          threads,
          '--seed',
          '9',
          '-q',
        ]);
        expect([0, 5]).toContain(code);
        expect(Object.values(result().series).map(({ totals }) => totals.sent)).toEqual([700, 200, 100]);
        sequences.push(
          [...got]
            .map((line) => line.split(' '))
            .sort((a, b) => Number(a[2]) - Number(b[2]))
            .map(([method]) => method)
            .join(),
        );
      }
      expect(sequences[0]).toBe(sequences[1]);
    }),
  );

  it('has checks and timeouts of each request', async () => {
    const { url } = await ownEchoTarget();
    const requests = [
      { name: 'good', path: '/a', body: 'yes', expectBody: 'yes' },
      { name: 'bad', path: '/b', body: 'yes', expectBody: 'no', thresholds: 'errors<50%' },
    ];
    const { code, stdout, result } = await run({ url, vus: 2, maxRequests: 100, requests, expectContains: 'e' }, [
      '--no-preflight',
    ]);
    const { series, failures, verdict } = result();
    expect([series['good']?.totals.failed, series['bad']?.totals.ok]).toEqual([0, 0]);
    expect(failures.map(({ name, message }) => [name, message])).toEqual([['bad', 'the body differs']]);
    // So short a run may be no measurement on a busy machine; its checks are known all the same.
    expect([3, 5]).toContain(code);
    expect(verdict.checks.map(({ threshold, status }) => `${threshold} ${status}`)).toEqual(['errors{bad}<50% failed']);
    expect(stdout).toContain('errors of bad were 100 %, not below 50 %');
  });
});

describe('flows', () => {
  const requests = [
    { name: 'home', path: '/' },
    { name: 'item', path: '/item' },
    { name: 'buy', path: '/buy', body: { id: 1 } },
  ];
  const flows = [
    { name: 'look', weight: 3, steps: ['home', { pause: '5ms-15ms' }, 'item'] },
    { name: 'buy', weight: 1, steps: ['home', 'item', { pause: 'exp:10ms' }, 'buy'] },
  ];

  it(
    'are walked by users, step by step',
    undisturbed(async () => {
      const { url } = await ownEchoTarget();
      const { code, stderr, result } = await run({ url, vus: 3, maxRequests: 40, requests, flows });
      expect([0, 5]).toContain(code);
      expect(stderr).toContain('look, 75 %: home → 5 ms to 15 ms → item');
      const { series } = result();
      const { home, item, buy } = series;
      expect([home?.totals.ok, item?.totals.ok]).toEqual([40, 40]);
      expect(Math.abs((buy?.totals.ok ?? 0) - 10)).toBeLessThanOrEqual(3);
    }),
  );

  it(
    'arrive, and each one begun is gone through',
    undisturbed(async () => {
      const { url } = await ownEchoTarget();
      const { result } = await run({ url, rate: '400/s', maxRequests: 200, requests, flows }, ['-q', '--threads', '2']);
      const { series, totals } = result();
      expect([series['home']?.totals.ok, series['item']?.totals.ok]).toEqual([200, 200]);
      expect(totals.sent).toBe(400 + (series['buy']?.totals.sent ?? 0));
    }),
  );

  it(
    'carry what responses gave from step to step, each user its own',
    undisturbed(async () => {
      const { url, got } = await ownEchoTarget();
      const steps = [
        {
          name: 'login',
          path: '/login',
          body: { token: 't{{seq}}', n: '{{random.int 1 99}}' },
          capture: { token: '$.token', n: '$.n' },
        },
        {
          name: 'use',
          path: '/use/{{captured.token}}',
          headers: { 'x-id': '{{captured.token}}' },
          body: { n: '{{captured.n}}' },
        },
        { name: 'lost', path: '/lost', body: 'nothing', capture: { gone: '$.gone' } },
        { name: 'never', path: '/never', body: '{{captured.gone}}' },
      ];
      const flows = [{ name: 'shop', steps: ['login', { pause: '1ms-5ms' }, 'use', 'lost', 'never'] }];
      const { stdout, result } = await run({ url, vus: 4, maxRequests: 50, requests: steps, flows }, [
        '--threads',
        '2',
        '--no-preflight',
      ]);
      const { series, failures } = result();
      expect([series['login']?.totals.ok, series['use']?.totals.ok, series['lost']?.totals.ok]).toEqual([50, 50, 0]);
      expect(series['never']).toBeUndefined();
      expect(failures).toMatchObject([
        {
          name: 'lost',
          outcome: 'capture-failed',
          count: 50,
          message: 'nothing to capture by $.gone: the body is not JSON',
        },
      ]);
      expect(stdout).toContain('nothing to capture by $.gone');
      const bodies = new Map(
        got
          .flatMap((line) => (/^POST \/login \S+ (.*)$/.exec(line) ? [JSON.parse(line.split(' ')[3] ?? '')] : []))
          .map((body: { token: string; n: string }) => [body.token, body.n]),
      );
      const uses = got.filter((line) => line.startsWith('POST /use/'));
      expect(new Set(uses).size).toBe(50);
      for (const line of uses) {
        const [, path = '', id = '', body = ''] = line.split(' ');
        expect([path, body]).toEqual([`/use/${id}`, `{"n":"${bodies.get(id)}"}`]);
      }
    }),
  );
});
