import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { planOf } from './plan.fixture.ts';
import { flagOf, SETTING_NAMES, settingsSchema } from './schema.ts';

/** The page about scenario files: its table is made of the settings, its example is a plan. */

const PAGE = fileURLToPath(new URL('../../docs/scenario.md', import.meta.url));
const page = readFileSync(PAGE, 'utf8');

it('lists every setting with its flag and what it is', () => {
  const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('{{', '`{{').replaceAll('}}', '}}`');
  const rows = SETTING_NAMES.map(
    (name) =>
      `| \`${name}\` | ${name === 'url' ? 'the argument' : `\`${flagOf(name)}\``} | ${cell(settingsSchema.shape[name].description ?? '')} |`,
  );
  const table = ['', '| setting | flag | what |', '| --- | --- | --- |', ...rows, ''].join('\n');
  const made = page.replace(
    /(<!-- made from [^\n]*-->).*(<!-- end -->)/s,
    (_, begin, end) => `${begin}\n${table}\n${end}`,
  );
  if (process.env['GOLDEN'] === 'update') writeFileSync(PAGE, made);
  expect(readFileSync(PAGE, 'utf8')).toBe(made);
});

it('shows a scenario that is one', () => {
  const [, scenario = ''] = /```json\n(.*?)```/s.exec(page) ?? [];
  const plan = planOf({}, { target: 'loan-test.json', files: { 'loan-test.json': scenario } });
  expect(plan.requests[0]).toMatchObject({ method: 'POST', body: { data: '{"income":52000,"amount":12000}' } });
  expect(plan.checks).toHaveLength(3);
  expect(plan.thresholds).toHaveLength(2);
});
