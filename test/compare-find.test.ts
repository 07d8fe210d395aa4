import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freePort } from '../bench/port.ts';
import type { DeploymentComparison } from '../src/core/deployments.ts';
import { CLI, rampart, temporaryFolder } from './command.ts';

/** Two workers each; the slowed one sustains a quarter of the other, which no busy machine hides. */
const SERVED = { fast: 'fixed:20ms', slow: 'fixed:80ms' };

describe('deployments compared by what they sustain', () => {
  it('says which sustains more, what a request costs, and where it measured all of them', async () => {
    const port = await freePort();
    const out = join(temporaryFolder(), 'out');
    const serve = (law: string): string =>
      `exec "${process.execPath}" "${CLI}" serve --law ${law} --slots 2 --port ${port}`;
    const { code, stdout, stderr } = await rampart([
      ...['compare', '--find', `http://127.0.0.1:${port}/predict`, '-b', '{}', '-o', out, '--margin', '20%'],
      ...['--deployment', `fast=${serve(SERVED.fast)}`, '--deployment', `slow=${serve(SERVED.slow)}`],
      ...['--cost', 'fast=0.2/h', '--cost', 'slow=0.1/h', '--slo', 'p95<400ms', '--budget', '6s'],
      // Users who wait: a machine that is busy makes them late, and voids nothing.
      ...['--vus', '2', '-d', '2s'],
    ]);
    expect(stderr).toMatch(/search, round 5 of 5: fast \S+; slow \S+/);
    expect(stderr).toMatch(/common load, round 5 of 5: fast p95 \S+/);
    expect(stdout).toMatch(/^slow sustains less than fast: −\d+ %\./);
    // Between named deployments a person chooses.
    expect(code).toBe(0);
    const { deployments, changes, commonLoad, slos } = JSON.parse(
      readFileSync(join(out, 'comparison.json'), 'utf8'),
    ) as DeploymentComparison;
    expect(slos).toEqual(['p95<400ms']);
    expect(commonLoad).toEqual({ load: 2, unit: 'vus', chosen: false });
    expect(changes[0]?.metrics.find(({ name }) => name === 'breaking point')?.verdict).toBe('regression');
    expect(changes[0]?.metrics.find(({ name }) => name === 'p95')?.verdict).toBe('regression');
    const [fast, slow] = deployments;
    // Two slots of 20 ms take 100 requests per second at most, of 80 ms 25; nothing sustains more than it can.
    expect(fast?.breakingPoint?.estimate).toBeLessThan(120);
    expect(slow?.breakingPoint?.estimate).toBeLessThan(30);
    expect(slow?.p95?.estimate).toBeGreaterThanOrEqual(80);
    for (const one of deployments) {
      expect(one.searches).toHaveLength(5);
      const perHour = 3_600 * (one.breakingPoint?.estimate ?? 0);
      expect(one.costPerMillion?.estimate).toBeCloseTo((1e6 * (one.costPerHour ?? 0)) / perHour, 6);
      if (process.platform === 'linux') expect(one.cpu?.cores).toBeGreaterThan(0);
      for (const { from } of [...one.searches, ...one.runs]) expect(existsSync(join(from, 'report.html'))).toBe(true);
    }
    expect(readFileSync(join(out, 'comparison.md'), 'utf8')).toContain('### slow against fast');
    expect(readFileSync(join(out, 'comparison.html'), 'utf8')).toContain('breaking point, 1/s over cost of an hour');
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
  }, 600_000);
});
