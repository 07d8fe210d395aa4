import { expect, it } from 'vitest';
import { measured } from './command.ts';
import { codeOf } from './disturbed.ts';
import { httpTarget } from './target.ts';

it('a target that sends its callers elsewhere under way has failed them, and where to is told', async () => {
  let answered = 0;
  const target = await httpTarget((_request, response) => {
    // A session that has run out: the model never runs again.
    if (answered++ < 20) response.end('ok');
    else response.writeHead(302, { Location: '/login?next=%2Fpredict' }).end();
  });
  const { code, result } = await measured([
    ...['run', target.url, '-b', '{"x":1}', '-n', '200', '-u', '2', '-q'],
    ...['--threshold', 'errors<1%', '--threshold', 'p95<10s'],
  ]);
  await target.close();
  expect(code).toBe(codeOf(result, 3));
  expect(result.totals).toMatchObject({ sent: 200, ok: 20, failed: 180, byStatus: { 200: 20, 302: 180 } });
  expect(result.verdict.checks.map(({ status }) => status)).toEqual(['failed', 'failed']);
  expect(result.failures).toMatchObject([
    { outcome: 'http-error', status: 302, message: expect.stringMatching(/^302 redirect to \/login/), count: 180 },
  ]);
});
