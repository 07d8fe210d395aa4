/** What TLS, HTTP/2 and a proxy cost, beside tools that go the same way. */
import { makeCertificates } from '../src/drivers/certificates.fixture.ts';
import { medianOf } from '../src/stats/average.ts';
import {
  BODY,
  CONNECTIONS,
  type Contender,
  type Costs,
  figure,
  interleave,
  ratios,
  type Setting,
  times,
  withSpread,
} from './cost.ts';
import type { Invocation, Load, Peer } from './peer.ts';
import { run } from './process.ts';
import { invokeRampart } from './rampart.ts';
import type { Table } from './table.ts';
import { type Nginx, startLaw, startNginx } from './targets.ts';

/** A way to the target besides HTTP/1.1 on a plain socket. */
interface Lane {
  readonly name: string;
  readonly http2: boolean;
  url(nginx: Nginx): string;
  flags(nginx: Nginx): readonly string[];
  /** Who else goes that way. */
  readonly peers: 'all' | 'none';
  /** How many times the plain way it may cost us, and how much further off the median may be, ms. */
  readonly wanted: { readonly timesPlain: number; readonly error: number } | null;
}

const hostOf = ({ url }: Nginx): string => new URL(url).host;

const PLAIN: Lane = {
  ...{ name: 'HTTP/1.1', http2: false, peers: 'all', wanted: null },
  url: ({ url }) => url,
  flags: () => [],
};

const LANES: readonly Lane[] = [
  PLAIN,
  {
    ...{ name: 'HTTP/1.1 over TLS', http2: false, peers: 'all', wanted: { timesPlain: 2, error: 0.15 } },
    url: ({ secure }) => secure ?? '',
    flags: () => ['--insecure'],
  },
  {
    ...{ name: 'HTTP/2', http2: true, peers: 'all', wanted: { timesPlain: 6, error: 0.3 } },
    url: ({ http2 }) => http2 ?? '',
    flags: () => ['--http2'],
  },
  {
    ...{ name: 'HTTP/2 over TLS', http2: true, peers: 'all', wanted: { timesPlain: 6, error: 0.3 } },
    url: ({ secure }) => secure ?? '',
    flags: () => ['--http2', '--insecure'],
  },
  {
    ...{ name: 'through a proxy', http2: false, peers: 'none', wanted: { timesPlain: 6, error: 0.3 } },
    url: ({ url }) => url,
    flags: (nginx) => ['--proxy', `http://${hostOf(nginx)}`],
  },
];

/** What the median is measured of: this long for each request, never a queue. */
const SERVICE_MS = 5;
const RATE = 1_000;

interface Tool {
  readonly name: string;
  invoke(load: Load, lane: Lane, nginx: Nginx): Invocation;
}

