import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freePort } from '../bench/port.ts';
import type { DeploymentComparison } from '../src/core/deployments.ts';
import { CLI, rampart, temporaryFolder } from './command.ts';

/** Two workers each; the slowed one sustains a quarter of the other, which no busy machine hides. */
const SERVED = { fast: 'fixed:10ms', slow: 'fixed:40ms' };

/** Whether the machine let all searches and runs say something. */
const isWhole = (deployments: DeploymentComparison['deployments']): boolean =>
  deployments.every(({ searches, runs }) => runs.length === 5 && searches.every(({ estimate }) => estimate !== null));

describe('deployments compared by what they sustain', () => {
  it('says which sustains more, what a request costs, and where it measured all of them', async ({ task }) => {
    const port = await freePort();
    const out = join(temporaryFolder(), 'out');
    const serve = (law: string): string =>
      `exec "${process.execPath}" "${CLI}" serve --law ${law} --slots 2 --port ${port}`;
    const compare = async () => {
      const { code, stdout, stderr } = await rampart([
        ...['compare', '--find', `http://127.0.0.1:${port}/predict`, '-b', '{}', '-o', out, '--overwrite'],
        ...['--deployment', `fast=${serve(SERVED.fast)}`, '--deployment', `slow=${serve(SERVED.slow)}`],
        ...['--cost', 'fast=0.2/h', '--cost', 'slow=0.1/h', '--slo', 'p95<300ms', '--budget', '6s', '--unit', 'vus'],
        // Users who wait: a machine that is busy makes them late, and voids nothing.
        ...['--vus', '2', '-d', '3s', '--margin', '20%'],
      ]);
      // Whatever came of it, nothing that was started is left.
      await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
      const compared = JSON.parse(readFileSync(join(out, 'comparison.json'), 'utf8')) as DeploymentComparison;
      return { code, stdout, stderr, ...compared };
    };
    let { code, stdout, stderr, deployments, changes, commonLoad, slos, doubts } = await compare();
    // A machine that is too busy to measure must be said to be, and nothing else; of the deployments it says nothing.
    const unfit = (): void => expect(doubts.join()).toMatch(/said nothing of the deployments|found no breaking point/);
    if (!isWhole(deployments)) {
      unfit();
      task.meta.repeated = doubts.join(' ');
      ({ code, stdout, stderr, deployments, changes, commonLoad, slos, doubts } = await compare());
    }
    if (!isWhole(deployments)) return unfit();
    expect(stderr).toMatch(/^search, round 1 of 5/);
    // Searches of six seconds are rough as a rule, and then decide nothing of breaking points; of capacities they do.
    expect(stdout).toMatch(/^(slow sustains less than fast: −\d+ %\.|Undecided whether slow sustains more)/);
    // Between named deployments a person chooses.
    expect(code).toBe(0);
    expect(slos).toEqual(['p95<300ms']);
    expect(commonLoad).toEqual({ load: 2, unit: 'vus', chosen: false });
    expect(changes[0]?.metrics.find(({ name }) => name === 'capacity')?.verdict).toBe('regression');
    expect(changes[0]?.metrics.find(({ name }) => name === 'p95')?.verdict).toBe('regression');
    const [fast, slow] = deployments;
    // Two slots of 10 ms take 200 requests per second at most, of 40 ms 50; nothing sustains more than it can.
    expect(fast?.capacity?.estimate).toBeLessThan(240);
    expect(slow?.capacity?.estimate).toBeLessThan(60);
    expect(slow?.p95?.estimate).toBeGreaterThanOrEqual(40);
    for (const one of deployments) {
      expect(one.searches).toHaveLength(5);
      // No level of users may have passed for sure in so short a search; then no cost is made up.
      expect(one.costPerMillion?.estimate ?? 1).toBeGreaterThan(0);
      if (process.platform === 'linux') expect(one.cpu?.cores).toBeGreaterThan(0);
      for (const { from } of [...one.searches, ...one.runs]) expect(existsSync(join(from, 'report.html'))).toBe(true);
    }
    expect(readFileSync(join(out, 'comparison.md'), 'utf8')).toContain('### slow against fast');
    expect(readFileSync(join(out, 'comparison.html'), 'utf8')).toContain('breaking point, users over cost of an hour');
  }, 600_000);
});
