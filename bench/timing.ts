/** How late requests leave, and how far measured times are from those the server knows. */
import { join } from 'node:path';
import type { RunResult } from '../src/core/result.ts';
import { medianOf } from '../src/stats/average.ts';
import { BODY, type Setting } from './cost.ts';
import { run } from './process.ts';
import { invokeRampart } from './rampart.ts';
import { quantile, spread } from './statistics.ts';
import type { Table } from './table.ts';
import { canServeLaws, startLaw } from './targets.ts';

const RATE = 1_000;
const LAW = { law: 'fixed:5ms', slots: 100 };

interface Measure {
  readonly name: string;
  /** µs. */
  readonly atMost: number;
  readonly values: number[];
}

/** How late requests leave, and how far the measured response time is from the one the server knows. */
export async function timingTable(setting: Setting, seconds: number): Promise<Table> {
  const { url, cores, folder, effort, tell } = setting;
  const lag: Measure[] = [
    { name: 'send lag p50', atMost: 50, values: [] },
    { name: 'send lag p95', atMost: 1_000, values: [] },
    { name: 'send lag p99', atMost: Number.POSITIVE_INFINITY, values: [] },
  ];
  const error: Measure[] = [
    { name: 'client error p50', atMost: 150, values: [] },
    { name: 'client error p95', atMost: Number.POSITIVE_INFINITY, values: [] },
    { name: 'client error p99', atMost: 2_000, values: [] },
  ];
  const lawful = canServeLaws();
  for (let round = 1; round <= effort.rounds; round++) {
    const load = { url, body: BODY, seconds, connections: 50, threads: 1, rate: RATE, percentiles: true, folder };
    const { stdout } = await run({ argv: invokeRampart(load).argv, cores: cores.client }, folder);
    const { lag: measured } = (JSON.parse(stdout) as RunResult).latency;
    for (const [index, p] of (['p50', 'p95', 'p99'] as const).entries())
      lag[index]?.values.push((measured[p] ?? Number.NaN) * 1e3);
    tell(`round ${round} of ${effort.rounds}: send lag p50 ${lag[0]?.values.at(-1)?.toFixed(0)} µs`);
    if (!lawful) continue;
    const server = await startLaw(LAW, cores.server);
    try {
      const argv = [process.execPath, join(folder, 'client-error.mjs'), server.url, String(RATE), String(seconds)];
      const errors = JSON.parse((await run({ argv, cores: cores.client }, folder)).stdout) as number[];
      for (const [index, p] of [0.5, 0.95, 0.99].entries()) error[index]?.values.push(quantile(errors, p));
      tell(`round ${round} of ${effort.rounds}: client error p50 ${error[0]?.values.at(-1)?.toFixed(0)} µs`);
    } finally {
      await server.stop();
    }
  }
  const row = ({ name, atMost, values }: Measure): string[] => {
    const middle = medianOf(values);
    const [low, high] = spread(values).map((value) => value.toFixed(0));
    const wanted = Number.isFinite(atMost) ? `≤ ${atMost}` : '';
    return [
      name,
      middle.toFixed(0),
      `${low}–${high}`,
      wanted,
      wanted === '' ? '' : middle <= atMost ? 'held' : 'missed',
    ];
  };
  return {
    title: `Timing at ${RATE.toLocaleString('en')}/s, open model`,
    notes: [
      `µs; the median and the spread of ${effort.rounds === 1 ? 'one round' : `${effort.rounds} rounds`} of ${seconds} s. Send lag: from when a request was due to when it was handed to the kernel, against nginx, as the result says.`,
      lawful
        ? `Client error: response time as measured less the sojourn that the server itself tells in the same response, request by request (\`serve --law ${LAW.law} --slots ${LAW.slots}\`, the first four seconds left out, in which both sides’ code is compiled). Two trips through the kernel and the server’s own reading and writing are in it.`
        : 'Client error: not measured; this build has no `serve --law`.',
    ],
    head: ['measure', 'median', 'spread', 'wanted', ''],
    rows: [...lag, ...(lawful ? error : [])].map(row),
  };
}
