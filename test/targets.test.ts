import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { RunResult } from '../src/core/result.ts';
import { counted, rampart, resultOf, temporaryFolder } from './command.ts';
import { afterEachAttempt, undisturbed } from './disturbed.ts';
import { echoTarget } from './target.ts';

/** Load on two targets at once, by the built command. */

const endings: (() => Promise<void>)[] = [];
afterEachAttempt(async () => {
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

it(
  'have a set-up each, and a search over both, whose answer names what breaks first',
  undisturbed(async () => {
    const [stable, canary] = [await target(), await target()];
    const cwd = temporaryFolder();
    writeFileSync(
      join(cwd, 'ab.yaml'),
      `targets: [stable=3@${origin(stable)}, canary=1@${origin(canary)}]
setup:
  - { path: /ready }
  - { path: /load, target: canary, method: POST }
teardown:
  - { path: /unload, target: canary, method: POST }
requests: [{ name: predict, path: /predict }]
`,
    );
    const limits = ['--slo', 'p95{target=stable}<10s', '--slo', 'p95{target=canary}<1us'];
    const budget = ['--budget', '8s', '--max-rate', '80/s', '--threads', '1', '--seed', '5'];
    const { code, stdout, stderr } = await rampart(['find', 'ab.yaml', ...limits, ...budget, '-o', 'out'], { cwd });
    expect([0, 3, 5], stderr).toContain(code);
    resultOf(readFileSync(join(cwd, 'out', 'result.json'), 'utf8'));
    // No response takes less than a microsecond: there is no load at which the canary's limit holds.
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('p95{target=canary}<1us');
    expect(stable.got.filter((line) => line.startsWith('GET /ready '))).toHaveLength(1);
    for (const path of ['/load', '/unload'])
      expect(canary.got.filter((line) => line.startsWith(`POST ${path} `))).toHaveLength(1);
    expect(stable.got.some((line) => /load /.test(line))).toBe(false);
    const [own, other] = [stable, canary].map(
      ({ got }) => got.filter((line) => line.startsWith('GET /predict ')).length,
    );
    expect(Math.abs((own ?? 0) / (other ?? 1) - 3)).toBeLessThan(0.5);
  }),
);

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
