/** CPU per request of several contenders, in interleaved rounds. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { medianOf } from '../src/stats/average.ts';
import type { Cores } from './machine.ts';
import type { Invocation, Load, Peer } from './peer.ts';
import { run } from './process.ts';
import { invokeRampart, knows } from './rampart.ts';
import { spread } from './statistics.ts';
import type { Table } from './table.ts';

/** Connections of the closed model. */
export const CONNECTIONS = 50;
export const BODY = '{"age":35,"income":52000,"amount":12000,"term":36,"score":690}';

/** How long and how often; seconds. */
export interface Effort {
  readonly rounds: number;
  readonly long: number;
  readonly short: number;
}

/** One who takes part in interleaved rounds. */
export interface Contender {
  readonly name: string;
  /** Where not the setting's. */
  readonly url?: string;
  readonly http2?: boolean;
  readonly cores: string | null;
  invoke(load: Load): Invocation;
  readonly threads: number;
}

/** What rounds of one contender gave, a value for each round. µs of CPU, and requests per second. */
export interface Costs {
  readonly name: string;
  /** Of a request after the start: what the long run used more than the short one, by the requests it did more. */
  readonly steady: number[];
  /** Of a request of the long run, start and end of the program included. */
  readonly whole: number[];
  readonly rate: number[];
}

export interface Setting {
  readonly url: string;
  readonly cores: Cores;
  readonly folder: string;
  readonly effort: Effort;
  readonly tell: (line: string) => void;
}

export async function interleave(contenders: readonly Contender[], setting: Setting): Promise<readonly Costs[]> {
  const { url, folder, effort, tell } = setting;
  const costs = contenders.map(({ name }): Costs => ({ name, steady: [], whole: [], rate: [] }));
  for (let round = 1; round <= effort.rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      const measure = async (seconds: number): Promise<{ cpu: number; requests: number }> => {
        const load: Load = {
          ...{
            url: contender.url ?? url,
            http2: contender.http2 ?? false,
            body: BODY,
            seconds,
            connections: CONNECTIONS,
            threads: contender.threads,
          },
          ...{ rate: null, percentiles: false, folder },
        };
        const { argv, env = {}, read } = contender.invoke(load);
        const { cpu, stdout } = await run({ argv, env, cores: contender.cores }, folder);
        return { cpu, requests: read(stdout).requests };
      };
      const one = costs[index] as Costs;
      let long: { cpu: number; requests: number };
      let short: { cpu: number; requests: number };
      try {
        long = await measure(effort.long);
        short = await measure(effort.short);
      } catch (error) {
        // A peer that does not run here leaves a gap in its row, and no more.
        if (index === 0) throw error;
        tell(`${contender.name}: ${(error as Error).message}`);
        for (const values of [one.steady, one.whole, one.rate]) values.push(Number.NaN);
        continue;
      }
      one.steady.push(((long.cpu - short.cpu) / (long.requests - short.requests)) * 1e6);
      one.whole.push((long.cpu / long.requests) * 1e6);
      one.rate.push(long.requests / effort.long);
      tell(
        `round ${round} of ${effort.rounds}: ${contender.name} ${figure(one.steady.at(-1))} µs (whole ${figure(one.whole.at(-1))})`,
      );
    }
  }
  return costs;
}

export function figure(value = Number.NaN): string {
  if (Number.isNaN(value)) return '–';
  return value.toFixed(value < 99.95 ? 1 : 0);
}

export function withSpread(values: readonly number[], show: (value: number) => string): string {
  const [low, high] = spread(values);
  return values.length === 1 || Number.isNaN(low)
    ? show(medianOf(values))
    : `${show(medianOf(values))} (${show(low)}–${show(high)})`;
}

/** Ratios round by round: what disturbs one round disturbs both of its sides. */
export function ratios(costs: readonly number[], base: readonly number[]): number[] {
  return costs.map((cost, round) => cost / (base[round] ?? Number.NaN));
}

export const times = (value: number): string => (Number.isNaN(value) ? '–' : value.toFixed(value < 9.95 ? 2 : 1));

/** What issue and page ask of the ratio to each peer: ours to wrk's at most; the others' to ours at least. */
const AT_MOST_TO_WRK = 1.15;
const AT_LEAST: Readonly<Record<string, number>> = { autocannon: 2.5, k6: 9, Locust: 25 };

/**
 * What is wanted of the ratio to a peer, and how that went. Nobody gets below what the system calls take, which is about
 * what wrk costs: a peer that is near it cannot be beaten by more than lies between.
 * @param ratio the peer's cost to ours. @param toWrk the peer's cost to wrk's; NaN: wrk was not measured.
 */
export function wantedOf(name: string, ratio: number, toWrk: number): readonly [wanted: string, verdict: string] {
  if (name === 'wrk') {
    const ours = 1 / ratio;
    const verdict = ours <= AT_MOST_TO_WRK ? 'held' : 'missed';
    return [`rampart ≤ ${AT_MOST_TO_WRK} × wrk`, `rampart ${times(ours)} × wrk: ${verdict}`];
  }
  const asked = AT_LEAST[name];
  if (asked === undefined) return ['', ''];
  const reach = toWrk / AT_MOST_TO_WRK;
  const bounded = reach < asked;
  const wanted = bounded ? `≥ ${asked}; in reach: ${times(reach)}` : `≥ ${asked}`;
  if (ratio >= asked) return [wanted, 'held'];
  return [wanted, bounded && ratio >= reach ? 'held as far as in reach' : 'missed'];
}

