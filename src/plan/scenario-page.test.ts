import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { planOf } from './plan.fixture.ts';

const page = readFileSync(fileURLToPath(new URL('../../docs/scenario.md', import.meta.url)), 'utf8');

it('shows a scenario that is one', () => {
  const [, scenario = ''] = /```json\n(.*?)```/s.exec(page) ?? [];
  const plan = planOf({}, { target: 'loan-test.json', files: { 'loan-test.json': scenario } });
  expect(plan.requests[0]).toMatchObject({ method: 'POST', body: { data: '{"income":52000,"amount":12000}' } });
  expect(plan.checks).toHaveLength(3);
  expect(plan.thresholds).toHaveLength(2);
});
