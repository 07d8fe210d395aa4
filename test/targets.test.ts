import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { RunResult } from '../src/core/result.ts';
import { counted, rampart, temporaryFolder } from './command.ts';
import { echoTarget } from './target.ts';

/** Load on two targets at once, by the built command. */

const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
});

async function target() {
  const listening = await echoTarget(createServer({ keepAliveTimeout: 60_000 }));
  endings.push(() => listening.close());
  return listening;
}

const origin = ({ url }: { readonly url: string }): string => new URL(url).origin;

it('is told of each and of both, in all that a run leaves', async () => {
  const [stable, canary] = [await target(), await target()];
  const cwd = temporaryFolder();
  const targets = [`stable=3@${origin(stable)}/v1`, `canary=1@${origin(canary)}/v2`].flatMap((one) => [
    '--target',
    one,
  ]);
  const load = ['--vus', '4', '--requests', '400', '--threads', '2', '--seed', '5'];
  const thresholds = ['--threshold', 'errors{target=canary}<1%', '--threshold', 'p50{GET /v1}<60s'];
  const { code, stdout, stderr } = await rampart(['run', ...targets, ...load, ...thresholds, '-o', 'out'], { cwd });
  expect([0, 5]).toContain(code);
  expect(stderr).toMatch(/^Targets: stable http:\S+ 75 %, canary http:\S+ 25 %$/m);
  const read = (name: string): string => readFileSync(join(cwd, 'out', name), 'utf8');
  const { series, tags = {}, totals, verdict, targetRatios } = JSON.parse(read('result.json')) as RunResult;
  expect(Object.keys(series)).toEqual(['GET /v1 @stable', 'GET /v2 @canary']);
  const [own, other] = ['target=stable', 'target=canary'].map((name) => counted((tags[name] as RunResult).totals).ok);
  expect((own ?? 0) + (other ?? 0)).toBe(counted(totals).ok);
  // Each of four users keeps to the weights in every four of its passes; its last ones may be cut short.
  expect(Math.abs((other ?? 0) - 100)).toBeLessThan(12);
  expect(canary.got.filter((line) => line.startsWith('GET /v2 ')).length).toBeGreaterThanOrEqual(other ?? 0);
  expect(stable.got.some((line) => line.startsWith('GET /v2 '))).toBe(false);
  expect(verdict.checks.map(({ outcome }) => outcome)).not.toContain('broken');
  expect(targetRatios?.base).toBe('stable');
  expect(stdout).toContain('canary beside stable: p50 ');
  expect(read('stats.csv')).toContain('tag,target=canary,');
  expect(read('junit.xml')).toContain('canary beside stable');
  expect(read('summary.md')).toContain('canary beside stable');
  expect(read('report.html')).toContain('Targets and tags');
  const again = await rampart(['report', 'out', '-o', 'again'], { cwd });
  expect(again.code).toBe(code);
  expect(JSON.parse(readFileSync(join(cwd, 'again', 'result.json'), 'utf8')).tags).toEqual(tags);
});

it('ends before any load where one of them is not right, and names it', async () => {
  const [stable, canary] = [await target(), await target()];
  await endings.pop()?.();
  const { code, stderr } = await rampart([
    'run',
    '--target',
    `a=${stable.url}`,
    '--target',
    `b=${canary.url}`,
    '-d',
    '1s',
    '--vus',
    '1',
  ]);
  expect(code).toBe(4);
  expect(stderr).toContain(`nothing answers at ${new URL(canary.url).host}`);
  expect(stable.got).toEqual([]);
});
