import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { measured, rampart, start, temporaryFolder } from './command.ts';
import { afterEachAttempt, undisturbed } from './disturbed.ts';
import { fixedTarget, httpTarget, rawTarget, type TestTarget } from './target.ts';

/** How commands end: every exit code of the product page, and what a person is told. */

let target: TestTarget | null = null;
afterEachAttempt(async () => {
  await target?.close();
  target = null;
});

describe('exit code 0 and 3: thresholds', () => {
  it(
    'passes and fails by what was measured',
    undisturbed(async () => {
      target = await fixedTarget(20);
      const load = ['run', target.url, '--vus', '10', '-d', '2s'];
      const good = await rampart([
        ...load,
        '--threshold',
        'p95<250ms',
        '--threshold',
        'errors<1%',
        '--threshold',
        'achieved>95/s',
      ]);
      expect(good.code).toBe(0);
      expect(good.stdout).toContain('All 3 thresholds held.');
      const bad = await rampart([...load, '--threshold', 'p95<10ms', '--threshold', 'errors<1%']);
      expect(bad.code).toBe(3);
      expect(bad.stdout).toMatch(/p95 was \d+(\.\d+)? ms, over the limit of 10 ms/);
    }),
  );

  it(
    'passes loudly where it is not sure, and fails with --strict',
    undisturbed(async () => {
      target = await fixedTarget(1);
      // None of 100 is no proof of less than 1 %.
      const load = ['run', target.url, '--rate', '50/s', '-d', '2s', '--threshold', 'errors<1%'];
      const said = 'not sure: errors were 0 % (0 % to 3.7 %), and 1 % lies within that';
      const open = await rampart(load);
      expect(open.code).toBe(0);
      expect(open.stdout).toContain('Not sure whether errors stay under 1 %: they were 0 % (0 % to 3.7 %).');
      expect(open.stdout).toContain(said.slice(0, 40));
      const json = await rampart([...load, '--json', '-q']);
      expect(json.stderr).toContain(said);
      expect(JSON.parse(json.stdout).verdict.checks[0]).toMatchObject({ status: 'passed', outcome: 'not-sure' });
      const strict = await rampart(load, { env: { RAMPART_STRICT: 'true' } });
      expect(strict.code).toBe(3);
      const probe = await rampart(['probe', target.url, '--threshold', 'errors<1%', '--strict']);
      expect(probe.code).toBe(3);
      expect(probe.stdout).toContain('381 requests would tell (-n)');
    }),
  );

  it('adds the result to the summary of the job, where there is one', async () => {
    target = await fixedTarget(1);
    const path = join(temporaryFolder(), 'summary');
    writeFileSync(path, 'before\n');
    const load = ['run', target.url, '--vus', '2', '-n', '200', '--threshold', 'p95<1s'];
    const { stderr } = await rampart(load, { env: { GITHUB_STEP_SUMMARY: path } });
    const summary = readFileSync(path, 'utf8');
    expect(summary).toMatch(/^before\n## /);
    expect(summary).toContain('p95<1s');
    expect(stderr).not.toContain('GITHUB_STEP_SUMMARY');
    const gone = await rampart(load, { env: { GITHUB_STEP_SUMMARY: '/does/not/exist' } });
    expect(gone.stderr).toContain("the job's summary (GITHUB_STEP_SUMMARY) could not be written: ENOENT");
    expect([0, 5]).toContain(gone.code);
  });

  it(
    'counts a failure as infinitely slow',
    undisturbed(async () => {
      let n = 0;
      target = await httpTarget((_request, response) => response.writeHead(n++ % 10 === 0 ? 500 : 200).end());
      const { code, result } = await measured(['run', target.url, '--vus', '2', '-n', '500', '--threshold', 'p95<1s']);
      expect(code).toBe(3);
      expect(result.latency.responseWithFailures.p95).toBeNull();
      expect(result.latency.response.p95).not.toBeNull();
      expect(result.verdict.checks[0]).toMatchObject({ status: 'failed', actual: null });
    }),
  );
});

// All else that is refused: `src/cli/usage.test.ts`.
describe('exit code 2: bad input', () => {
  const url = 'http://127.0.0.1:9/';
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'broken.json'), '{"a":1,}');
  it.each<[string, string[], RegExp]>([
    ['an unknown flag', ['run', url, '--vuss', '3'], /Did you mean --vus/],
    ['a body file that is no JSON', ['run', url, '--body-file', join(folder, 'broken.json')], /broken\.json/],
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
    expect(result.totals.ok).toBe(0);
    expect(result.totals.byOutcome.reset).toBe(result.totals.sent);
  });
});

describe('a target that answers, but never to the end', () => {
  it(
    'ends with 3 where a threshold broke: there was contact',
    undisturbed(async () => {
      target = await rawTarget((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npartial'));
      const load = ['--vus', '2', '-n', '50', '--threshold', 'errors<1%'];
      const { code, result } = await measured(['run', target.url, ...load]);
      expect([code, result.verdict.status]).toEqual([3, 'failed']);
      expect(result.totals.byStatus).toEqual({ '200': 50 });
      expect(result.failures[0]?.message).toContain('in the middle');
    }),
  );

  const ENDLESS = 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx';
  it.each([
    ['streams without end', ENDLESS, ['run', '-d', '1s', '--graceful-stop', '200ms'], 'had not ended'],
    ['is slower than the run', '', ['run', '-d', '1s', '--graceful-stop', '200ms'], 'still waiting'],
    ['streams without end, probed', ENDLESS, ['probe', '-n', '3', '--timeout', '500ms'], 'did not end in time'],
  ])('ends with 5 and says why: one that %s', async (_, words, [command = '', ...flags], says) => {
    target = await rawTarget((socket) => words !== '' && socket.write(words));
    const { code, result } = await measured([command, target.url, ...flags]);
    expect([code, result.totals.ok]).toEqual([5, 0]);
    expect(result.verdict.doubts[0]?.message).toContain(says);
  });
});

describe('exit code 5: invalid', () => {
  it('where the offered rate was not met', async () => {
    target = await fixedTarget(500);
    const { code, result } = await measured(['run', target.url, '--rate', '100/s', '--max-in-flight', '5', '-d', '2s']);
    expect(code).toBe(5);
    expect(result.totals.dropped).toBeGreaterThan(100);
    expect(result.totals.offered).toBe(200);
    expect(result.verdict.doubts.map((doubt) => doubt.code)).toContain('rate-not-met');
  });

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
    expect(result.totals.ok).toBe(target.received());
    expect(result.totals.sent).toBe(target.received());
    expect(readFileSync(join(cwd, 'here/report.html'), 'utf8')).toContain('<!doctype html>');
  });

  it('ends at once at the second Ctrl-C', async () => {
    target = await httpTarget(() => {});
    const run = start(['run', target.url, '--vus', '1', '-d', '60s', '--graceful-stop', '60s', '--no-preflight']);
    await run.shown('0:01');
    run.kill('SIGINT');
    await run.shown('Ctrl-C again');
    // Sooner it is the same wish, said twice.
    await sleep(700);
    run.kill('SIGINT');
    expect((await run.finished).code).toBe(130);
  });

  it('gives up answers that do not come within --graceful-stop, and counts them', async () => {
    target = await httpTarget(() => {});
    const { code, result } = await measured(['run', target.url, '--vus', '3', '-d', '1s', '--graceful-stop', '200ms']);
    // It was reached, and may only be slow.
    expect(code).toBe(5);
    expect(result.totals.byOutcome.aborted).toBe(3);
  });
});
