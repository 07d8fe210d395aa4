import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { counted, measured, rampart, start, temporaryFolder } from './command.ts';
import { afterEachAttempt, undisturbed } from './disturbed.ts';
import { fixedTarget, httpTarget, rawTarget, type TestTarget } from './target.ts';

/** How commands end, and what a person is told: the exit codes of the product page but for those by thresholds. */

let target: TestTarget | null = null;
afterEachAttempt(async () => {
  await target?.close();
  target = null;
});

// All else that is refused: `src/cli/usage.test.ts`.
describe('exit code 2: bad input', () => {
  const url = 'http://127.0.0.1:9/';
  const folder = temporaryFolder();
  it.each<[string, string[], RegExp]>([
    ['an unknown flag', ['run', url, '--vuss', '3'], /Did you mean --vus/],
    ['a run that is none', ['report', folder], /journal/],
  ])('for %s', async (_, args, says) => {
    const { code, stderr, stdout } = await rampart(args);
    expect(stderr + stdout).toMatch(says);
    expect(stderr).not.toContain('    at ');
    expect(code).toBe(2);
  });
});

describe('exit code 4: unreachable', () => {
  it('says which address and which error, at once', async () => {
    target = await fixedTarget(0);
    const { url, port } = target;
    await target.close();
    const { code, stderr } = await rampart(['run', url, '-d', '10s']);
    expect(code).toBe(4);
    expect(stderr).toContain(`127.0.0.1:${port}`);
    expect(stderr).toContain('ECONNREFUSED');
  });

  it('where the target accepts but never answers', async () => {
    target = await rawTarget((socket) => socket.destroy());
    const { code, result } = await measured(['run', target.url, '--vus', '2', '-d', '1s']);
    expect(code).toBe(4);
    const { ok, sent, byOutcome, leftOut = 0 } = result.totals;
    expect(ok).toBe(0);
    // One that was under way while the machine stood still is left out, and one reset before it was open was never connected.
    expect((byOutcome.reset ?? 0) + (byOutcome['connect-error'] ?? 0) + leftOut).toBe(sent);
    expect(byOutcome.reset).toBeGreaterThan(0);
  });
});

describe('a target that answers, but never to the end', () => {
  const ENDLESS = 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx';
  for (const [what, words, [command, ...flags], says] of [
    ['streams without end', ENDLESS, ['run', '-d', '1s', '--graceful-stop', '200ms'], 'had not ended'],
    ['is slower than the run', '', ['run', '-d', '1s', '--graceful-stop', '200ms'], 'still waiting'],
    ['streams without end, probed', ENDLESS, ['probe', '-n', '3', '--timeout', '500ms'], 'did not end in time'],
  ] as const)
    it(
      `ends with 5 and says why: one that ${what}`,
      undisturbed(async () => {
        target = await rawTarget((socket) => words !== '' && socket.write(words));
        const { code, result } = await measured([command, target.url, ...flags]);
        expect([code, result.totals.ok]).toEqual([5, 0]);
        expect(result.verdict.doubts[0]?.message).toContain(says);
      }),
    );
});

describe('exit code 5: invalid', () => {
  it(
    'where the offered rate was not met',
    undisturbed(async () => {
      target = await fixedTarget(500);
      const { code, result } = await measured([
        'run',
        target.url,
        '--rate',
        '100/s',
        '--max-in-flight',
        '5',
        '-d',
        '2s',
      ]);
      expect(code).toBe(5);
      expect(result.totals.dropped).toBeGreaterThan(100);
      expect(result.totals.offered).toBe(200);
      expect(result.verdict.doubts.map((doubt) => doubt.code)).toContain('rate-not-met');
    }),
  );

  it('where a threshold has too few samples', async () => {
    target = await fixedTarget(0);
    const { code, result } = await measured(['run', target.url, '--vus', '1', '-n', '50', '--threshold', 'p99<1s']);
    expect(code).toBe(5);
    expect(result.latency.response.p99).toBeNull();
  });
});

describe('exit code 130: interrupted', () => {
  it('stops, waits for the answers, and writes the report first', async () => {
    target = await fixedTarget(300);
    const cwd = temporaryFolder();
    const run = start(['run', target.url, '--vus', '5', '-d', '60s', '-o', 'here', '--no-preflight'], { cwd });
    await run.shown('0:02');
    run.kill('SIGINT');
    const { code, stdout } = await run.finished;
    expect(code).toBe(130);
    expect(stdout).toContain('nterrupted');
    const result = JSON.parse(readFileSync(join(cwd, 'here/result.json'), 'utf8'));
    expect(result.run.ending).toBe('interrupted');
    // What a standstill of this machine has left out was sent, and received.
    expect(counted(result.totals).ok).toBe(target.received());
    expect(result.totals.sent).toBe(target.received());
    expect(readFileSync(join(cwd, 'here/report.html'), 'utf8')).toContain('<!doctype html>');
  });

  it('ends at once at the second Ctrl-C', async () => {
    target = await httpTarget(() => {});
    const run = start(['run', target.url, '--vus', '1', '-d', '60s', '--graceful-stop', '60s', '--no-preflight']);
    await run.shown('0:01');
    run.kill('SIGINT');
    await run.shown('Ctrl-C again');
    // Sooner the second says the same thing again.
    await sleep(700);
    run.kill('SIGINT');
    expect((await run.finished).code).toBe(130);
  });

  it(
    'gives up answers that do not come within --graceful-stop, and counts them',
    undisturbed(async () => {
      target = await httpTarget(() => {});
      const { code, result } = await measured([
        'run',
        target.url,
        '--vus',
        '3',
        '-d',
        '1s',
        '--graceful-stop',
        '200ms',
      ]);
      // It was reached, and may only be slow.
      expect(code).toBe(5);
      expect(result.totals.byOutcome.aborted).toBe(3);
    }),
  );
});
