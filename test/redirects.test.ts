import { expect, it } from 'vitest';
import { measured, rampart } from './command.ts';
import { codeOf, undisturbed } from './disturbed.ts';
import { httpTarget } from './target.ts';

it(
  'a target that sends its callers elsewhere under way has failed them, and where to is told',
  undisturbed(async () => {
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
  }),
);

it(
  'follows them within the target where it is asked to, and counts each chain once',
  undisturbed(async () => {
    const target = await httpTarget(({ url }, response) => {
      if (url === '/predict') response.writeHead(307, { Location: '/v2/predict/' }).end();
      else response.end('{"ok":true}');
    });
    const asked = ['run', target.url, '-b', '{"x":1}', '-n', '50', '-u', '2', '-q', '--follow-redirects'];
    const { code, result } = await measured([...asked, '--expect-json', '$.ok=true']);
    expect([code, target.received()]).toEqual([codeOf(result, 0), 100]);
    expect(result.totals).toMatchObject({ sent: 50, ok: 50, failed: 0, byStatus: { 200: 50 } });
    expect(result.redirects).toBe(50);
    expect(result.plan.followRedirects).toBe(true);
    await target.close();
  }),
);

it('says plainly where one leads to another origin', async () => {
  const target = await httpTarget((_request, response) =>
    response.writeHead(302, { Location: 'http://127.0.0.1:9/x' }).end(),
  );
  const { code, stderr } = await rampart(['run', target.url, '--follow-redirects', '--no-discover']);
  await target.close();
  expect([code, target.received()]).toEqual([4, 1]);
  expect(stderr).toContain('302 redirect to http://127.0.0.1:9/x: leads to another origin, which is not followed');
});
