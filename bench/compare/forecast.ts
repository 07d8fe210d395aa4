/**
 * Whether what `compare` foretells after three pairs comes true, and what `--budget` finds without being told a length: on services
 * that neither was made with.
 */
import { compareRuns, type SideInput } from '../../src/analyze/compare/comparison.ts';
import { fewLooks, growingLooks } from '../../src/analyze/compare/looks.ts';
import { formatCount } from '../../src/analyze/wording.ts';
import type { RunFigures } from '../../src/core/comparison.ts';
import { medianOf } from '../../src/stats/average.ts';
import { HELD_OUT } from './held-out.ts';
import { prospectAfter } from './lengths.ts';
import { countedFigures, foldedFigures, MACHINES, type Paired, pairsOf, RUN } from './runs.ts';
import { MARGIN, PAIRS } from './table.ts';

const FIGURES = ['p50', 'p95'] as const;
/** A rise that nine of ten comparisons are to find. */
const POWER = 0.9;
const GOAL = 0.1;
/** What a forecast claims of itself: the truth lies between half and twice of it. */
const FACTOR = 2;
/** So many forecasts are to keep that. */
const DEMAND = 0.9;
/** Comparisons behind each truth. */
const OF_TRUTH = 200;
/** Longer runs than the usual ones, s, of which a line is drawn to the length that finds twice the margin. */
const LENGTHS = [40, 80, 160, 320] as const;
const OF_LENGTH = 40;
const MOST_PAIRS = 100;

export interface ForecastLine {
  readonly law: string;
  readonly machine: string;
  /** Told after three pairs: a rise of p50 and of p95 that is found. */
  readonly told: Readonly<Record<'p50' | 'p95', readonly number[]>>;
  readonly truth: Readonly<Record<'p50' | 'p95', number>>;
  /** Comparisons whose first pairs told nothing. */
  readonly silent: number;
  /** The length that was told for a rise of twice the margin in p95, s; null: none would do. */
  readonly lengths: readonly (number | null)[];
  /** That which finds it, s; null: none of those that were tried. */
  readonly length: number | null;
  /** Pairs that `--budget` took to find a head that is slower by a tenth; null: not in 100. */
  readonly pairs: readonly (number | null)[];
}

/** @param forecasts of each line. */
export const forecastJobs = (forecasts: number): readonly (() => ForecastLine)[] =>
  HELD_OUT.flatMap((_, law) => MACHINES.map((__, machine) => () => lineOf(law, machine, forecasts)));

function lineOf(lawIndex: number, machineIndex: number, forecasts: number): ForecastLine {
  const law = HELD_OUT[lawIndex] as (typeof HELD_OUT)[number];
  const machine = MACHINES[machineIndex] as (typeof MACHINES)[number];
  // No seed serves twice.
  let seed = 30_000_000 + 100_000 * (lawIndex * 10 + machineIndex);
  const pairs = (response: number, seconds: number = RUN.seconds) =>
    pairsOf(law, machine, { response }, ++seed, seconds);
  const like = foldedFigures((pairs(1).next().value as Paired).base);
  const told = { p50: [] as number[], p95: [] as number[] };
  const lengths: (number | null)[] = [];
  let silent = 0;
  for (let i = 0; i < forecasts; i++) {
    const prospect = prospectAfter(pairs(1));
    if (prospect === null) {
      silent++;
      continue;
    }
    for (const name of FIGURES) {
      const visible = prospect.visible[name];
      if (visible !== undefined) told[name].push(visible);
    }
    if (prospect.by !== 'p95') continue;
    const met = (prospect.visible.p95 ?? 1) <= prospect.goal;
    lengths.push(met ? RUN.seconds : prospect.longer === null ? null : prospect.longer * RUN.seconds);
  }
  const found = (count: number, seconds?: number) =>
    Array.from({ length: count }, () => riseFound(pairs(1, seconds), like));
  const truths = found(OF_TRUTH);
  const truth = { p50: visibleOf(truths, 'p50'), p95: visibleOf(truths, 'p95') };
  const curve: [number, number][] = [[RUN.seconds, truth.p95]];
  for (const seconds of LENGTHS) {
    if ((curve.at(-1)?.[1] ?? 0) <= GOAL) break;
    curve.push([seconds, visibleOf(found(OF_LENGTH, seconds), 'p95')]);
  }
  return {
    ...{ law: law.name, machine: machine.name, told, truth, silent, lengths, length: lengthOf(curve) },
    pairs: Array.from({ length: forecasts }, () => pairsWithBudget(pairs(1 + GOAL), like)),
  };
}

/**
 * The smallest rise of each percentile that this comparison calls a regression at one of its looks. All responses of the head that
 * take so many times as long shift its percentiles by just that, so two builds that do not differ tell it.
 */
function riseFound(pairs: Iterator<Paired>, like: RunFigures): Record<'p50' | 'p95', number> {
  const looks = fewLooks(PAIRS);
  const needed = { p50: Number.POSITIVE_INFINITY, p95: Number.POSITIVE_INFINITY };
  const sides = sidesOf();
  for (let count = 1; count <= PAIRS; count++) {
    sides.add(pairs.next().value as Paired, like);
    if (!looks.at.includes(count)) continue;
    for (const { name, interval } of sides.compared(looks.confidenceAt(count)).metrics)
      if (name === 'p50' || name === 'p95') needed[name] = Math.min(needed[name], (1 + MARGIN) / (1 + interval[0]) - 1);
  }
  return needed;
}

function visibleOf(rises: readonly Record<'p50' | 'p95', number>[], name: 'p50' | 'p95'): number {
  const sorted = rises.map((rise) => rise[name]).sort((a, b) => a - b);
  return sorted[Math.ceil(POWER * sorted.length) - 1] ?? Number.POSITIVE_INFINITY;
}

