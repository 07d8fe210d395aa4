import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { chromiumFor, launchChromium } from './chromium.ts';
import { rampart, resultOf, temporaryFolder } from './command.ts';

/** Every scenario of docs/coming-from.md, as it stands there, against the server that the page names. */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const docs = readFileSync(`${ROOT}docs/coming-from.md`, 'utf8');
const scenarios = [...docs.matchAll(/```yaml\n# rampart run (\S+)\n([^`]+)```/g)].map(([, name = '', text = '']) => ({
  name,
  text,
}));

let server: ChildProcess;
let url = '';
beforeAll(async () => {
  server = spawn(process.execPath, ['examples/behind-login.mjs', '0'], { cwd: ROOT });
  url = await new Promise((resolve) => {
    server.stdout?.setEncoding('utf8').on('data', (text: string) => resolve(/http:\S+/.exec(text)?.[0] ?? ''));
  });
});
afterAll(() => server.kill());

describe('the page for who comes from another tool', () => {
  it('has one of ours for each kind of load', () =>
    expect(scenarios.map(({ name }) => name)).toEqual(['visits.yaml', 'arrivals.yaml']));

  for (const { name, text } of scenarios)
    it.concurrent(`has a scenario that is right and runs: ${name}`, async () => {
      const cwd = temporaryFolder();
      writeFileSync(join(cwd, name), text);
      copyFileSync(`${ROOT}scenarios/accounts.csv`, join(cwd, 'accounts.csv'));
      const read = await rampart(['validate', name], { cwd });
      expect([read.code, read.stderr]).toEqual([0, '']);
      const { stdout } = await rampart(['run', name, '--json', '--stages', '1s:4,7s:4'], {
        cwd,
        env: { RAMPART_URL: url },
      });
      const { failures, series } = resultOf(stdout);
      expect(failures).toEqual([]);
      expect(series['log in']?.totals.sent).toBeGreaterThan(0);
      expect((series['predict']?.totals.sent ?? 0) + (series['history']?.totals.sent ?? 0)).toBeGreaterThan(5);
    });
});

/** What of a JMeter test plan is also in ours. */
interface JMeterPlan {
  readonly fault: string | null;
  /** What follows an element that is not followed by the tree of what lies in it, as each must be. */
  readonly alone: readonly (string | null)[];
  readonly requests: readonly {
    readonly name: string;
    readonly method: string;
    readonly path: string;
    readonly body: string | null;
  }[];
  readonly rows: readonly string[];
  readonly captured: readonly (readonly string[])[];
  readonly expected: readonly string[];
  readonly repeated: readonly number[];
  readonly paused: readonly (readonly number[])[];
  readonly users: readonly (readonly number[])[];
}

/** For a browser, which has a parser of XML. */
const READ_PLAN = `(xml) => {
  const plan = new DOMParser().parseFromString(xml, 'application/xml');
  const prop = (element, name) => element.querySelector('[name="' + name + '"]')?.textContent ?? null;
  const all = (tag, read) => [...plan.querySelectorAll(tag)].map(read);
  const numbers = (element, names) => names.map((name) => Number(prop(element, name)));
  return {
    fault: plan.querySelector('parsererror')?.textContent ?? null,
    alone: all('hashTree > :not(hashTree)', (element) => element.nextElementSibling?.tagName ?? null).filter(
      (next) => next !== 'hashTree',
    ),
    requests: all('HTTPSamplerProxy', (element) => ({
      name: element.getAttribute('testname'),
      method: prop(element, 'HTTPSampler.method'),
      path: prop(element, 'HTTPSampler.path'),
      body: prop(element, 'Argument.value'),
    })),
    rows: all('CSVDataSet', (element) => prop(element, 'filename')),
    captured: all('JSONPostProcessor', (element) =>
      ['referenceNames', 'jsonPathExprs'].map((name) => prop(element, 'JSONPostProcessor.' + name)),
    ),
    expected: all('ResponseAssertion', (element) => element.querySelector('collectionProp').textContent.trim()),
    repeated: all('hashTree > LoopController', (element) => Number(prop(element, 'LoopController.loops'))),
    paused: all('UniformRandomTimer', (element) => numbers(element, ['ConstantTimer.delay', 'RandomTimer.range'])),
    users: all('ThreadGroup', (element) =>
      numbers(element, ['num_threads', 'ramp_time', 'delay', 'duration'].map((name) => 'ThreadGroup.' + name)),
    ),
  };
}`;

describe('the test plan of JMeter beside it', () => {
  it('is well-formed, and the test of visits.yaml', async (test) => {
    const xml = /```xml\n([^`]+)```/.exec(docs)?.[1] ?? '';
    const ours = parse(scenarios[0]?.text ?? '') as {
      requests: { name: string; path: string; body?: object; capture?: object; expectContains?: string }[];
      flows: { steps: [string, { repeat: number; steps: [{ pause: string }, unknown] }] }[];
      stages: string[];
      data: string;
    };
    const browser = await launchChromium(chromiumFor(test));
    const page = await browser.newPage();
    const plan = await page
      .evaluate<JMeterPlan>(`(${READ_PLAN})(${JSON.stringify(xml)})`)
      .finally(() => browser.close());
    expect(plan.fault).toBeNull();
    expect(plan.alone).toEqual([]);
    const inJMeter = (body: object | undefined): object | null =>
      body === undefined
        ? null
        : (JSON.parse(
            JSON.stringify(body).replaceAll(/\{\{row\.(\w+)\}\}/g, (_, name: string) => `$\{${name}}`),
          ) as object);
    expect(
      plan.requests.map(({ body, ...one }) => ({ ...one, body: body === null ? null : JSON.parse(body) })),
    ).toEqual(
      ours.requests.map(({ name, path, body }) => ({
        ...{ name, path, method: body === undefined ? 'GET' : 'POST' },
        body: inJMeter(body),
      })),
    );
    expect(plan.rows).toEqual([`scenarios/${ours.data}`]);
    expect(plan.captured).toEqual(ours.requests.flatMap(({ capture = {} }) => Object.entries(capture)));
    expect(plan.expected).toEqual(ours.requests.flatMap(({ expectContains }) => expectContains ?? []));
    const [, loop] = ours.flows[0]?.steps ?? [];
    expect(plan.repeated).toEqual([loop?.repeat]);
    expect([loop?.steps[0].pause, plan.paused]).toEqual(['1s-3s', [[1_000, 2_000]]]);
    // Ten users, and twenty more from the third of the stages on, to the end of the last.
    expect([ours.stages, plan.users]).toEqual([
      ['30s:10', '1m:10', '30s:30', '1m:30'],
      [
        [10, 30, 0, 180],
        [20, 30, 90, 90],
      ],
    ]);
  });
});
