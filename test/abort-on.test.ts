import { expect, it } from 'vitest';
import { rampart, resultOf } from './command.ts';
import { codeOf } from './disturbed.ts';
import { httpTarget } from './target.ts';

it('a run whose last seconds break a threshold of --abort-on ends early, with exit code 3 and the reason', async () => {
  const begun = Date.now();
  const target = await httpTarget((_request, response) => {
    response.writeHead(Date.now() - begun > 3_000 ? 500 : 200).end('ok');
  });
  const asked = ['run', target.url, '--no-discover', '-r', '50/s', '-d', '60s', '--abort-on', 'errors<20% over 2s'];
  const { code, stdout, stderr } = await rampart([...asked, '--json']);
  await target.close();
  const result = resultOf(stdout);
  expect([code, result.run.ending]).toEqual([codeOf(result, 3), 'aborted']);
  expect(result.verdict.checks.at(-1)).toMatchObject({ threshold: 'errors<20% over 2s', status: 'failed' });
  expect(result.abortedBy?.message).toMatch(/^errors were .*, over the last 2 s$/);
  expect(result.abortedBy?.at).toBeLessThan(40);
  expect(stderr).toContain(': the load ends');
});
