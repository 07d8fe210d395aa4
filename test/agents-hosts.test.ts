import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { RunResult } from '../src/core/result.ts';
import { CLI, temporaryFolder } from './command.ts';
import { skipFor } from './skip.ts';

/** Controller, NATS, target and agents on hosts of their own: network namespaces. */

const SCRIPT = fileURLToPath(new URL('several-hosts.mjs', import.meta.url));

interface Ran {
  readonly name: string;
  readonly code: number | null;
  /** Requests that the target had. */
  readonly counted: number;
  readonly result: RunResult | null;
  readonly said: string;
}

function runsOnHosts(): Promise<readonly Ran[]> {
  const child = spawn('unshare', ['-rmn', process.execPath, SCRIPT, CLI, temporaryFolder()]);
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  return new Promise((resolve, reject) =>
    child.once('close', (code) => (code === 0 ? resolve(JSON.parse(said.stdout)) : reject(new Error(said.stderr)))),
  );
}

it('one, two and four agents on hosts of their own make the load of one process; a link that is cut and mended costs nothing', async (context) => {
  if (spawnSync('unshare', ['-rmn', 'true']).status !== 0) skipFor(context, 'no network namespaces here');
  const runs = await runsOnHosts();
  expect(runs.map(({ said }) => said).join('')).toBe('');
  const [single, ...others] = runs as readonly (Ran & { readonly result: RunResult })[];
  const counts = ({ result: { totals, latency }, counted }: Ran & { readonly result: RunResult }) => [
    ...[counted, totals.sent, totals.ok + (totals.leftOut ?? 0)],
    latency.response.count + (totals.leftOut ?? 0),
  ];
  for (const run of runs) expect([0, 5], run.name).toContain(run.code);
  const cut = others.pop();
  if (single === undefined || cut === undefined) throw new Error('runs are missing');
  // The same seed, the same arrivals, however many make them.
  for (const run of others) {
    expect([run.name, ...counts(run)]).toEqual([run.name, ...counts(single)]);
    // The target takes 50 ms.
    expect(Math.abs((run.result.latency.response.p50 ?? 0) - 50), run.name).toBeLessThan(40);
  }
  expect(others.map(({ result }) => result.run.agents?.each.length)).toEqual([1, 2, 4]);
  expect(counts(cut)).toEqual([240, 240, 240, 240]);
  expect(cut.result.run.ending).toBe('completed');
});
