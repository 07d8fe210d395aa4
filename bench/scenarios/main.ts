/**
 * What scenarios cost beside one request: `npm run bench:scenarios [-- --quick] [--out FILE]`. nginx on one core, the client on another; ratios
 * within a round. Locust and k6 with the same scenarios beside it, where they are installed (RAMPART_BENCH_LOCUST, RAMPART_BENCH_K6).
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { RunResult } from '../../src/core/result.ts';
import { medianOf } from '../../src/stats/average.ts';
import { type Contender, type Costs, interleave, ratios, withSpread } from '../cost.ts';
import { type Cores, describeMachine, divideCores, loadBefore } from '../machine.ts';
import type { Load } from '../peer.ts';
import { k6, k6Run } from '../peers/k6.ts';
import { locust } from '../peers/locust.ts';
import { freePort } from '../port.ts';
import { startServer, watchMemory } from '../process.ts';
import { findRampart, rampart } from '../rampart.ts';
import { type Table, toMarkdown, toText } from '../table.ts';
import { startNginx } from '../targets.ts';
import { LANES, type Lane } from './lanes.ts';

const USERS = 10_000;
const MOST_MEMORY = 500;
const COOKIES = 5;

const ours = (lane: Lane, folder: string, cores: Cores): Contender => ({
  ...{ name: lane.name, cores: cores.client, threads: 1 },
  invoke: (load: Load) => ({
    argv: rampart(
      ...['run', join(folder, lane.file), '--vus', String(load.connections), '--threads', '1', '--no-preflight'],
      ...['--duration', `${load.seconds}s`, '--quiet', '--json', '--overwrite', '--out', join(folder, 'report')],
    ),
    read: (stdout) => ({
      ...{ requests: (JSON.parse(stdout) as RunResult).totals.sent, p50: null, p95: null, p99: null },
    }),
  }),
});

function locusts(lane: Lane, folder: string, cores: Cores, file: string): Contender {
  const script = join(folder, `${lane.file.replace(/\..*$/, '')}_locustfile.py`);
  const head = 'from random import random\nfrom locust import FastHttpUser, task\n\nclass Caller(FastHttpUser):\n';
  writeFileSync(script, head + lane.locust);
  return {
    ...{ name: `Locust: ${lane.name}`, cores: cores.client, threads: 1 },
    invoke: (load: Load) => {
      const { argv, ...rest } = locust.invoke(file, load);
      const place = argv.indexOf('-f') + 1;
      return { ...rest, argv: argv.map((word, at) => (at === place ? script : word)) };
    },
  };
}

const k6s = (lane: Lane, cores: Cores, file: string): Contender => ({
  ...{ name: `k6: ${lane.name}`, cores: cores.client, threads: 1 },
  invoke: (load: Load) => k6Run(file, load, lane.k6(new URL(load.url).origin)),
});

/** A target that gives every response so many cookies. Bounded: it ends by itself. */
function serveCookies(port: number): void {
  const cookies = Array.from({ length: COOKIES }, (_, place) => `name${place}=${'v'.repeat(24)}; Path=/`);
  const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
    request.resume();
    response.setHeader('set-cookie', cookies);
    response.end('{}');
  });
  server.listen(port, '127.0.0.1', 16_384);
  setTimeout(() => process.exit(), 300_000).unref();
}

/** Highest resident memory of so many users, each with cookies of its own, MB. */
async function memory(folder: string, cores: Cores): Promise<{ readonly most: number; readonly failed: number }> {
  const port = await freePort();
  const argv = [process.execPath, process.argv[1] ?? '', 'serve-cookies', String(port)];
  const server = await startServer({ argv, cores: cores.server }, port, '/predict');
  try {
    const flags = ['--vus', String(USERS), '--think-time', '5s', '--keep-cookies', '--threads', '1', '--no-preflight'];
    const output = ['--duration', '20s', '--quiet', '--json', '--overwrite', '--out', join(folder, 'report')];
    const { points, stdout } = await watchMemory(
      { argv: rampart('run', server.url, ...flags, ...output), cores: cores.client },
      folder,
    );
    const { totals } = JSON.parse(stdout) as RunResult;
    return { most: Math.max(...points.map(({ rss }) => rss)), failed: totals.failed };
  } finally {
    await server.stop();
  }
}

