/** What connections cost in memory, and whether it grows with time. */
import type { RunResult } from '../src/core/result.ts';
import { medianOf } from '../src/stats/average.ts';
import { BODY, type Setting } from './cost.ts';
import { type MemoryPoint, watchMemory } from './process.ts';
import { rampart } from './rampart.ts';
import type { Table } from './table.ts';

const CONNECTIONS = 10_000;
const RATE = 20_000;
const AT_MOST = { total: 300, perConnection: 15, growth: 10 };

const verdict = (value: number, limit: number): string => (value <= limit ? 'held' : 'missed');

/** @param soak seconds of the long run; 0 leaves it out. */
export async function memoryTable({ url, cores, folder, tell }: Setting, soak: number): Promise<Table> {
  const watch = async (...flags: string[]): Promise<{ points: readonly MemoryPoint[]; result: RunResult }> => {
    const argv = rampart(
      'run',
      url,
      '--body',
      BODY,
      '--quiet',
      '--json',
      '--overwrite',
      '--out',
      `${folder}/report`,
      ...flags,
    );
    const { points, stdout } = await watchMemory({ argv, cores: cores.client }, folder);
    return { points, result: JSON.parse(stdout) as RunResult };
  };
  const highest = (points: readonly MemoryPoint[]): number => Math.max(...points.map(({ rss }) => rss));

  const idle = ['--threads', '1', '--think-time', '5s', '--duration', '8s', '--graceful-stop', '1s'];
  const one = await watch('--vus', '1', ...idle);
  tell(`memory with one connection: ${highest(one.points).toFixed(0)} MB`);
  const many = await watch('--vus', String(CONNECTIONS), ...idle);
  const total = highest(many.points);
  const perConnection = ((total - highest(one.points)) / CONNECTIONS) * 1e3;
  tell(`memory with ${CONNECTIONS} connections: ${total.toFixed(0)} MB`);
  const failed = many.result.totals.failed;
  const rows = [
    [
      'in all, at 10,000 open connections',
      `${total.toFixed(0)} MB`,
      `≤ ${AT_MOST.total} MB`,
      verdict(total, AT_MOST.total),
    ],
    [
      'each idle connection beyond the runtime',
      `${perConnection.toFixed(1)} kB`,
      `≤ ${AT_MOST.perConnection} kB`,
      verdict(perConnection, AT_MOST.perConnection),
    ],
  ];
  const notes = [
    `Resident memory of the whole process, looked at four times a second. 10,000 virtual users with a think time of 5 s, each with its own connection; beyond the runtime: less the highest of a run with one user${failed > 0 ? `. ${failed} requests failed` : ''}.`,
  ];
  if (soak > 0) {
    // A run of a minute or less has to settle in a third of its time.
    const settled = Math.min(60, soak / 3);
    const window = Math.min(10, soak / 6);
    // Ten minutes of a turning core would be a nuisance: memory does not depend on microseconds.
    const flags = ['--rate', `${RATE}/s`, '--timing', 'relaxed', '--threads', '1', '--duration', `${soak}s`];
    const { points, result } = await watch(...flags);
    const within = (from: number, to: number): number =>
      medianOf(points.filter(({ at }) => at >= from && at < to).map(({ rss }) => rss));
    const growth = within(soak - window, soak) - within(settled, settled + window);
    const achieved = Math.round(result.rates.achievedPerSec).toLocaleString('en');
    const opened = (result.latency.connect?.count ?? 0).toLocaleString('en');
    tell(`memory growth over ${soak} s: ${growth.toFixed(1)} MB`);
    rows.push([
      `growth over ${soak} s at ${RATE.toLocaleString('en')}/s, after the first ${settled.toFixed(0)} s`,
      `${growth.toFixed(1)} MB`,
      `≤ ${AT_MOST.growth} MB`,
      verdict(growth, AT_MOST.growth),
    ]);
    notes.push(
      `Growth: median of the last ${window.toFixed(0)} s less that of the ${window.toFixed(0)} s after it had settled; ${achieved}/s achieved, over ${opened} connections at the most, with \`--timing relaxed\`.${soak < 600 ? ' `--long` makes it ten minutes.' : ''}`,
    );
  }
  return { title: 'Memory', notes, head: ['measure', 'measured', 'wanted', ''], rows };
}
