import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../bench/port.ts';
import type { Comparison } from '../src/core/comparison.ts';
import { rampart, start, temporaryFolder } from './command.ts';
import { undisturbed } from './disturbed.ts';
import { httpTarget, type TestTarget } from './target.ts';

/** Two targets of which one takes twice as long, and so much that no busy machine hides it. */
const [BASE, HEAD] = [50, 100];
/** Users who wait for their responses: what a disturbed machine adds is small beside the margin. */
const LOAD = ['--vus', '2', '-d', '2s', '--margin', '25%'];

const answering = (ms: number): Promise<TestTarget> =>
  httpTarget((_, response) => {
    setTimeout(() => response.end('ok'), ms);
  });

const folder = temporaryFolder();
const out = join(folder, 'out');
/** The comparison that the first test left: its runs are those that no busy machine voided. */
const counted = (): Comparison => JSON.parse(readFileSync(join(out, 'comparison.json'), 'utf8')) as Comparison;
const metric = ({ metrics }: Comparison, name: string) => metrics.find((each) => each.name === name);

describe('two targets measured in turns', () => {
  let [base, head]: TestTarget[] = [];

  beforeAll(async () => {
    [base, head] = await Promise.all([answering(BASE), answering(HEAD)]);
  });
  afterAll(async () => {
    await Promise.all([base?.close(), head?.close()]);
  });

  it(
    'calls the slower one a regression, with exit code 3, and leaves the runs and what it said',
    undisturbed(async () => {
      const summary = join(temporaryFolder(), 'step.md');
      const { code, stdout, stderr } = await rampart(
        ['compare', base?.url ?? '', head?.url ?? '', ...LOAD, '--pairs', '5', '-o', out, '--overwrite'],
        { env: { GITHUB_STEP_SUMMARY: summary } },
      );
      expect(stderr).toMatch(/pair 5 of at most 5: base p95 \S+.*; head p95 \S+/);
      expect(stdout).toMatch(/^Regression: .*p50 rose by/);
      expect(code).toBe(3);
      const comparison = counted();
      expect(comparison).toMatchObject({ verdict: 'regression', paired: true, margin: 0.25 });
      const [low, high] = metric(comparison, 'p50')?.interval ?? [0, 0];
      expect(low).toBeGreaterThan(0.25);
      expect(high).toBeLessThan(1.6);
      const markdown = readFileSync(join(out, 'comparison.md'), 'utf8');
      expect(markdown).toContain('■ regression');
      // One summary, of the comparison: not one for each run.
      expect(readFileSync(summary, 'utf8').trim()).toBe(markdown.trim());
      expect(
        readdirSync(out).filter((name) => existsSync(join(out, name, 'report.html'))).length,
      ).toBeGreaterThanOrEqual(10);
    }),
  );

  it('compares the runs that it left again, and turned round', async () => {
    const runsOf = (side: 'base' | 'head') => counted()[side].runs.map(({ from }) => from);
    const again = await rampart(['compare', ...runsOf('base'), '--', ...runsOf('head'), '--margin', '25%', '--json']);
    expect(again.code).toBe(3);
    expect((JSON.parse(again.stdout) as Comparison).verdict).toBe('regression');
    const back = await rampart(['compare', ...runsOf('head'), '--', ...runsOf('base'), '--margin', '25%']);
    expect(back.stdout).toMatch(/^Improved: /);
    expect(back.code).toBe(0);
    const few = await rampart(['compare', runsOf('base')[0] ?? '', runsOf('head')[0] ?? '', '--strict']);
    expect(few.stdout).toMatch(/^Undecided: 5 runs of each side are needed at least/);
    expect(few.code).toBe(3);
  });

  it('keeps runs as a baseline, and holds others against it', async () => {
    const cwd = temporaryFolder();
    const baseline = (...args: string[]) => rampart(['baseline', ...args], { cwd });
    const runsOf = (side: 'base' | 'head') => counted()[side].runs.map(({ from }) => from);
    expect((await baseline('list')).stdout).toBe('no baseline in baselines\n');
    const saved = await baseline('save', 'main', ...runsOf('base'));
    expect(saved.stdout).toBe(`${join('baselines', 'main.baseline.json')}\n`);
    expect(saved.stderr).toBe('5 runs saved\n');
    expect((await baseline('save', 'main', ...runsOf('base'))).stderr).toMatch(/is there already/);
    writeFileSync(join(cwd, 'baselines', 'later.baseline.json'), '{"format": 7}');
    const list = await baseline('list');
    expect(list.stdout).toMatch(/^later {2}cannot be read\nmain {2}5 runs {2}2/);
    expect(list.stderr).toMatch(/later\.baseline\.json: a baseline of format 7, and this version reads format 1/);
    expect(list.code).toBe(2);
    expect((await baseline('show', 'main')).stdout.match(/p50 [\d.]+ ms/g)).toHaveLength(5);
    const worse = await baseline('check', 'main', ...runsOf('head'), '--margin', '25%');
    expect(worse.stdout).toMatch(/^Regression: .*p50 rose by/);
    expect(worse.code).toBe(3);
    const same = await baseline('check', 'main', ...runsOf('base'), '--margin', '25%', '--json');
    expect(same.code).toBe(0);
    const file = join(cwd, 'baselines', 'main.baseline.json');
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/"cores": \d+/g, '"cores": 96'));
    const other = await baseline('check', 'main', ...runsOf('head'));
    expect(other.code).toBe(2);
    expect(other.stderr).toMatch(/was measured on another machine: .*96 cores/);
    expect((await baseline('check', 'main', ...runsOf('head'), '--margin', '25%', '--force')).code).toBe(3);
    expect((await baseline('check', 'none', ...runsOf('head'))).stderr).toMatch(/there is no such baseline/);
    expect((await baseline('save', '../x', ...runsOf('head'))).stderr).toMatch(/is no name/);
  });

  it('refuses runs of different plans, the same run on both sides, and folders without runs', async () => {
    const other = join(folder, 'other');
    await rampart(['run', base?.url ?? '', '--rate', '10/s', '-d', '1s', '-q', '-o', other]);
    const run = counted().base.runs[0]?.from ?? '';
    const unlike = await rampart(['compare', run, other]);
    expect(unlike).toMatchObject({ code: 2, stdout: '' });
    expect(unlike.stderr).toMatch(/runs of different plans: the load.* differ/);
    expect((await rampart(['compare', run, other, '--force'])).code).not.toBe(2);
    expect((await rampart(['compare', run, run])).stderr).toMatch(/are the same run/);
    expect((await rampart(['compare', run, temporaryFolder()])).stderr).toMatch(/no run is in this folder/);
    expect((await rampart(['compare', run])).stderr).toMatch(/not said which runs are the base and which the head/);
    expect((await rampart(['compare', run, other, '--rate', '5/s'])).stderr).toMatch(
      /--rate says how targets are measured/,
    );
  });
});

