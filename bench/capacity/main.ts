/**
 * `npm run capacity [-- --only pool,batch] [-- --budget 60s]`: asks `rampart find` for the capacity of each deployment of the
 * reference server, and writes what it said beside theory into `docs/capacity.md`. Cases that are left out keep their last result.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { RunResult } from '../../src/core/result.ts';
import { describeMachine, divideCores } from '../machine.ts';
import { freePort } from '../port.ts';
import { run, startServer } from '../process.ts';
import { rampart } from '../rampart.ts';
import { type DeploymentCase, deployments } from './deployments.ts';
import { capacityPage, lineOf, type Measured } from './page.ts';

const RESULTS = 'bench/capacity/measured.json';
const PAGE = 'docs/capacity.md';

const { values } = parseArgs({
  options: { only: { type: 'string' }, budget: { type: 'string', default: '60s' } },
});
const all = deployments();
const wanted = values.only?.split(',').map((name) => name.trim());
const unknown = wanted?.find((name) => !all.some((one) => one.name === name));
if (unknown !== undefined)
  throw new Error(`there is no case "${unknown}"; there are ${all.map(({ name }) => name).join('; ')}`);

const results = (existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : {}) as Record<string, Measured>;
for (const one of all.filter(({ name }) => wanted?.includes(name) ?? true)) {
  const measured = await measure(one);
  results[one.name] = measured;
  console.log(lineOf(one, measured));
  writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(PAGE, capacityPage(all, results));
}

/** A server that keeps a core busy has one of its own, where processes can be pinned; the search goes where there is room. */
async function measure({ name, serve, find, slo, asleep }: DeploymentCase): Promise<Measured> {
  const cores = asleep ? null : divideCores().server;
  const folder = mkdtempSync(join(tmpdir(), 'rampart-capacity-'));
  const port = await freePort();
  const argv = rampart('serve', 'fancy', ...serve, '--port', String(port));
  const server = await startServer({ argv, cores }, port, '/predict');
  try {
    const slos = [
      ...(slo.p95 === undefined ? [] : ['--slo', `p95<${slo.p95 * 1000}ms`]),
      ...(slo.errors === undefined ? [] : ['--slo', `errors<${slo.errors * 100}%`]),
    ];
    const search = rampart(
      ...['find', server.url, '--body', '{"text":"a load test"}', ...slos, ...find],
      ...['--budget', values.budget, '--quiet', '--json', '--out', join(folder, 'report')],
    );
    const { stdout } = await run({ argv: search, cores: null }, folder);
    const { breakingPoint } = JSON.parse(stdout) as RunResult;
    if (breakingPoint === undefined) throw new Error(`${name}: a result without a breaking point`);
    const { capacity, estimate, interval, criterion, status, levels, warnings } = breakingPoint;
    return {
      date: new Date().toISOString().slice(0, 10),
      machine: describeMachine(),
      budget: values.budget,
      status,
      capacity: capacity?.estimate ?? null,
      criterion,
      estimate,
      interval,
      levels: levels.length,
      voided: levels.filter(({ verdict }) => verdict === 'void').length,
      warnings: warnings.map(({ code }) => code),
    };
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
