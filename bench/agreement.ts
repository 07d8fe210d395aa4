/** Two engines that share no code, against the same servers. */
import type { RunResult } from '../src/core/result.ts';
import { medianOf } from '../src/stats/average.ts';
import { BODY, CONNECTIONS, type Setting } from './cost.ts';
import { run } from './process.ts';
import { invokeRampart } from './rampart.ts';
import { spread } from './statistics.ts';
import type { Table } from './table.ts';
import { startLaw } from './targets.ts';

/**
 * Both engines are idle most of the time: what is compared is what they measure, not how fast they are. Not one fixed
 * time, at which the connections would fall into step (decision 12).
 */
const LAWS = ['uniform:18ms-22ms', 'exp:20ms'];
/** What issue and page ask: share of the throughput, and ms of the median. */
const AT_MOST = { throughput: 0.1, p50: 0.5 };

const ENGINES = ['rampart', 'autocannon'] as const;

interface Figures {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
}

/** Two engines that share no code, against the same servers: a second opinion on what is measured. */
export async function agreementTable({ cores, folder, effort, tell }: Setting, seconds: number): Promise<Table> {
  const rows: string[][] = [];
  for (const law of LAWS) {
    const found: Record<(typeof ENGINES)[number], Figures[]> = { rampart: [], autocannon: [] };
    const server = await startLaw({ law, slots: 2 * CONNECTIONS }, cores.server);
    try {
      for (let round = 1; round <= effort.rounds; round++) {
        for (const engine of ENGINES) {
          const load = { url: server.url, body: BODY, seconds, connections: CONNECTIONS, threads: 1, rate: null };
          // The server's own code is compiled in the first second.
          const flags = ['--engine', engine, '--warmup', '1s'];
          const { argv } = invokeRampart({ ...load, percentiles: true, folder }, flags);
          const { rates, latency } = JSON.parse((await run({ argv, cores: cores.client }, folder)).stdout) as RunResult;
          const { p50, p99 } = latency.responseWithFailures;
          found[engine].push({ rate: rates.achievedPerSec, p50: p50 ?? Number.NaN, p99: p99 ?? Number.NaN });
        }
        tell(`round ${round} of ${effort.rounds}: both engines against ${law}`);
      }
    } finally {
      await server.stop();
    }
    const of = (engine: (typeof ENGINES)[number], figure: keyof Figures): number[] =>
      found[engine].map((one) => one[figure]);
    const shown = (values: number[], digits: number): string => {
      const [low, high] = spread(values);
      const middle = medianOf(values).toFixed(digits);
      return values.length === 1 ? middle : `${middle} (${low.toFixed(digits)}–${high.toFixed(digits)})`;
    };
    for (const engine of ENGINES) {
      const [rate, p50, p99] = [of(engine, 'rate'), of(engine, 'p50'), of(engine, 'p99')] as const;
      rows.push([`${engine}, ${law}`, shown(rate, 0), shown(p50, 2), shown(p99, 2), '', '']);
    }
    const throughput = medianOf(of('rampart', 'rate')) / medianOf(of('autocannon', 'rate')) - 1;
    const p50 = medianOf(of('rampart', 'p50')) - medianOf(of('autocannon', 'p50'));
    const agree = Math.abs(throughput) <= AT_MOST.throughput && Math.abs(p50) <= AT_MOST.p50;
    rows.push([
      `apart, ${law}`,
      `${(100 * throughput).toFixed(1)} %`,
      `${p50.toFixed(2)} ms`,
      '',
      `≤ ${100 * AT_MOST.throughput} %, ≤ ${AT_MOST.p50} ms`,
      agree ? 'held' : 'missed',
    ]);
  }
  return {
    title: 'Both engines against the same server',
    notes: [
      `\`--engine autocannon\` and the own one, in turns, ${CONNECTIONS} connections, closed model, ${seconds} s with the first left out, against \`rampart serve --law\`. autocannon hands over its times per response; they go into the same histograms.`,
    ],
    head: ['engine and law', 'requests/s', 'p50 ms', 'p99 ms', 'wanted', ''],
    rows,
  };
}
