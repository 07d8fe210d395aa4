import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { measured, rampart, temporaryFolder } from './command.ts';
import { afterEachAttempt, undisturbed } from './disturbed.ts';
import { fixedTarget, httpTarget, rawTarget, type TestTarget } from './target.ts';

/** How a run ends that is held against thresholds: what was measured decides. */

let target: TestTarget | null = null;
afterEachAttempt(async () => {
  await target?.close();
  target = null;
});

/** ms. A generator may be held up for a tenth of a response time: on a busy machine more than that of a fast target. */
const SLOW = 500;

describe('exit code 0 and 3: thresholds', () => {
  it(
    'passes and fails by what was measured',
    undisturbed(async () => {
      target = await fixedTarget(SLOW);
      const load = ['run', target.url, '--vus', '150', '-d', '2s'];
      const good = await rampart([
        ...load,
        '--threshold',
        'p95<2s',
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
      target = await fixedTarget(SLOW);
      // None of 100 is no proof of less than 1 %.
      const load = ['run', target.url, '--vus', '50', '-n', '100', '--threshold', 'errors<1%'];
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
    }),
  );

  it(
    'says of a probe how many requests would tell',
    undisturbed(async () => {
      target = await fixedTarget(1);
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
      target = await httpTarget((_request, response) => {
        setTimeout(() => response.writeHead(n++ % 10 === 0 ? 500 : 200).end(), SLOW);
      });
      const load = ['--vus', '150', '-n', '500', '--threshold', 'p95<5s'];
      const { code, result } = await measured(['run', target.url, ...load]);
      expect(code).toBe(3);
      expect(result.latency.responseWithFailures.p95).toBeNull();
      expect(result.latency.response.p95).not.toBeNull();
      expect(result.verdict.checks[0]).toMatchObject({ status: 'failed', actual: null });
    }),
  );

  it(
    'ends with 3 where no response came to its end: there was contact',
    undisturbed(async () => {
      target = await rawTarget((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npartial'));
      const load = ['--vus', '2', '-n', '50', '--threshold', 'errors<1%'];
      const { code, result } = await measured(['run', target.url, ...load]);
      expect([code, result.verdict.status]).toEqual([3, 'failed']);
      expect(result.totals.byStatus).toEqual({ '200': 50 });
      expect(result.failures[0]?.message).toContain('in the middle');
    }),
  );
});