/** Where the rise that is found comes down to the goal, on straight lines of logarithms. */
function lengthOf(curve: readonly (readonly [seconds: number, visible: number])[]): number | null {
  const at = curve.findIndex(([, visible]) => visible <= GOAL);
  if (at < 1) return at === 0 ? RUN.seconds : null;
  const [[before, more], [after, less]] = [curve[at - 1], curve[at]] as [[number, number], [number, number]];
  const part = Math.log(more / GOAL) / Math.log(more / less);
  return before * (after / before) ** part;
}

/** How many pairs a comparison with time enough takes to call the slower head a regression; null: it ends without. */
function pairsWithBudget(pairs: Iterator<Paired>, like: RunFigures): number | null {
  const looks = growingLooks(MOST_PAIRS);
  const sides = sidesOf();
  for (let count = 1; count <= MOST_PAIRS; count++) {
    sides.add(pairs.next().value as Paired, like);
    if (!looks.at.includes(count)) continue;
    const { verdict } = sides.compared(looks.confidenceAt(count));
    if (verdict !== 'undecided') return verdict === 'regression' ? count : null;
  }
  return null;
}

function sidesOf() {
  const base: SideInput['runs'][number][] = [];
  const head: SideInput['runs'][number][] = [];
  return {
    add(pair: Paired, like: RunFigures): void {
      base.push({ from: `base ${base.length}`, figures: countedFigures(pair.base, like) });
      head.push({ from: `head ${head.length}`, figures: countedFigures(pair.head, like) });
    },
    compared: (confidence: number) =>
      compareRuns(
        { label: 'base', runs: base },
        { label: 'head', runs: head },
        { margin: MARGIN, version: '', confidence },
      ),
  };
}

const within = (told: number, truth: number, factor: number): boolean =>
  told <= truth * factor && told >= truth / factor;

const keptOf = (line: ForecastLine): readonly boolean[] =>
  FIGURES.flatMap((name) => line.told[name].map((told) => within(told, line.truth[name], FACTOR)));

const share = (all: readonly boolean[]): number => all.filter(Boolean).length / all.length;

/** Whether fewer forecasts than are to be come true within the factor. */
export const forecastMissed = (lines: readonly ForecastLine[]): boolean => share(lines.flatMap(keptOf)) < DEMAND;

export function forecastText(lines: readonly ForecastLine[], machine: string): string {
  const percent = (part: number): string => `${(part * 100).toFixed(part < 0.0995 ? 1 : 0)} %`;
  const middle = (values: readonly (number | null)[]): number => medianOf(values.map((value) => value ?? Infinity));
  const time = (seconds: number | null): string =>
    seconds === null || !Number.isFinite(seconds) ? 'none' : `${formatCount(Math.round(seconds))} s`;
  const rows = lines.map((line) => {
    const { law, machine, told, truth, lengths, length, pairs } = line;
    const kept = keptOf(line);
    const found = pairs.filter((count) => count !== null);
    const cells = [
      ...[law, machine, percent(middle(told.p50)), percent(truth.p50), percent(middle(told.p95)), percent(truth.p95)],
      `${kept.filter(Boolean).length} of ${kept.length}`,
      lengths.length === 0 ? '–' : time(middle(lengths)),
      length === null ? `more than ${time(LENGTHS.at(-1) ?? null)}` : time(length),
      `${found.length} of ${pairs.length}`,
      found.length === 0 ? '–' : `${Math.round(medianOf(found))}`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const kept = lines.flatMap(keptOf);
  const silent = lines.reduce((sum, line) => sum + line.silent, 0);
  const budget = lines.flatMap(({ pairs }) => pairs);
  const byLength = lines.flatMap(({ lengths, length }) =>
    length === null || length === RUN.seconds
      ? []
      : lengths.map((told) => told !== null && within(told, length, FACTOR ** 2)),
  );
  const services = new Set(lines.map(({ law }) => law)).size;
  const inVain = lines.filter(({ length }) => length === null).flatMap(({ lengths }) => lengths);
  const named = inVain.filter((told) => told !== null && told <= (LENGTHS.at(-1) ?? 0)).length;
  return `On ${services} services that nothing here was chosen by, each on three kinds of machine; ${lines[0]?.pairs.length ?? 0} forecasts a line, each from three pairs of runs of ${RUN.seconds} s at ${RUN.perSecond}/s,
in virtual time on ${machine}, by \`npm run compare:accuracy forecast\`. True is the rise that ${percent(POWER)} of ${OF_TRUTH} comparisons of at most ${PAIRS} pairs call a regression.

**${kept.filter(Boolean).length} of ${kept.length} forecasts (${percent(share(kept))}) lie between half and twice the truth**${silent === 0 ? '' : `; ${silent} comparisons told nothing, since their runs did not know their percentiles`}. Of the lengths told where
a longer one finds a rise of ${percent(GOAL)} in p95, ${byLength.filter(Boolean).length} of ${byLength.length} lie between a quarter and four times of it (a length goes with the square of the rise). Where no such length finds it, since starts differ or the machine wanders,
three pairs do not see that: ${named} of ${inVain.length} named one all the same. What finds it there is more pairs: \`--budget\` with time
for ${MOST_PAIRS} pairs of those same runs called a head that is ${percent(GOAL)} slower a regression in **${budget.filter((count) => count !== null).length} of ${budget.length}** comparisons.

| service | machine | p50: told | true | p95: told | true | within a factor of ${FACTOR} | length told for ${percent(GOAL)} of p95 | true | \`--budget\`: ${percent(GOAL)} found | pairs it took |
|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
${rows.join('\n')}
`;
}