/** CPU per request, closed model, one thread, beside everybody installed. */
export async function costTable(peers: readonly { peer: Peer; file: string }[], setting: Setting): Promise<Table> {
  const cores = setting.cores.client;
  const contenders: Contender[] = [
    { name: 'rampart', cores, threads: 1, invoke: (load) => invokeRampart(load) },
    ...peers.map(({ peer, file }) => ({
      ...{ name: peer.name, cores, threads: 1 },
      invoke: (load: Load) => peer.invoke(file, load),
    })),
  ];
  const costs = await interleave(contenders, setting);
  const [ours, ...others] = costs as [Costs, ...Costs[]];
  const wrk = others.find(({ name }) => name === 'wrk');
  const row = (one: Costs): string[] => {
    const ratio = ratios(one.steady, ours.steady);
    const toWrk = wrk === undefined ? Number.NaN : medianOf(ratios(one.steady, wrk.steady));
    const [wanted, verdict] = one === ours ? ['', ''] : wantedOf(one.name, medianOf(ratio), toWrk);
    return [
      one.name,
      withSpread(one.steady, figure),
      withSpread(one.whole, figure),
      Number.isNaN(medianOf(one.rate)) ? '–' : Math.round(medianOf(one.rate)).toLocaleString('en'),
      one === ours ? '1' : withSpread(ratio, times),
      wanted,
      verdict,
    ];
  };
  return {
    title: 'CPU per request, closed model',
    notes: [
      `${CONNECTIONS} connections, one thread, POST of ${BODY.length} bytes of JSON to nginx. "Steady" is the CPU time of a ${setting.effort.long} s run less that of a ${setting.effort.short} s run, by the requests it did more: the start of the program, its compiler's warm-up and its report fall out. "Whole" is that of the ${setting.effort.long} s run by its requests, start included. Both in µs, user and system, of all threads and child processes; ${setting.effort.rounds === 1 ? 'one round' : `median (smallest–largest) of ${setting.effort.rounds} interleaved rounds, ratios taken within a round`}.`,
      `As their users run them fast, each on the same core: ${peers.map(({ peer }) => `${peer.name} ${peer.flatOut}`).join('; ')}. rampart: \`run --vus 50 --threads 1 --quiet --json\`, everything recorded, its report written.`,
      `"In reach" is how many times wrk's cost a peer's is, by the ${AT_MOST_TO_WRK} that we allow ourselves beyond wrk: wrk spends little besides the system calls, and nobody gets below those.`,
    ],
    head: ['tool', 'steady µs', 'whole µs', 'requests/s', '× rampart', 'wanted', ''],
    rows: [row(ours), ...others.map(row)],
  };
}

/** A way of running Rampart that may cost more than the plain one, and by how much it may. */
interface Variant {
  readonly name: string;
  /** The flag it is about: a build that does not know it leaves the row out. */
  readonly flag: string;
  readonly atMost: number;
  readonly threads?: number;
  /** Instead of the constant one. */
  readonly body?: string;
  flags(folder: string): readonly string[];
}

const VARIANTS: readonly Variant[] = [
  { name: '2 threads', flag: '--threads', atMost: 1.1, threads: 2, flags: () => [] },
  {
    ...{ name: 'body from 100,000 data rows', flag: '--data', atMost: 1.3 },
    body: '{"age":{{row.age}},"income":{{row.income}},"amount":12000,"term":36,"score":{{row.score}}}',
    flags: (folder) => ['--data', writeRows(folder)],
  },
  {
    ...{ name: 'check of the status and one JSON field', flag: '--expect-json', atMost: 1.3 },
    flags: () => ['--expect-status', '200', '--expect-json', '$.label=approved'],
  },
];

function writeRows(folder: string): string {
  const file = join(folder, 'rows.jsonl');
  const rows = Array.from({ length: 100_000 }, (_, n) =>
    JSON.stringify({ age: 18 + (n % 60), income: 20_000 + (n % 70_000), score: 300 + (n % 550) }),
  );
  writeFileSync(file, `${rows.join('\n')}\n`);
  return file;
}

/** What Rampart's own features cost, each against the plain run of the same round. */
export async function variantTable(setting: Setting): Promise<Table> {
  const { cores, folder } = setting;
  const present = VARIANTS.filter(({ flag }) => knows('run', flag));
  const contenders: Contender[] = [
    { name: 'one thread, constant body', cores: cores.client, threads: 1, invoke: (load) => invokeRampart(load) },
    ...present.map(({ name, threads = 1, body = BODY, flags }) => {
      const added = flags(folder);
      const where = threads > 1 ? cores.twoThreads : cores.client;
      return { name, threads, cores: where, invoke: (load: Load) => invokeRampart({ ...load, body }, added) };
    }),
  ];
  const costs = await interleave(contenders, setting);
  const base = (costs[0] as Costs).steady;
  const rows = costs.map((one, index) => {
    const variant = present[index - 1];
    const ratio = ratios(one.steady, base);
    if (variant === undefined) return [one.name, withSpread(one.steady, figure), '1', '', ''];
    const verdict = medianOf(ratio) <= variant.atMost ? 'held' : 'missed';
    return [one.name, withSpread(one.steady, figure), withSpread(ratio, times), `≤ ${variant.atMost}`, verdict];
  });
  const absent = VARIANTS.filter((variant) => !present.includes(variant));
  return {
    title: 'What features cost',
    notes: [
      `Same server, same ${CONNECTIONS} connections, steady µs of CPU per request as above, of ${setting.effort.long} s less ${setting.effort.short} s; median (smallest–largest) of ${setting.effort.rounds} rounds.`,
      ...(cores.twoThreads !== null && cores.twoThreads === cores.client
        ? ['With two cores, one of them the server’s, both threads share the other one.']
        : []),
      ...absent.map(({ name, flag }) => `Not measured: ${name}; this build has no \`${flag}\`.`),
    ],
    head: ['run', 'steady µs', '× plain', 'wanted', ''],
    rows,
  };
}
