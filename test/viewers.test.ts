import { expect, it } from 'vitest';
import { CLI, taken } from './command.ts';
import { afterEachAttempt, undisturbed } from './disturbed.ts';
import { fixedTarget, type TestTarget } from './target.ts';
import { watched } from './viewers.ts';

let target: TestTarget | null = null;
afterEachAttempt(async () => {
  await target?.close();
  target = null;
});

/** With 1,500 of them, and 300 that do not read: see docs/reliability.md, and `bench/reliability/viewers.ts`. */
it(
  'shows its page to hundreds, and those that do not read hold up nobody',
  undisturbed(async () => {
    target = await fixedTarget(5);
    const args = ['run', target.url, '--rate', '50/s', '-d', '8s', '--threads', '1'];
    const { result, rss, published, readers, slow } = await watched(CLI, args, { readers: 300, slow: 60, slowFor: 5 });
    taken.push(result);
    expect(published).toBeGreaterThan(3);
    expect(readers).toEqual({ count: 300, complete: 300 });
    expect(slow).toMatchObject({ count: 60, caughtUp: 60 });
    // The load is what it would be without them.
    expect(result.totals).toMatchObject({ offered: 400, sent: 400, ok: 400, failed: 0, dropped: 0 });
    // Some 50 kB for each, beyond what a run takes by itself.
    expect(rss).toBeLessThan(300);
  }),
  60_000,
);
