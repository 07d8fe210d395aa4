/**
 * What streams cost and how true their times are: `npm run bench:streams [-- --quick] [--fuzz N] [--out FILE]`. A server of a known
 * schedule on one core, every client on another; ratios within a round.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { RunResult } from '../../src/core/result.ts';
import { medianOf } from '../../src/stats/average.ts';
import { type Cores, describeMachine, divideCores, loadBefore } from '../machine.ts';
import { freePort } from '../port.ts';
import { run, type Server, startServer, watchMemory } from '../process.ts';
import { findRampart, rampart } from '../rampart.ts';
import { quantile, spread } from '../statistics.ts';
import { type Table, toMarkdown, toText } from '../table.ts';
import { type ClientErrors, measureClientErrors, PARTS } from './client-error.ts';
import { comparePeers, peersIn, writePeers } from './peers.ts';
import { measureBareErrors, readStreams } from './reader.ts';
import { type Schedule, serveStreams } from './server.ts';
import { fuzzSplitting, splittingCost } from './splitting.ts';

const CROWDED =
  ', far more than there are: times of scheduling are in every figure but the splitter’s, whose cost is CPU time. The errors are those of that machine, and say little of the client.';
/** s. What a run's end takes, for the intervals of its figures, grows with its first 20 seconds, and is no cost of events. */
const SHORT = 20;
/** At a time, of 100 events a second each. */
const STREAMS = 50;
const WANTED = { perEvent: 3, splitter: 0.5, ttft: 150, itl: 100, memory: 300 };

interface Setting {
  readonly cores: Cores;
  readonly folder: string;
  readonly rounds: number;
  readonly seconds: number;
  readonly tell: (line: string) => void;
}

const verdict = (value: number, limit: number): string => (value <= limit ? 'held' : 'missed');

const shown = (values: readonly number[], digits = 2): string => {
  const [low, high] = spread(values);
  return `${medianOf(values).toFixed(digits)} (${low.toFixed(digits)}–${high.toFixed(digits)})`;
};

/** Itself, as another process. */
const self = (...args: readonly (string | number)[]): string[] => [
  process.execPath,
  process.argv[1] ?? '',
  ...args.map(String),
];

async function startStreams(schedule: Schedule, cores: Cores): Promise<Server> {
  const port = await freePort();
  const { first, gap, events } = schedule;
  return startServer({ argv: self('serve', port, first, gap, events), cores: cores.server }, port, '/v1/completions');
}

/**
 * CPU of a long run less that of a short one, by the events it took more: start and report fall out. Beside it a client that reads
 * the same sockets in the same way and looks at nothing: what Node and the kernel take. And both with one stream in the place of
 * all: a thread that sleeps and wakes costs the most where hardly anything comes, so the events that come beside others cost less.
 */
async function costPerEvent({ cores, folder, rounds, seconds, tell }: Setting): Promise<readonly string[][]> {
  const server = await startStreams({ first: 10, gap: 10, events: 200 }, cores);
  try {
    const ways: Record<Way, (users: number, length: number) => Promise<Cost>> = {
      rampart: async (users, length) => {
        const vus = ['--vus', String(users), '--threads', '1', '--duration', `${length}s`];
        const flags = [...vus, '--quiet', '--json', '--overwrite', '--out', join(folder, 'report')];
        const argv = rampart('run', server.url, '--body', '{"stream":true}', ...flags);
        const { cpu, stdout } = await run({ argv, cores: cores.client }, folder);
        return { cpu, events: (JSON.parse(stdout) as RunResult).streams?.events ?? Number.NaN };
      },
      bare: async (users, length) => {
        const argv = self('read', server.url, users, length);
        const { cpu, stdout } = await run({ argv, cores: cores.client }, folder);
        return { cpu, events: Number(stdout) };
      },
    };
    const more = async (way: Way, users: number): Promise<Cost> => {
      const [short, long] = [await ways[way](users, SHORT), await ways[way](users, SHORT + seconds)];
      return { cpu: long.cpu - short.cpu, events: long.events - short.events };
    };
    const each: Record<Way, number[]> = { rampart: [], bare: [] };
    const another: Record<Way, number[]> = { rampart: [], bare: [] };
    for (let round = 0; round < rounds; round++)
      for (const way of ['rampart', 'bare'] as const) {
        const [all, one] = [await more(way, STREAMS), await more(way, 1)];
        each[way].push((1e6 * all.cpu) / all.events);
        another[way].push((1e6 * (all.cpu - one.cpu)) / (all.events - one.events));
        tell(
          `cost, round ${round + 1}: ${way} ${each[way].at(-1)?.toFixed(2)} µs an event, ${another[way].at(-1)?.toFixed(2)} of one more; one stream ${((1e3 * one.cpu) / seconds).toFixed(1)} ms a second`,
        );
      }
    const limit = `≤ ${WANTED.perEvent} µs`;
    const held = verdict(medianOf(each.rampart), WANTED.perEvent);
    const less = (costs: Record<Way, number[]>): number[] =>
      costs.rampart.map((cost, round) => cost - (costs.bare[round] ?? 0));
    return [
      [`CPU of an event, ${STREAMS} streams × 100/s, µs: all of the run`, shown(each.rampart), limit, held],
      ['a client that reads the same and looks at nothing, µs', shown(each.bare), '', ''],
      ['the difference, within a round', shown(less(each)), '', ''],
      [
        `CPU of an event more, from 1 stream to ${STREAMS}, µs: without what a second costs`,
        shown(another.rampart),
        '',
        '',
      ],
      ['the client that looks at nothing, µs', shown(another.bare), '', ''],
      ['the difference, within a round: to look at an event and to record it', shown(less(another)), '', ''],
    ];
  } finally {
    await server.stop();
  }
}

