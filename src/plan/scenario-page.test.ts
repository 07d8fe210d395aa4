import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { requestSchema } from './mix.ts';
import { planOf } from './plan.fixture.ts';

/** The page about scenario files: its tables are made of the settings, its examples are plans. */

const PAGE = fileURLToPath(new URL('../../docs/scenario.md', import.meta.url));
const page = readFileSync(PAGE, 'utf8');

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('{{', '`{{').replaceAll('}}', '}}`');

it('lists what a request of several may have', () => {
  const shape: Record<string, { description?: string | undefined }> = requestSchema.shape;
  const rows = Object.entries(shape).map(([name, { description = '' }]) => `| \`${name}\` | ${cell(description)} |`);
  const table = ['', '| of a request | what |', '| --- | --- |', ...rows, ''].join('\n');
  const made = page.replace(
    /(<!-- requests: made from [^\n]*-->).*(<!-- end of requests -->)/s,
    (_, begin, end) => `${begin}\n${table}\n${end}`,
  );
  if (process.env['GOLDEN'] === 'update') writeFileSync(PAGE, made);
  expect(readFileSync(PAGE, 'utf8')).toBe(made);
});

it('shows mixes and flows that are some', () => {
  const [, , mix = '', , flows = ''] = page.split(/```json\n(.*?)```/s).slice(1);
  const mixed = planOf({}, { target: 'mix.json', files: { 'mix.json': mix } });
  expect(mixed.requests.map(({ name }) => name)).toEqual(['chat', 'search', 'GET /models']);
  expect(mixed.thresholds.map(({ text }) => text)).toEqual(['errors<1%', 'p99{search}<1s', 'p95{chat}<500ms']);
  const walked = planOf({}, { target: 'flows.json', files: { 'flows.json': flows } });
  expect(walked.flows?.map(({ name, steps }) => `${name} ${steps.length}`)).toEqual(['look 4', 'buy 4']);
});

it('shows a scenario that is one', () => {
  const [, scenario = ''] = /```json\n(.*?)```/s.exec(page) ?? [];
  const plan = planOf({}, { target: 'loan-test.json', files: { 'loan-test.json': scenario } });
  expect(plan.requests[0]).toMatchObject({ method: 'POST', body: { data: '{"income":52000,"amount":12000}' } });
  expect(plan.checks).toHaveLength(3);
  expect(plan.thresholds).toHaveLength(2);
});

it('shows a set-up that is one', () => {
  const framed = [...page.matchAll(/```json\n(.*?)```/gs)]
    .map(([, json = '']) => json)
    .find((json) => json.includes('"setup"'));
  const plan = planOf({}, { target: 'setup.json', files: { 'setup.json': framed ?? '' } });
  expect(plan.setup?.map(({ name, retries }) => `${name} ${retries}`)).toEqual(['log in 0', 'ready 30']);
  expect(plan.teardown?.[0]?.headers[0]).toEqual(['Authorization', 'Bearer {{captured.token}}']);
});
