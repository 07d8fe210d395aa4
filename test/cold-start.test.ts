import { expect, it } from 'vitest';
import { measured } from './command.ts';
import { afterEachAttempt, undisturbed } from './disturbed.ts';
import { httpTarget, type TestTarget } from './target.ts';

const targets: TestTarget[] = [];
afterEachAttempt(async () => {
  for (const target of targets.splice(0)) await target.close();
});

/** As a model that is loaded with the first request: whoever comes meanwhile waits for it. */
async function coldTarget(): Promise<string> {
  let first: number | null = null;
  const target = await httpTarget((_request, response) => {
    first ??= Date.now();
    setTimeout(() => response.end('ok'), Math.max(10, first + 2_500 - Date.now()));
  });
  targets.push(target);
  return target.url;
}

it(
  'tells of a target whose first responses are slow, and of none once they are left out',
  undisturbed(async () => {
    // Both at once, and asleep between requests: neither takes a core from the other.
    const load = ['--rate', '40/s', '-d', '14s', '--timing', 'relaxed'];
    const [{ result }, warm] = await Promise.all([
      measured(['run', await coldTarget(), ...load]),
      measured(['run', await coldTarget(), ...load, '--warmup', '4s']),
    ]);
    const cold = result.verdict.doubts.find(({ code }) => code === 'cold-start');
    expect(cold?.message).toContain('The start was slower than all that came after it');
    expect(cold?.hint).toMatch(/--warmup [345]s/);
    expect(warm.result.verdict.doubts.map(({ code }) => code)).not.toContain('cold-start');
  }),
);
