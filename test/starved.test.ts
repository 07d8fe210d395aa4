import { afterEach, expect, it } from 'vitest';
import { measured } from './command.ts';
import { pooledTarget, type TestTarget } from './target.ts';

let target: TestTarget | null = null;
afterEach(async () => {
  await target?.close();
  target = null;
});

it.each([
  ['without a warm-up', []],
  ['begun in the warm-up', ['--warmup', '1s']],
])(
  'users that a target of eight connections leaves waiting are told, and the generator is not blamed: %s',
  async (_, more) => {
    target = await pooledTarget(8, 20);
    const { result } = await measured(['run', target.url, '--vus', '16', '-d', '4s', '--timeout', '30s', ...more]);
    const { verdict, latency, totals } = result;
    const codes = verdict.doubts.map(({ code }) => code);
    expect(codes).toContain('starved-users');
    // On a busy machine they may have been idle for a little, but not half of them all the time.
    expect(verdict.doubts.find(({ code }) => code === 'hidden-idle')?.invalidates ?? false).toBe(false);
    const starved = verdict.doubts.find(({ code }) => code === 'starved-users');
    expect(starved?.message).toMatch(/^8 of 16 virtual users waited for one response for more than half of the run/);
    // They had their response when the others had gone, or none; either way they count with how long it took.
    expect(latency.responseWithFailures.max).toBeGreaterThan(3_000);
    expect(latency.responseWithFailures.count).toBeGreaterThanOrEqual(totals.ok + (more.length > 0 ? 8 : 0));
    expect(latency.response.p50).toBeLessThan(1_000);
  },
);
