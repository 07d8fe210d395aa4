import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { counted, rampart, resultOf, temporaryFolder } from './command.ts';
import { fixedTarget } from './target.ts';

const target = await fixedTarget(1);
afterAll(() => target.close());

it('prints a template of one’s own instead of the summary', async () => {
  const cwd = temporaryFolder();
  writeFileSync(
    join(cwd, 'good.tmpl'),
    'ok={{totals.ok}} p50={{latency.response.p50 ms}} of {{plan.requests.0.method}}',
  );
  const load = ['run', target.url, '--vus', '1', '-n', '30', '-q', '-o', 'out'];
  const { stdout } = await rampart([...load, '--summary', 'good.tmpl'], { cwd });
  expect(stdout).toMatch(/^ok=\d+ p50=[\d.]+ m?s of GET\n$/);
  const { totals } = resultOf(readFileSync(join(cwd, 'out/result.json'), 'utf8'));
  expect([stdout.split(' ')[0], counted(totals).ok]).toEqual([`ok=${totals.ok}`, 30]);
});
