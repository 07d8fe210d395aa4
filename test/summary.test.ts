import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { rampart, temporaryFolder } from './command.ts';
import { fixedTarget } from './target.ts';

const target = await fixedTarget(1);
afterAll(() => target.close());

it('prints a template of one’s own instead of the summary, and refuses a wrong one before anything is sent', async () => {
  const cwd = temporaryFolder();
  writeFileSync(
    join(cwd, 'good.tmpl'),
    'ok={{totals.ok}} p50={{latency.response.p50 ms}} of {{plan.requests.0.method}}',
  );
  writeFileSync(join(cwd, 'bad.tmpl'), '\n{{total.ok}}');
  const load = ['run', target.url, '--vus', '1', '-n', '30', '-q', '-o', 'out'];
  const { stdout } = await rampart([...load, '--summary', 'good.tmpl'], { cwd });
  expect(stdout).toMatch(/^ok=30 p50=[\d.]+ m?s of GET\n$/);
  const before = target.received();
  const bad = await rampart([...load, '--overwrite', '--summary', 'bad.tmpl'], { cwd });
  expect(bad).toMatchObject({ code: 2, stdout: '' });
  expect(bad.stderr).toMatch(/bad\.tmpl, line 2: \{\{total\.ok\}\} is no part of the result/);
  const none = await rampart([...load, '--overwrite', '--summary', 'none.tmpl'], { cwd });
  expect(none).toMatchObject({ code: 2, stderr: expect.stringMatching(/--summary: none\.tmpl: .*ENOENT/) });
  const both = await rampart([...load, '--overwrite', '--summary', 'good.tmpl', '--json'], { cwd });
  expect(both.stderr).toMatch(/--summary and --json both want standard output/);
  expect(target.received()).toBe(before);
});