type Way = 'rampart' | 'bare';

interface Cost {
  readonly cpu: number;
  readonly events: number;
}

/** Time between socket and histogram: what is measured less what the server's stamps tell. */
async function clientErrors({ cores, folder, rounds, seconds, tell }: Setting): Promise<readonly string[][]> {
  // 100 users, 10 events/s each: 1,000 events/s.
  const server = await startStreams({ first: 37, gap: 100, events: 10 }, cores);
  const ttft: number[][] = [];
  const itl: number[][] = [];
  const parts: number[][] = [];
  const own: number[] = [];
  const bare: number[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      const argv = self('client-error', server.url, 100, seconds);
      const found = JSON.parse((await run({ argv, cores: cores.client }, folder)).stdout) as ClientErrors;
      ttft.push([0.5, 0.95].map((p) => quantile(found.ttft, p)));
      itl.push([0.5, 0.95].map((p) => quantile(found.itl, p)));
      const [written = 0, arrived = 0, read = 0] = PARTS.map((part) => quantile(found.parts[part], 0.5));
      parts.push([written, arrived, read]);
      own.push(written + read);
      const other = self('bare-error', server.url, 100, seconds);
      bare.push(
        quantile(JSON.parse((await run({ argv: other, cores: cores.client }, folder)).stdout) as number[], 0.5),
      );
      tell(
        `client error, round ${round + 1}: TTFT ${ttft.at(-1)?.[0]?.toFixed(0)} µs (${parts
          .at(-1)
          ?.map((each) => each.toFixed(0))
          .join(' + ')}; bare ${bare.at(-1)?.toFixed(0)}), ITL ${itl.at(-1)?.[0]?.toFixed(0)} µs`,
      );
    }
  } finally {
    await server.stop();
  }
  const row = (label: string, values: readonly number[], limit: number | null): string[] => [
    label,
    shown(values, 0),
    limit === null ? '' : `≤ ${limit} µs`,
    limit === null ? '' : verdict(medianOf(values), limit),
  ];
  const at = (all: readonly number[][], k: number): number[] => all.map((one) => one[k] ?? Number.NaN);
  return [
    row('error of TTFT p50, 1,000 events/s, µs: the way to the server and back', at(ttft, 0), WANTED.ttft),
    row('of that: until the request is written', at(parts, 0), null),
    row('until the server has read it', at(parts, 1), null),
    row('from the stamp of the first event until it is read', at(parts, 2), null),
    row('the client’s own error of TTFT p50: until written, and until read', own, null),
    row('a client that looks at nothing but the first event: the way to the server and back', bare, null),
    row('error of TTFT p95', at(ttft, 1), null),
    row('error of a gap p50 (without its sign), µs', at(itl, 0), WANTED.itl),
    row('error of a gap p95', at(itl, 1), null),
  ];
}

async function memory({ cores, folder, tell }: Setting): Promise<readonly string[]> {
  const server = await startStreams({ first: 500, gap: 500, events: 20 }, cores);
  try {
    const flags = ['--vus', '2000', '--threads', '1', '--duration', '8s', '--quiet', '--json', '--overwrite'];
    const argv = rampart('run', server.url, '--body', '{"stream":true}', ...flags, '--out', join(folder, 'report'));
    const { points, stdout } = await watchMemory({ argv, cores: cores.client }, folder);
    const { streams, totals } = JSON.parse(stdout) as RunResult;
    const most = Math.max(...points.map(({ rss }) => rss));
    tell(`memory: ${most.toFixed(0)} MB, ${streams?.events} events, ${totals.failed} failed`);
    const label = `most memory, 2,000 streams at once on one thread, MB${totals.failed > 0 ? ` (${totals.failed} failed)` : ''}`;
    return [label, most.toFixed(0), `≤ ${WANTED.memory} MB`, verdict(most, WANTED.memory)];
  } finally {
    await server.stop();
  }
}

