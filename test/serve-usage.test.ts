import { afterEach, expect, it } from 'vitest';
import { rampart } from './command.ts';
import { type Served, serve } from './served.ts';

/** What `rampart serve` refuses: exit code 2, and what there is instead. */

let served: Served | null = null;
afterEach(async () => {
  await served?.stop();
  served = null;
});

it.each([
  [['nothing'], /there is no model "nothing"\s+Models: loan, fancy, iris-logistic, iris-svm, forecast, tokens/],
  [
    ['fancy', '--strategy', 'magic'],
    /no strategy "magic"\s+Strategies: per-request, global, pool, autoscale, batch, cluster/,
  ],
  [['tokens', '--strategy', 'pool'], /tokens streams/],
  [['fancy', '--strategy', 'autoscale', '--split', 'v1'], /--split: "v1" is no share/],
  [['fancy', '--strategy', 'autoscale', '--replicas', '3-2'], /--replicas: "3-2" ends before it begins/],
  [['fancy', '--strategy', 'cluster', '--fault', 'storm'], /--fault: "storm" is no fault/],
  [['fancy', '--strategy', 'autoscale', '--affinity', 'query:x'], /--affinity: "query:x" names no session/],
  [['fancy', '--strategy', 'autoscale', '--scale-by', 'load'], /--scale-by: "load" is neither in-flight nor queue/],
  [['fancy', '--workers', '4'], /--workers changes nothing here\s+It needs --strategy pool/],
  [['fancy', '--replicas', '4'], /--replicas changes nothing here\s+It needs --strategy cluster or autoscale/],
  [['fancy', '--slots', '4'], /--slots changes nothing here\s+It needs --law/],
  [['loan', '--sleep'], /--sleep changes nothing here\s+It needs the model fancy/],
  [['--law', 'exp:5ms', '--max-batch', '4'], /--max-batch changes nothing here/],
])('serve %j is refused', async (args, message) => {
  const { code, stderr } = await rampart(['serve', '--port', '0', ...args]);
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
});

it.each(['global', 'cluster', 'autoscale'])(
  'a port that is taken is told by %s, which leaves nothing behind',
  async (strategy) => {
    served = await serve('fancy', '--sleep', '--admin-port', '0');
    const port = new URL(served.url).port;
    const taken = await rampart(['serve', 'fancy', '--strategy', strategy, '--port', port]);
    expect(taken.stderr).toContain(`cannot listen on port ${port} of 127.0.0.1: it is already in use`);
    expect(taken.code).toBe(2);
    const both = await rampart(['serve', 'fancy', '--strategy', strategy, '--port', '0', '--admin-port', port]);
    expect(both.stderr).toContain('it is already in use');
    expect(both.code).toBe(2);
  },
);
