import { fewLooks } from '../../src/analyze/compare/looks.ts';
import { prospectOf, TOLD_AFTER } from '../../src/analyze/compare/prospect.ts';
import { formatCount } from '../../src/analyze/wording.ts';
import { medianOf } from '../../src/stats/average.ts';
import { LAWS, type Law } from '../intervals/laws.ts';
import {
  comparedInTurns,
  countedFigures,
  foldedFigures,
  MACHINES,
  type Machine,
  type Paired,
  pairsOf,
  RUN,
  resultOf,
} from './runs.ts';
import { MARGIN, PAIRS } from './table.ts';

/** How long runs must be for ten pairs to find that all responses take 10 % longer, and what `compare` says of it beforehand. */

const SLOWER = 1.1;
/** Of comparisons of that build, so many are to find it. */
const DEMAND = 0.9;
/** Lengths of runs, s, of which the first that seems to do is proved. */
const LENGTHS = [20, 40, 80, 160, 320, 640, 1_280] as const;

export interface LengthLine {
  readonly law: string;
  readonly machine: string;
  readonly comparisons: number;
  /** The rise of p95 that is found in 9 of 10, as told after the first pairs of runs of the usual length: of all of them. */
  readonly told: readonly number[];
  /** And the length that a rise of twice the margin takes, s; null: no length would do. */
  readonly asked: readonly (number | null)[];
  /** Of comparisons whose p95 rose by the middle of what was told: those in which p95 is a regression. */
  readonly foundAsTold: number;
  /** The length of runs that was proved, s; null: none of them seemed to do. */
  readonly seconds: number | null;
  /** Of other comparisons with runs of that length: regressions. */
  readonly found: number;
}

/** @param comparisons of each figure. */
export const lengthJobs = (comparisons: number): readonly (() => LengthLine)[] =>
  LAWS.flatMap((law) => MACHINES.map((machine) => () => lineOf(law, machine, comparisons)));

function lineOf(law: Law, machine: Machine, comparisons: number): LengthLine {
  // No seed serves twice: not on two lines, and not for choosing a length and for proving it.
  let seed = 1_000_000 + 100_000 * (LAWS.indexOf(law) * 10 + MACHINES.indexOf(machine));
  const like = foldedFigures((pairsOf(law, machine, { response: 1 }, seed).next().value as Paired).base);
  const slowed = (response: number, seconds: number = RUN.seconds) => {
    seed++;
    return comparedInTurns(pairsOf(law, machine, { response }, seed, seconds), PAIRS, MARGIN, (run) =>
      countedFigures(run, like),
    );
  };
  const told: number[] = [];
  const asked: (number | null)[] = [];
  for (let i = 0; i < comparisons; i++) {
    seed++;
    const prospect = prospectAfter(pairsOf(law, machine, { response: 1 }, seed));
    if (prospect === null) continue;
    told.push(prospect.visible.p95 ?? Number.POSITIVE_INFINITY);
    const met = (prospect.visible.p95 ?? 1) <= prospect.goal;
    asked.push(met ? RUN.seconds : prospect.longer === null ? null : prospect.longer * RUN.seconds);
  }
  const middle = told.length === 0 ? null : medianOf(told);
  let foundAsTold = 0;
  if (middle !== null)
    for (let i = 0; i < comparisons; i++)
      if (slowed(1 + middle).metrics.some(({ name, verdict }) => name === 'p95' && verdict === 'regression'))
        foundAsTold++;
  const seconds = LENGTHS.find((length) => seemsToDo(() => slowed(SLOWER, length).verdict === 'regression')) ?? null;
  let found = 0;
  if (seconds !== null)
    for (let i = 0; i < comparisons; i++) if (slowed(SLOWER, seconds).verdict === 'regression') found++;
  return { law: law.name, machine: machine.name, comparisons, told, asked, foundAsTold, seconds, found };
}

export function prospectAfter(pairs: Iterator<Paired>) {
  const first = Array.from({ length: TOLD_AFTER }, () => {
    const { base, head } = pairs.next().value as Paired;
    return { base: resultOf(base), head: resultOf(head) };
  });
  return prospectOf(first, {
    planned: PAIRS,
    margin: MARGIN,
    confidenceOf: (pairs) => fewLooks(pairs).confidenceAt(pairs),
  });
}

/** At most one of twenty misses. */
function seemsToDo(finds: () => boolean): boolean {
  let missed = 0;
  for (let i = 0; i < 20; i++) {
    if (!finds()) missed++;
    if (missed > 1) return false;
  }
  return true;
}

/** The lines that were proved, and are fewer than they are to be. */
export const shortOf = (lines: readonly LengthLine[]): readonly LengthLine[] =>
  lines.filter(({ seconds, found, comparisons }) => seconds !== null && found < DEMAND * comparisons);

export function lengthsText(lines: readonly LengthLine[], machine: string): string {
  const percent = (share: number): string => `${(share * 100).toFixed(share < 0.0995 ? 1 : 0)} %`;
  const middle = (values: readonly (number | null)[]): number | null => {
    const sorted = values.map((value) => value ?? Number.POSITIVE_INFINITY);
    const found = sorted.length === 0 ? Number.POSITIVE_INFINITY : medianOf(sorted);
    return Number.isFinite(found) ? found : null;
  };
  const rows = lines.map(({ law, machine, comparisons, told, asked, foundAsTold, seconds, found }) => {
    const visible = middle(told);
    const wanted = middle(asked);
    const cells = [
      law,
      machine,
      visible === null ? '–' : percent(visible),
      visible === null ? '–' : percent(foundAsTold / comparisons),
      wanted === null ? 'none' : `${formatCount(wanted)} s`,
      seconds === null
        ? `more than ${formatCount((LENGTHS.at(-1) ?? 0) * RUN.perSecond)}`
        : formatCount(seconds * RUN.perSecond),
      seconds === null ? '–' : `${found} of ${comparisons}`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const short = shortOf(lines).length;
  const proved = lines.filter(({ seconds }) => seconds !== null).length;
  return `Of a head whose responses all take ${Math.round((SLOWER - 1) * 100)} % longer, with a margin of ${MARGIN * 100} % and at most ${PAIRS} pairs; each figure is of ${lines[0]?.comparisons ?? 0} comparisons. A length is
the first of ${LENGTHS.map((length) => formatCount(length * RUN.perSecond)).join(', ')} requests a run at which at most one of 20 comparisons missed it; the last column is
of other comparisons of that length, with arrivals and service times of their own: ${proved - short} of ${proved} lines found it in ${DEMAND * 100} % or more. What is told is told after
three pairs of runs of ${RUN.seconds} s (${formatCount(RUN.seconds * RUN.perSecond)} requests), the middle of all; the rise of p95 so told was then made, and p95 alone had to be called a regression. In virtual
time, on ${machine}, by \`npm run compare:accuracy lengths\`.

| service | machine | told after three pairs: a rise of p95 that is found | such a rise was found | told: length for a rise of 10 % | 10 % found from so many requests a run | found, of others |
|---|---|--:|--:|--:|--:|--:|
${rows.join('\n')}
`;
}
