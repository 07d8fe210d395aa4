/** How often the printed intervals of percentiles hold the truth: the table, and its page. */
import type { PercentileName } from '../../src/core/latencies.ts';
import { LAWS, type Law } from './laws.ts';
import { printedOf, type Size, truthOf } from './runs.ts';

export const LOADS = [0.5, 0.8, 0.9] as const;
export const SIZES: readonly Size[] = [
  { requests: 1_000, seconds: 10 },
  { requests: 1_000, seconds: 30 },
  { requests: 5_000, seconds: 60 },
];
const NAMES = ['p50', 'p95', 'p99'] as const satisfies readonly PercentileName[];

/** Of one percentile: how many runs printed an interval, how many of these held the truth, how many had an upper end. */
interface Count {
  readonly name: PercentileName;
  readonly shown: number;
  readonly held: number;
  readonly bounded: number;
  /** Of the bounded ones: mean of upper end / lower end. */
  readonly ratio: number;
}

export interface Line {
  readonly law: string;
  readonly tuned: boolean;
  readonly load: number;
  readonly size: Size;
  readonly runs: number;
  readonly counts: readonly Count[];
}

/** A target at a load: its runs of all sizes. */
export const jobs = (runs: number): (() => Line[])[] =>
  LAWS.flatMap((law) => LOADS.map((load) => () => linesOf(law, load, runs)));

function linesOf(law: Law, load: number, runs: number): Line[] {
  const shares = NAMES.map((name) => Number(name.slice(1)) / 100);
  const truth = truthOf(law, load, shares);
  return SIZES.map((size) => {
    const ms = (size.seconds / size.requests) * 1e3;
    const all = Array.from({ length: runs }, (_, run) => printedOf(law, load, size, NAMES, run + 1));
    const counts = NAMES.map((name, i): Count => {
      const shown = all.flatMap((printed) => printed[i] ?? []);
      const bounded = shown.filter(({ high }) => Number.isFinite(high));
      const value = (truth[i] as number) * ms;
      const held = shown.filter(({ low, high }) => low <= value && value <= high);
      const ratio = bounded.reduce((sum, { low, high }) => sum + high / low, 0) / bounded.length;
      return { name, shown: shown.length, held: held.length, bounded: bounded.length, ratio };
    });
    return { law: law.name, tuned: law.tuned, load, size, runs, counts };
  });
}

/** What is demanded of p50 and p95; of p99 nothing. */
export function demandOf({ load }: Line, { name }: Count): number | null {
  if (name !== 'p50' && name !== 'p95') return null;
  return load > 0.8 ? 0.88 : 0.92;
}

/** Whether so many of so many are fewer than demanded beyond the chance of so few runs: by 1.645 standard deviations. */
export function misses(line: Line, count: Count): boolean {
  const demand = demandOf(line, count);
  if (demand === null || count.shown === 0) return false;
  const chance = 1.645 * Math.sqrt((demand * (1 - demand)) / count.shown);
  return count.held / count.shown < demand - chance;
}

const percent = (n: number, of: number): string => (of === 0 ? '–' : `${Math.round((100 * n) / of)}`);

export function textOf(line: Line): string {
  const { law, load, size, counts } = line;
  const cells = counts.map((count) => {
    const { name, shown, held, bounded, ratio } = count;
    const wide = bounded > 0 ? `, × ${ratio.toFixed(2)}` : '';
    const missed = misses(line, count) ? ' MISSED' : '';
    return `${name} held ${percent(held, shown)} %${missed} (bounded ${percent(bounded, shown)} %${wide})`;
  });
  return `${law}, ${load * 100} %, ${size.requests} in ${size.seconds} s: ${cells.join('; ')}`;
}

/** `docs/intervals.md`. */
export function intervalsPage(lines: readonly Line[]): string {
  const runs = lines[0]?.runs ?? 0;
  const table = (tuned: boolean): string => {
    const rows = lines
      .filter((line) => line.tuned === tuned)
      .map((line) => {
        const cells = line.counts.flatMap((count) => {
          const held = percent(count.held, count.shown);
          const bounded = percent(count.bounded, count.shown);
          return [
            misses(line, count) ? `**${held}**` : held,
            count.bounded > 0 ? `${bounded} (× ${count.ratio.toFixed(1)})` : bounded,
          ];
        });
        const { law, load, size } = line;
        return `| ${law} | ${load * 100} % | ${size.requests.toLocaleString('en-US')} in ${size.seconds} s | ${cells.join(' | ')} |`;
      });
    const heads = NAMES.flatMap((name) => [`${name} held, %`, 'bounded, %']);
    return [
      `| service | load | run | ${heads.join(' | ')} |`,
      `|---|---|---|${heads.map(() => '--:|').join('')}`,
      ...rows,
    ].join('\n');
  };
  const judged = lines.flatMap((line) =>
    line.counts.filter((count) => demandOf(line, count) !== null).map((count) => ({ line, count })),
  );
  const missed = judged.filter(({ line, count }) => misses(line, count)).length;
  const worst = (high: boolean): string => {
    const shares = judged.filter(({ line }) => line.load > 0.8 === high).map(({ count }) => count.held / count.shown);
    return `${Math.round(100 * Math.min(...shares))} %`;
  };
  return `# How often the printed intervals hold the truth

\`npm run intervals\` writes this page: ${runs} simulated runs a line, each through Rampart's own fold and its own words; what is counted are the ends as
they are printed. The target is a queue in its steady state, arrivals are Poisson's, the truth is that of three million requests. Intervals
are 95 %.

*Held*: of the runs that printed an interval, how many held the truth in it. *Bounded*: how many had an upper end; the others read
\`198 ms (164 or more)\`. In brackets, the upper end over the lower one, on average. A run of some thousand requests against a busy target is a few
of its slow whiles long, whatever the number of requests: what it cannot say, it does not say.

Demanded of p50 and p95 are 92 % up to a load of 80 %, 88 % at 90 % (less 1.645 standard deviations for so few runs). ${missed === 0 ? `All ${judged.length} are met` : `${missed} of ${judged.length} are missed, in bold`}; the
lowest is ${worst(false)} up to 80 %, and ${worst(true)} at 90 %.

The method (\`src/stats/confidence.ts\`, \`src/stats/long-run.ts\`): batches of time, what they are worth by a mixture over all correlation times up to the run's
length, less where the run is only some tens of its responses long, an open end where it is worth too few independent requests. What the length of
responses takes off was chosen on five laws more, of the kinds of the second table
([decision 21](decisions/0021-what-a-run-is-worth.md)).

## Laws that the method was chosen on

${table(true)}

## Laws that were held out

${table(false)}
`;
}
