import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, it } from 'vitest';
import { CLI, temporaryFolder } from './command.ts';
import { fixedTarget, type TestTarget } from './target.ts';

/** How V8 treats the memory of a load thread. */

let target: TestTarget | null = null;
afterEach(async () => {
  await target?.close();
  target = null;
});

// V8 looks for the first time eight seconds after a thread's start.
it('is never made smaller under way, as that of a thread that idles', async () => {
  target = await fixedTarget(20);
  const flags = ['--vus', '1', '--threads', '1', '-d', '12s', '--quiet', '--out', join(temporaryFolder(), 'run')];
  const traced = ['--trace-gc', '--trace-gc-verbose', CLI, 'run', target.url, ...flags];
  // What the run was worth is another matter.
  const { stdout } = await promisify(execFile)(process.execPath, traced).catch((error: { stdout: string }) => error);
  const isolatesIn = (what: string): string[] => [
    ...new Set([...stdout.matchAll(new RegExp(`^\\[\\d+:(0x\\w+)\\].*${what}`, 'gm'))].map(([, one]) => one ?? '')),
  ];
  const [main, load, ...others] = isolatesIn('Scavenge');
  expect([main, load]).not.toContain(undefined);
  expect(others).toEqual([]);
  expect(isolatesIn('Memory reducer')).not.toContain(load);
}, 120_000);
