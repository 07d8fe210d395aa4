/** How often `compare` calls builds changed, with and without a difference: its table, and what is demanded of it. */
import type { MetricName } from '../../src/core/comparison.ts';
import { LAWS, type Law } from '../intervals/laws.ts';
import { comparedInTurns, MACHINES, type Machine, pairsOf, RUN } from './runs.ts';

export const PAIRS = 10;
export const MARGIN = 0.05;
/** How many times as long the slower head serves. */
const SLOWER = 1.1;
/** Of all comparisons of builds that do not differ, at most so many may be called a change. */
const FALSE_VERDICTS = 0.05;

interface Job {
  readonly law: Law;
  readonly machine: Machine;
  readonly slower: number;
  readonly comparisons: number;
}

export interface Cell {
  readonly law: string;
  readonly machine: string;
  readonly slower: number;
  readonly comparisons: number;
  readonly regression: number;
  readonly improved: number;
  readonly equivalent: number;
  readonly undecided: number;
  /** Mean half width of the interval, a share. */
  readonly width: Readonly<Partial<Record<MetricName, number>>>;
}

/** Of builds that do not differ, and of as many whose head is slower. @param wanted of each, over all lines. */
export function jobsOf(wanted: number): readonly Job[] {
  const lines = LAWS.flatMap((law) => MACHINES.map((machine) => ({ law, machine })));
  const comparisons = Math.ceil(wanted / lines.length);
  return lines.flatMap((line) => [1, SLOWER].map((slower) => ({ ...line, slower, comparisons })));
}

export function cellOf({ law, machine, slower, comparisons }: Job): Cell {
  const counts = { regression: 0, improved: 0, equivalent: 0, undecided: 0 };
  const width: Partial<Record<MetricName, number>> = {};
  for (let i = 0; i < comparisons; i++) {
    // No seed serves twice: not on two lines, and not for both builds.
    const seed = 1 + i + 1_000 * (LAWS.indexOf(law) * 10 + MACHINES.indexOf(machine) + (slower === 1 ? 0 : 5));
    const { verdict, metrics } = comparedInTurns(pairsOf(law, machine, { service: slower }, seed), PAIRS, MARGIN);
    counts[verdict]++;
    for (const { name, interval } of metrics)
      width[name] = (width[name] ?? 0) + (interval[1] - interval[0]) / 2 / comparisons;
  }
  return { law: law.name, machine: machine.name, slower, comparisons, ...counts, width };
}

const same = (cells: readonly Cell[]): readonly Cell[] => cells.filter(({ slower }) => slower === 1);
const sum = (cells: readonly Cell[], of: (cell: Cell) => number): number =>
  cells.reduce((total, cell) => total + of(cell), 0);

export function missed(cells: readonly Cell[]): boolean {
  const alike = same(cells);
  return (
    sum(alike, (cell) => cell.regression + cell.improved) > FALSE_VERDICTS * sum(alike, (cell) => cell.comparisons)
  );
}

/** The figures of the page. */
export function figures(cells: readonly Cell[], machine: string): string {
  const alike = same(cells);
  const all = sum(alike, ({ comparisons }) => comparisons);
  const wrong = sum(alike, ({ regression, improved }) => regression + improved);
  const percent = (share = Number.NaN): string => (Number.isNaN(share) ? '–' : `${(share * 100).toFixed(0)} %`);
  const row = (parts: readonly (string | number)[]): string => `| ${parts.join(' | ')} |`;
  const rows = alike.map((cell) => {
    const slow = cells.find(
      (other) => other.slower !== 1 && other.law === cell.law && other.machine === cell.machine,
    ) as Cell;
    return row([
      cell.law,
      cell.machine,
      cell.comparisons,
      cell.regression + cell.improved,
      cell.equivalent,
      percent(cell.width.p50),
      percent(cell.width.p95),
      percent(slow.regression / slow.comparisons),
    ]);
  });
  return `Each comparison: at most ${PAIRS} pairs of runs of ${RUN.seconds} s at ${RUN.perSecond}/s (Poisson arrivals, the same for both runs of a pair), looked at after
five pairs and at the end, the target half loaded, margin ${MARGIN * 100} %; made on ${machine} in virtual time by \`npm run compare:accuracy\`.

Builds that do not differ: **${wrong} of ${all} comparisons (${((wrong / all) * 100).toFixed(1)} %) called a change**; at most ${FALSE_VERDICTS * 100} % are allowed. Builds whose head serves
${Math.round((SLOWER - 1) * 100)} % slower: the last column.

| service | machine | comparisons | called a change | called equivalent | ± p50 | ± p95 | ${Math.round((SLOWER - 1) * 100)} % slower called a regression |
|---|---|--:|--:|--:|--:|--:|--:|
${rows.join('\n')}
`;
}