/** What TLS, HTTP/2 and a proxy cost, and how far off the median is there, beside those who go the same way. */
export async function laneTable(
  peers: readonly { peer: Peer; file: string; version: string }[],
  setting: Setting,
  seconds: number,
): Promise<Table> {
  const { cores, folder, effort, tell } = setting;
  const present = peers.filter(({ peer }) => peer.http2 === true);
  const tools: readonly Tool[] = [
    { name: 'rampart', invoke: (load, lane, nginx) => invokeRampart(load, lane.flags(nginx)) },
    ...present.map(({ peer, file }) => ({ name: peer.name, invoke: (load: Load) => peer.invoke(file, load) })),
  ];
  const pairs = LANES.flatMap((lane) =>
    tools.filter((_, index) => index === 0 || lane.peers === 'all').map((tool) => ({ lane, tool })),
  );
  const certificate = makeCertificates().good;
  const fast = await startNginx(cores.server, folder, { certificate });
  let costs: readonly Costs[];
  try {
    const contenders = pairs.map(
      ({ lane, tool }): Contender => ({
        ...{ name: `${tool.name}, ${lane.name}`, cores: cores.client, threads: 1 },
        ...{ url: lane.url(fast), http2: lane.http2 },
        invoke: (load) => tool.invoke(load, lane, fast),
      }),
    );
    costs = await interleave(contenders, setting);
  } finally {
    await fast.stop();
  }
  const errors: number[] = [];
  for (const { lane, tool } of pairs) errors.push(await medianError(tool, lane, certificate, setting, seconds));

  const plainOf = (tool: Tool): number => pairs.findIndex((pair) => pair.tool === tool && pair.lane === PLAIN);
  const rows = pairs.map(({ lane, tool }, index) => {
    const one = costs[index] as Costs;
    const plain = costs[plainOf(tool)] as Costs;
    const ratio = ratios(one.steady, plain.steady);
    const further = (errors[index] ?? Number.NaN) - (errors[plainOf(tool)] ?? Number.NaN);
    const { wanted } = lane;
    const judged = tool === tools[0] && wanted !== null;
    const holds = judged && medianOf(ratio) <= wanted.timesPlain && further <= wanted.error;
    return [
      lane.name,
      tool.name,
      withSpread(one.steady, figure),
      Number.isNaN(medianOf(one.rate)) ? '–' : Math.round(medianOf(one.rate)).toLocaleString('en'),
      lane === PLAIN ? '1' : withSpread(ratio, times),
      Number.isNaN(errors[index]) ? '–' : (errors[index] ?? 0).toFixed(2),
      judged ? `≤ ${wanted.timesPlain}, ≤ ${wanted.error} ms beyond plain` : '',
      judged ? (holds ? 'held' : 'missed') : '',
    ];
  });
  tell('lanes: done');
  const versions = present.map(({ peer, version }) => `${peer.name} ${version}`).join(', ') || 'nobody';
  return {
    title: 'What TLS, HTTP/2 and a proxy cost',
    notes: [
      `${CONNECTIONS} requests at once, one thread, the same POST to nginx, beside ${versions}: on ${CONNECTIONS} connections over HTTP/1.1, and on one over HTTP/2 (rampart opens as many as it needs). Steady µs of CPU per request as above; median (smallest–largest) of ${effort.rounds} interleaved rounds of ${effort.long} s less ${effort.short} s; "× plain" is against the same tool over plain HTTP/1.1. The proxy is nginx too, and answers itself.`,
      `Median error, ms: the p50 at ${RATE.toLocaleString('en')}/s less the ${SERVICE_MS} ms that a server behind nginx takes (\`serve --law fixed:${SERVICE_MS}ms\`), one run of ${seconds} s each. nginx's own way there and back is in it, in every row.`,
    ],
    head: ['way', 'tool', 'steady µs', 'requests/s', '× plain', 'median error', 'wanted', ''],
    rows,
  };
}

/** ms; NaN where the tool could not be run. */
async function medianError(
  tool: Tool,
  lane: Lane,
  certificate: { certPath: string; keyPath: string },
  { cores, folder, tell }: Setting,
  seconds: number,
): Promise<number> {
  const law = await startLaw({ law: `fixed:${SERVICE_MS}ms`, slots: 100 }, cores.server);
  try {
    const nginx = await startNginx(cores.server, folder, { certificate, upstream: new URL(law.url).host });
    try {
      const load: Load = {
        ...{ url: lane.url(nginx), body: BODY, seconds, connections: CONNECTIONS, threads: 1 },
        ...{ rate: RATE, http2: lane.http2, percentiles: true, folder },
      };
      const { argv, env = {}, read } = tool.invoke(load, lane, nginx);
      const { p50 } = read((await run({ argv, env, cores: cores.client }, folder)).stdout);
      tell(`${lane.name}: ${tool.name} p50 ${p50?.toFixed(2)} ms`);
      return (p50 ?? Number.NaN) - SERVICE_MS;
    } catch (error) {
      tell(`${lane.name}: ${tool.name}: ${(error as Error).message}`);
      return Number.NaN;
    } finally {
      await nginx.stop();
    }
  } finally {
    await law.stop();
  }
}
