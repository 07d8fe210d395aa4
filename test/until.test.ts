import { afterEach, describe, expect, it } from 'vitest';
import { measured, rampart } from './command.ts';
import { fixedTarget, type TestTarget } from './target.ts';

/** Runs that go on until a percentile is known. */

let target: TestTarget | null = null;
afterEach(async () => {
  await target?.close();
  target = null;
});

describe('rampart run --until', () => {
  it('ends long before its duration where the percentile is known', async () => {
    target = await fixedTarget(20);
    const { code, result } = await measured(['run', target.url, '--rate', '50/s', '--until', 'p50±20%', '-d', '5m']);
    expect([0, 5]).toContain(code);
    expect(result.run.ending).toBe('completed');
    expect(result.until).toMatchObject({ asked: 'p50±20%', reached: true });
    expect(result.until?.above).toBeLessThanOrEqual(0.25);
    expect(result.totals.durationMs).toBeGreaterThan(20_000);
    expect(result.totals.durationMs).toBeLessThan(200_000);
  });

  it('says what it would have taken where it is not', async () => {
    target = await fixedTarget(20);
    const { stdout } = await rampart(['run', target.url, '--rate', '50/s', '--until', 'p99+-0.1%', '-d', '8s']);
    expect(stdout).toContain('The load ended before p99+-0.1% was reached');
  });

  it('refuses what it cannot know, with what to write', async () => {
    const bad = await rampart(['run', 'http://127.0.0.1:9/', '--until', 'p95<5%']);
    expect(bad.code).toBe(2);
    expect(bad.stderr).toContain('--until: "p95<5%" is a threshold; write p95±5%');
    const search = await rampart(['find', 'http://127.0.0.1:9/'], { env: { RAMPART_UNTIL: 'p95±5%' } });
    expect(search.stderr).toContain('RAMPART_UNTIL does not apply to find');
    expect(search.stderr).toContain('--precision');
    const probe = await rampart(['probe', 'http://127.0.0.1:9/'], { env: { RAMPART_UNTIL: 'p95±5%' } });
    expect(probe.stderr).toContain('RAMPART_UNTIL does not apply to a probe');
  });
});