function splitting({ tell }: Setting): readonly string[][] {
  const { own, withContent, peer, ratio, contentRatio } = splittingCost();
  tell(
    `splitter: ${own.toFixed(0)} ns, with content ${withContent.toFixed(0)} ns, eventsource-parser ${peer.toFixed(0)} ns`,
  );
  return [
    ['eventsource-parser with its TextDecoder, ns an event of 190 bytes', peer.toFixed(0), '', ''],
    [
      'own splitter, ns; of that',
      `${own.toFixed(0)}; ${ratio.toFixed(2)}`,
      `≤ ${WANTED.splitter}`,
      verdict(ratio, WANTED.splitter),
    ],
    [
      'own splitter, and what is in the event, ns; of that',
      `${withContent.toFixed(0)}; ${contentRatio.toFixed(2)}`,
      '',
      '',
    ],
  ];
}

async function measure(argv: readonly string[], folder: string): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      quick: { type: 'boolean' },
      fuzz: { type: 'string' },
      out: { type: 'string' },
      date: { type: 'string' },
      peers: { type: 'string' },
      rounds: { type: 'string' },
    },
  });
  findRampart();
  const tell = (line: string): void => void process.stderr.write(`${line}\n`);
  const quick = values.quick === true;
  const setting: Setting = { cores: divideCores(), folder, rounds: quick ? 1 : 5, seconds: quick ? 3 : 8, tell };
  const busy = loadBefore();
  const tables: Table[] = [];
  if (values.peers !== undefined) {
    const { cores } = setting;
    const folders = values.peers.split(',');
    tables.push(
      await comparePeers({ folder, cores, folders, rounds: Number(values.rounds ?? 1), tell, self, startStreams }),
    );
    for (const table of tables) process.stdout.write(toText(table));
    if (values.out !== undefined)
      writePeers(values.out, toMarkdown(tables[0] as Table), { machine: describeMachine(), busy });
    return;
  }
  const rows = [
    ...(await costPerEvent({ ...setting, ...(quick ? {} : { rounds: 2, seconds: 20 }) })),
    ...splitting(setting),
    ...(await clientErrors(setting)),
    await memory(setting),
  ];
  tables.push({
    title: 'Cost, error, memory',
    notes: [
      `Median (smallest–largest) of ${setting.rounds} rounds. Cost: user and system time of \`rampart run\`, all of it, of a run of ${SHORT + (quick ? 3 : 20)} s less that of one of ${SHORT} s, by the events it took more (${quick ? 1 : 2} rounds); everything is recorded, the report written. What every run takes once, at its start and for its report, is no cost of an event: between runs of 2 s and 10 s, which an earlier page compared, the figures' intervals became dearer, and were charged to events. Error: what the product's driver measured less what the server's own stamps in the same events tell; two trips through the kernel are in it.`,
    ],
    head: ['measure', 'measured', 'wanted', ''],
    rows,
  });
  if (values.fuzz !== undefined) {
    const bodies = Number(values.fuzz);
    const { differ, first } = fuzzSplitting(bodies, tell);
    const note = differ === 0 ? '' : `the first of them is body ${first}`;
    tables.push({
      title: 'Splitting, beside eventsource-parser',
      notes: ['Arbitrary bodies, cut at arbitrary places, read by both; a short form is in the tests.'],
      head: ['bodies', 'read otherwise', ''],
      rows: [[bodies.toLocaleString('en-US'), String(differ), note]],
    });
  }
  for (const table of tables) process.stdout.write(toText(table));
  if (values.out === undefined) return;
  const date = values.date ?? new Date().toISOString().slice(0, 10);
  const head = [
    '# Streams, measured',
    '',
    `Measured on ${date}: ${describeMachine()}. The server is pinned to one core, every client to another. In the minute before, something else used ${busy.toFixed(1)} cores${busy > cpus().length ? CROWDED : '.'}`,
    '',
    '`npm run bench:streams -- --fuzz 1000000 --out docs/streams-bench.md` makes this page again; nobody edits it by hand.',
    '',
  ].join('\n');
  writeFileSync(values.out, `${head}\n${tables.map(toMarkdown).join('\n')}${peersIn(values.out)}`);
}

const [role, ...args] = process.argv.slice(2);
const numbers = args.map(Number);
if (role === 'serve') {
  const [port = 0, first = 0, gap = 0, events = 0] = numbers;
  serveStreams(port, { first, gap, events });
} else if (role === 'read') readStreams(args[0] ?? '', numbers[1] ?? 0, numbers[2] ?? 0);
else if (role === 'bare-error') measureBareErrors(args[0] ?? '', numbers[1] ?? 0, numbers[2] ?? 0);
else if (role === 'client-error') measureClientErrors(args[0] ?? '', numbers[1] ?? 0, numbers[2] ?? 0);
else {
  const folder = mkdtempSync(join(tmpdir(), 'rampart-streams-'));
  try {
    await measure(process.argv.slice(2), folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
