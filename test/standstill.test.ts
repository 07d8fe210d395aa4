import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { RunResult } from '../src/core/result.ts';
import { start, temporaryFolder } from './command.ts';
import { fixedTarget, type TestTarget } from './target.ts';

let target: TestTarget | null = null;
afterEach(async () => {
  await target?.close();
  target = null;
});

/** Stops the whole process for two seconds, as a closed lid or a paused container does. */
async function stopped(load: readonly string[]): Promise<RunResult> {
  target = await fixedTarget(50);
  const folder = temporaryFolder();
  const run = start(['run', target.url, ...load, '-d', '6s', '--timeout', '1s', '-o', folder], { cwd: folder });
  await run.shown('0:02');
  run.kill('SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  run.kill('SIGCONT');
  await run.finished;
  return JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as RunResult;
}

it.each([
  ['virtual users', ['--vus', '5']],
  ['arrivals', ['--rate', '100/s']],
])('a tester that was stopped charges the target with nothing: %s', async (_, load) => {
  const { totals, failures, latency, generator, timeline, verdict } = await stopped(load);
  expect(failures).toEqual([]);
  expect(totals).toMatchObject({ failed: 0, ok: totals.sent - (totals.leftOut ?? 0) });
  expect(totals.leftOut).toBeGreaterThan(0);
  expect(latency.responseWithFailures.count).toBe(totals.ok);
  expect(latency.response.max).toBeLessThan(1_500);
  const longest = Math.max(...(generator.standstills ?? []).map(({ lastedMs }) => lastedMs));
  expect(longest).toBeGreaterThan(1_900);
  expect(timeline.filter(({ unfit }) => unfit).length).toBeGreaterThanOrEqual(2);
  expect(verdict.doubts.map(({ code }) => code)).toContain('stood-still');
});
