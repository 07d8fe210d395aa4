import { describe, expect, it } from 'vitest';
import { measured, rampart } from './command.ts';
import { afterEachAttempt, undisturbed } from './disturbed.ts';
import { fixedTarget, lawTarget, type TestTarget } from './target.ts';

/** Runs that go on until a percentile is known. */

let target: TestTarget | null = null;
afterEachAttempt(async () => {
  await target?.close();
  target = null;
});

describe('rampart run --until', () => {
  // Of a slow target: a share of its response time is far more than what a busy machine adds.
  it(
    'ends long before its duration where the percentile is known',
    undisturbed(async () => {
      // Times that spread: where all are alike, a drift of the machine by the width of a bucket is all that there is to see.
      target = await lawTarget('uniform:150ms-250ms');
      const { code, result } = await measured([
        'run',
        target.url,
        '--rate',
        '50/s',
        '--until',
        'p50±20%',
        '-d',
        '100s',
      ]);
      expect([0, 5]).toContain(code);
      expect(result.run.ending).toBe('completed');
      expect(result.until).toMatchObject({ asked: 'p50±20%', reached: true });
      expect(result.until?.above).toBeLessThanOrEqual(0.25);
      expect(result.totals.durationMs).toBeGreaterThan(20_000);
      expect(result.totals.durationMs).toBeLessThan(90_000);
    }),
    330_000,
  );

  it('says what it would have taken where it is not', async () => {
    target = await fixedTarget(20);
    const { stdout } = await rampart(['run', target.url, '--rate', '50/s', '--until', 'p99+-0.1%', '-d', '4s']);
    expect(stdout).toContain('The load ended before p99+-0.1% was reached');
  });
});
