/**
 * What a change costs: CPU per request of this build beside another one's, `npm run bench:builds -- <the other checkout>`. Both load
 * one nginx in the same moments, from one core that they share. What disturbs the machine disturbs both: their ratio is steady to a
 * few per cent, where two runs of one build, one after the other, differ by a third.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BODY, CONNECTIONS, withSpread } from './cost.ts';
import { describeMachine, divideCores, loadBefore } from './machine.ts';
import { run } from './process.ts';
import { findRampart, invokeRampart } from './rampart.ts';
import { meanRatio } from './statistics.ts';
import { toText } from './table.ts';
import { startNginx } from './targets.ts';

/** Length of a run, s; and of the one that is taken from it, so that starts and reports fall out. */
const LONG = 6;
const SHORT = 2;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '8' } },
});
const [checkout] = positionals;
const rounds = Number(values.rounds);
if (checkout === undefined || positionals.length > 1 || !Number.isInteger(rounds) || rounds < 2) {
  process.stderr.write('usage: npm run bench:builds -- <a checkout that is built> [--rounds 8, at least 2]\n');
  process.exit(2);
}
const other = join(checkout, 'dist/bin/cli.js');
if (!existsSync(other)) {
  process.stderr.write(`${other} is not there: npm run build in ${checkout} makes it\n`);
  process.exit(2);
}

const BUILDS = { this: findRampart(), other } as const;
type Name = keyof typeof BUILDS;

const cores = divideCores();
const folder = mkdtempSync(join(tmpdir(), 'rampart-bench-builds-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const busy = loadBefore();
const nginx = await startNginx(cores.server, folder);
const costs: Record<Name, number[]> = { this: [], other: [] };
try {
  for (let round = 1; round <= rounds; round++) {
    // Who is started first takes turns.
    const order: readonly Name[] = round % 2 === 1 ? ['this', 'other'] : ['other', 'this'];
    const long = await together(order, LONG);
    const short = await together(order, SHORT);
    for (const name of order)
      costs[name].push(((long[name].cpu - short[name].cpu) / (long[name].requests - short[name].requests)) * 1e6);
    const [ours, theirs] = [costs.this.at(-1) ?? 0, costs.other.at(-1) ?? 0];
    process.stderr.write(`round ${round} of ${rounds}: ${ours.toFixed(2)} and ${theirs.toFixed(2)} µs\n`);
  }
} finally {
  await nginx.stop();
}

const { mean, low, high } = meanRatio(costs.this, costs.other);
const micros = (value: number): string => value.toFixed(2);
process.stdout.write(
  toText({
    title: 'CPU per request of two builds',
    notes: [
      `${describeMachine()}; load before: ${busy.toFixed(1)}.`,
      `Both at once on one core, ${CONNECTIONS} connections each, one thread, closed model, nginx on another core. µs of CPU, user and system, of a run of ${LONG} s less one of ${SHORT} s by the requests it did more; median (smallest–largest) of ${rounds} rounds. The ratio is the geometric mean over the rounds, with its 95 % interval.`,
    ],
    head: ['build', 'µs', '× other'],
    rows: [
      ['other', withSpread(costs.other, micros), '1'],
      ['this', withSpread(costs.this, micros), `${mean.toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)})`],
    ],
  }),
);

/** One run of each, at the same time. */
async function together(
  order: readonly Name[],
  seconds: number,
): Promise<Record<Name, { cpu: number; requests: number }>> {
  const ended = await Promise.all(
    order.map(async (name) => {
      const own = join(folder, name);
      mkdirSync(own, { recursive: true });
      const load = { url: nginx.url, body: BODY, connections: CONNECTIONS, threads: 1, rate: null, percentiles: false };
      const { argv, read } = invokeRampart({ ...load, seconds, folder: own }, [], BUILDS[name]);
      const { cpu, stdout } = await run({ argv, cores: cores.client }, own);
      return [name, { cpu, requests: read(stdout).requests }] as const;
    }),
  );
  return Object.fromEntries(ended) as Record<Name, { cpu: number; requests: number }>;
}