describe('targets that are started for it', () => {
  it(
    'starts each for its run, ends it with all that it started, and says which is slower',
    undisturbed(async () => {
      const port = await freePort();
      const script = join(folder, 'server.mjs');
      writeFileSync(
        script,
        `import { createServer } from 'node:http';
       const [ms, port] = process.argv.slice(2).map(Number);
       console.log('starting');
       const server = createServer((_, response) => setTimeout(() => response.end('ok'), ms));
       // A model that takes a while to load.
       setTimeout(() => server.listen(port, '127.0.0.1'), 300);`,
      );
      // By a shell in between, as start scripts are.
      const line = (ms: number): string => `true && "${process.execPath}" "${script}" ${ms} ${port}; true`;
      const { code, stdout, stderr } = await rampart([
        ...['compare', `http://127.0.0.1:${port}/predict`, ...LOAD, '--pairs', '5', '-q'],
        ...['--base-cmd', line(HEAD), '--head-cmd', line(BASE)],
      ]);
      expect(stderr).toBe('');
      expect(stdout).toMatch(/^Improved: .*p50 fell by/);
      expect(code).toBe(0);
      await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
    }),
  );

  it('tells of one that dies, one that is never ready, and of somebody who answers there before', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/predict`;
    const asked = (line: string, ...more: string[]) =>
      rampart(['compare', url, '--base-cmd', line, '--head-cmd', line, '-d', '1s', ...more]);
    const dead = await asked('echo no such model >&2; exit 9');
    expect(dead.code).toBe(4);
    expect(dead.stderr).toMatch(/program ended \(exit code 9\) before .* was ready/);
    expect(dead.stderr).toContain('no such model');
    const never = await asked('sleep 30', '--wait-timeout', '1s');
    expect(never.code).toBe(4);
    expect(never.stderr).toMatch(/was not ready within 1 s: nothing answered/);
    const there = await answering(0);
    const taken = await rampart(['compare', there.url, '--base-cmd', 'sleep 30', '--head-cmd', 'sleep 30']);
    expect(taken.code).toBe(4);
    expect(taken.stderr).toMatch(/answers before the target is started/);
    await there.close();
  });

  it('ends what it started when it is interrupted', async () => {
    const port = await freePort();
    const line = `"${process.execPath}" -e "require('http').createServer((q,r)=>r.end('ok')).listen(${port},'127.0.0.1')"`;
    const command = start([
      ...['compare', `http://127.0.0.1:${port}/`, '--base-cmd', line, '--head-cmd', line],
      ...LOAD,
    ]);
    await command.shown('pair 1 of at most 10');
    command.kill('SIGINT');
    const { code, stdout } = await command.finished;
    expect(code).toBe(130);
    expect(stdout).toMatch(/^(Undecided|Nothing can be compared)/);
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
  });
});