function rowsOf(costs: readonly Costs[], lanes: readonly Lane[]): string[][] {
  const [base] = costs;
  return costs.map(({ name, steady }, at) => {
    const lane = lanes[at];
    const times = ratios(steady, base?.steady ?? []);
    const limit = lane?.atMost ?? null;
    return [
      name,
      withSpread(steady, (value) => value.toFixed(2)),
      at === 0 ? '' : withSpread(times, (value) => value.toFixed(2)),
      limit === null ? '' : `≤ ${limit.toFixed(2)}`,
      limit === null ? '' : medianOf(times) <= limit ? 'held' : 'missed',
    ];
  });
}

async function measure(folder: string): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean' },
      out: { type: 'string' },
      date: { type: 'string' },
      rounds: { type: 'string' },
    },
  });
  findRampart();
  const tell = (line: string): void => void process.stderr.write(`${line}\n`);
  const quick = values.quick === true;
  const rounds = Number(values.rounds ?? (quick ? 1 : 7));
  const cores = divideCores();
  const busy = loadBefore();
  const nginx = await startNginx(cores.server, folder);
  let costs: readonly Costs[];
  const [locustFile, k6File] = [locust.find(), k6.find()];
  try {
    for (const lane of LANES) writeFileSync(join(folder, lane.file), lane.text(nginx.url));
    const contenders = LANES.map((lane) => ours(lane, folder, cores));
    const peers = [
      ...(locustFile === null ? [] : LANES.map((lane) => locusts(lane, folder, cores, locustFile))),
      ...(k6File === null ? [] : LANES.map((lane) => k6s(lane, cores, k6File))),
    ];
    const effort = { rounds, long: quick ? 3 : 10, short: quick ? 1 : 3 };
    costs = await interleave([...contenders, ...peers], { url: nginx.url, cores, folder, effort, tell });
  } finally {
    await nginx.stop();
  }
  const { most, failed } = await memory(folder, cores);
  tell(`memory: ${most.toFixed(0)} MB, ${failed} failed`);
  const table: Table = {
    title: 'CPU of a request',
    notes: [
      `User and system time of the whole command, of a run of ${quick ? 3 : 10} s less one of ${quick ? 1 : 3} s, by the requests that it sent more: 50 virtual users, one thread, POST with a body of JSON, nginx on the other core. ${rounds === 1 ? 'One round: that tries the script, and says little.' : `Median of ${rounds} rounds (smallest to largest); ratios are those within a round.`} What esbuild takes to bundle is in both runs, and varies.`,
      locustFile === null
        ? 'Locust is not installed here.'
        : `Locust ${locust.version(locustFile)}: FastHttpUser, one process, the same requests.`,
      k6File === null
        ? 'k6 is not installed here.'
        : `k6 ${k6.version(k6File)}: constant-vus, one Go processor, no checks, bodies thrown away but where one is read, the same requests.`,
    ],
    head: ['', 'µs a request', 'times one request', 'wanted', ''],
    rows: rowsOf(costs, LANES),
  };
  const users: Table = {
    title: 'Memory',
    notes: [
      `Highest resident memory of the whole process: ${USERS.toLocaleString('en')} virtual users, each with its own connection and ${COOKIES} cookies, a think time of 5 s, 20 s, n 1.`,
    ],
    head: ['', 'MB', 'wanted', ''],
    rows: [
      [
        `10,000 users with cookies${failed > 0 ? ` (${failed} requests failed)` : ''}`,
        ...[most.toFixed(0), `≤ ${MOST_MEMORY}`, most <= MOST_MEMORY ? 'held' : 'missed'],
      ],
    ],
  };
  for (const one of [table, users]) process.stdout.write(toText(one));
  if (values.out === undefined) return;
  const date = values.date ?? new Date().toISOString().slice(0, 10);
  const crowded =
    busy > 0.5 ? ' Other work shared the cores: times of scheduling and of cold caches are in these figures.' : '';
  writeFileSync(
    values.out,
    `# What scenarios cost\n\n\`npm run bench:scenarios -- --out docs/scenario-cost.md\` makes this page again; nobody edits it by hand. Made on ${date}: ${describeMachine()}; load before: ${busy.toFixed(1)}.${crowded}\n\n${[table, users].map(toMarkdown).join('\n')}`,
  );
}

const [first, port] = process.argv.slice(2);
if (first === 'serve-cookies') serveCookies(Number(port));
else {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-scenarios-'));
  try {
    await measure(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
