/** What each tool says of a server whose truth is known, as tables of the page. */
import type { Setting } from './cost.ts';
import { BODY } from './cost.ts';
import type { Invocation, Load, Peer } from './peer.ts';
import { run } from './process.ts';
import { invokeRampart } from './rampart.ts';
import { REMARK, type Table } from './table.ts';
import { canServeLaws, startLaw } from './targets.ts';
import { type Scene, truthOf } from './truth.ts';

const PACED_CONNECTIONS = 50;

interface Case {
  readonly name: string;
  readonly says: string;
  readonly scene: Scene;
}

const CASES: readonly Case[] = [
  {
    name: 'A stall of 1 s in 10 s',
    says: '10 ms each, twenty at a time, 500/s; every ten seconds nothing moves for one.',
    scene: {
      ...{ service: 'fixed', mean: 10, slots: 20, rate: 500, seconds: 10 },
      stall: { frozen: 1_000, period: 10_000 },
    },
  },
  {
    name: 'Fixed',
    says: '10 ms each, twenty at a time, 1,000/s: never a queue.',
    scene: { service: 'fixed', mean: 10, slots: 20, stall: null, rate: 1_000, seconds: 3 },
  },
  {
    name: 'Exponential',
    says: '10 ms in the mean, sixteen at a time, 1,000/s: a queue now and then.',
    scene: { service: 'exp', mean: 10, slots: 16, stall: null, rate: 1_000, seconds: 5 },
  },
  {
    name: 'Overload',
    says: '10 ms each, eight at a time: 800/s are served, 1,000/s are due, for four seconds.',
    scene: { service: 'fixed', mean: 10, slots: 8, stall: null, rate: 1_000, seconds: 4 },
  },
];

/** What each tool says of a server whose truth is known. @param all else only the stall, for tools with a schedule and wrk */
export async function claimTables(
  peers: readonly { peer: Peer; file: string }[],
  setting: Setting,
  all: boolean,
): Promise<readonly Table[]> {
  if (!canServeLaws()) {
    setting.tell('accuracy: not measured; this build has no serve --law');
    return [];
  }
  const tools: readonly Tool[] = [
    { name: 'rampart', how: '--rate', pacing: 'open', invoke: (load) => invokeRampart(load) },
    ...peers
      .filter(({ peer }) => all || peer.pacing !== 'paced')
      .map(({ peer, file }) => ({ ...peer, invoke: (load: Load) => peer.invoke(file, load) })),
  ];
  const tables: Table[] = [];
  for (const one of all ? CASES : CASES.slice(0, 1)) tables.push(await claimTable(one, tools, setting));
  return tables;
}

interface Tool extends Pick<Peer, 'name' | 'how' | 'pacing'> {
  invoke(load: Load): Invocation;
}

async function claimTable({ name, says, scene }: Case, tools: readonly Tool[], setting: Setting): Promise<Table> {
  const { cores, folder, tell } = setting;
  const { service, mean, slots, stall, rate, seconds } = scene;
  const law = {
    ...{ law: `${service}:${mean}ms`, slots },
    ...(stall === null ? {} : { fault: `stall:${stall.frozen / 1e3}s/${stall.period / 1e3}s` }),
  };
  const rows: string[][] = [];
  for (const { name: tool, how, pacing, invoke } of tools) {
    // Anew for each: its stall is at the same age.
    const server = await startLaw(law, cores.server);
    try {
      const closed = pacing === 'closed';
      const load: Load = {
        ...{ url: server.url, body: BODY, seconds, threads: 1, percentiles: true, folder },
        // By Little's law, as many as are under way at this rate while nothing waits.
        connections: closed ? Math.round((rate * mean) / 1e3) : PACED_CONNECTIONS,
        rate: closed ? null : rate,
      };
      const { argv, env = {}, read } = invoke(load);
      const { stdout } = await run({ argv, env, cores: cores.client }, folder);
      const { requests, p50, p95, p99 } = read(stdout);
      rows.push([tool, ...[p50, p95, p99].map(milliseconds), requests.toLocaleString('en'), how]);
      tell(`${name}: ${tool} ${[p50, p95, p99].map(milliseconds).join(' / ')} ms`);
    } catch (error) {
      rows.push([tool, 'failed', '', '', '', (error as Error).message.split('\n')[0] ?? '']);
    } finally {
      await server.stop();
    }
  }
  const truth = truthOf(scene).map(({ middle, low, high }) =>
    high > low ? `${milliseconds(middle)} (${milliseconds(low)}–${milliseconds(high)})` : milliseconds(middle),
  );
  return {
    title: `Accuracy: ${name.toLowerCase()}`,
    notes: [says],
    head: ['tool', 'p50 ms', 'p95 ms', 'p99 ms', 'requests', REMARK],
    rows: [['**truth**', ...truth, (rate * seconds).toLocaleString('en'), ''], ...rows],
  };
}

function milliseconds(value: number | null): string {
  if (value === null || Number.isNaN(value)) return '–';
  return value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
}
