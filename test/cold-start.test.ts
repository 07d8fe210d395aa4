import { expect, it } from 'vitest';
import { measured } from './command.ts';
import { afterEachAttempt, undisturbed } from './disturbed.ts';
import { httpTarget, type TestTarget } from './target.ts';

let target: TestTarget | null = null;
afterEachAttempt(async () => {
  await target?.close();
  target = null;
});

it(
  'tells of a target whose first responses are slow, and of none once they are left out',
  undisturbed(async () => {
    let first: number | null = null;
    target = await httpTarget((_request, response) => {
      first ??= Date.now();
      // As a model that is loaded with the first request: whoever comes meanwhile waits for it.
      setTimeout(() => response.end('ok'), Math.max(10, first + 2_500 - Date.now()));
    });
    const { result } = await measured(['run', target.url, '--rate', '40/s', '-d', '14s']);
    const cold = result.verdict.doubts.find(({ code }) => code === 'cold-start');
    expect(cold?.message).toContain('The start was slower than all that came after it');
    expect(cold?.hint).toMatch(/--warmup [345]s/);
    first = null;
    const warm = await measured(['run', target.url, '--rate', '40/s', '-d', '14s', '--warmup', '4s']);
    expect(warm.result.verdict.doubts.map(({ code }) => code)).not.toContain('cold-start');
  }),
);
