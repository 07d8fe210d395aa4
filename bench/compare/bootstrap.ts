/**
 * Student's t over pairs of runs, which `compare` uses, beside bootstraps of the same pairs: how often their intervals miss, what they
 * call, and what they find. On services that neither was chosen by.
 */
import { missesOfEach, pairedChange } from '../../src/analyze/compare/change.ts';
import { Random } from '../../src/load/random.ts';
import { meanOf } from '../../src/stats/average.ts';
import { studentQuantile } from '../../src/stats/distributions.ts';
import { HELD_OUT } from './held-out.ts';
import { MACHINES, type Paired, pairsOf, type Simulated } from './runs.ts';
import { MARGIN } from './table.ts';

const PERCENTILES = [0.5, 0.95, 0.99] as const;
/** As in `compare`, which judges throughput and failures with them. */
const FIGURES = 5;
const MISSES = missesOfEach(0.95, FIGURES);
const SLOWER = 1.1;
/** The parts of a run that the hierarchical bootstrap draws from. */
const BATCHES = 10;
const DRAWS = 1_999;
const COUNTS = [5, 10] as const;

export const METHODS = ['student', 'pairs', 'hierarchical', 'hierarchical, widened'] as const;
type Method = (typeof METHODS)[number];
type Interval = readonly [low: number, high: number];

export interface Tally {
  readonly pairs: number;
  readonly method: Method;
  comparisons: number;
  /** Intervals of ln-ratios without the truth, which is zero; of all those of p50, p95 and p99. */
  missed: number;
  /** Comparisons of equal builds that call a change. */
  called: number;
  /** Comparisons of a head that is slower by a tenth that call a regression. */
  found: number;
}

/** @param comparisons of each service and machine. */
export const bootstrapJobs = (comparisons: number): readonly (() => Tally[])[] =>
  HELD_OUT.flatMap((_, law) => MACHINES.map((__, machine) => () => talliesOf(law, machine, comparisons)));

function talliesOf(lawIndex: number, machineIndex: number, comparisons: number): Tally[] {
  const law = HELD_OUT[lawIndex] as (typeof HELD_OUT)[number];
  const machine = MACHINES[machineIndex] as (typeof MACHINES)[number];
  const tallies = COUNTS.flatMap((pairs) =>
    METHODS.map((method): Tally => ({ pairs, method, comparisons: 0, missed: 0, called: 0, found: 0 })),
  );
  for (let i = 0; i < comparisons; i++) {
    const seed = 60_000_000 + 100_000 * (lawIndex * 10 + machineIndex) + i;
    const source = pairsOf(law, machine, { response: 1 }, seed);
    const pairs = Array.from({ length: Math.max(...COUNTS) }, () => source.next().value as Paired);
    for (const count of COUNTS) {
      const intervals = intervalsOf(pairs.slice(0, count), new Random(seed, 17));
      for (const tally of tallies) if (tally.pairs === count) counted(tally, intervals[tally.method]);
    }
  }
  return tallies;
}

/** All responses of a head that take a tenth longer shift each interval by just that: one simulation tells of both builds. */
function counted(tally: Tally, intervals: readonly Interval[]): void {
  const margin = Math.log1p(MARGIN);
  const shift = Math.log(SLOWER);
  tally.comparisons++;
  tally.missed += intervals.filter(([low, high]) => low > 0 || high < 0).length;
  if (intervals.some(([low, high]) => low > margin || high < -margin)) tally.called++;
  if (intervals.some(([low]) => low + shift > margin)) tally.found++;
}

/** Of the ln-ratio of each percentile, by each method. */
function intervalsOf(pairs: readonly Paired[], random: Random): Record<Method, readonly Interval[]> {
  const sides = pairs.map(({ base, head }) => [new Batched(base), new Batched(head)] as const);
  const whole = new Uint8Array(BATCHES).fill(1);
  const ratiosOf = ([base, head]: readonly [Batched, Batched], weights: Uint8Array): number[] => {
    const [left, right] = [base.percentiles(weights), head.percentiles(weights)];
    return PERCENTILES.map((_, k) => Math.log((right[k] as number) / (left[k] as number)));
  };
  const own = sides.map((side) => ratiosOf(side, whole));
  const ofPairs = PERCENTILES.map(() => new Float64Array(DRAWS));
  const ofBoth = PERCENTILES.map(() => new Float64Array(DRAWS));
  for (let draw = 0; draw < DRAWS; draw++) {
    for (let i = 0; i < pairs.length; i++) {
      const drawn = Math.floor(random.uniform() * pairs.length);
      const weights = new Uint8Array(BATCHES);
      // The same parts of both runs: they had the same arrivals.
      for (let b = 0; b < BATCHES; b++) more(weights, Math.floor(random.uniform() * BATCHES), 1);
      const ratios = ratiosOf(sides[drawn] as (typeof sides)[number], weights);
      for (const k of PERCENTILES.keys()) {
        more(ofPairs[k] as Float64Array, draw, (own[drawn]?.[k] as number) / pairs.length);
        more(ofBoth[k] as Float64Array, draw, (ratios[k] as number) / pairs.length);
      }
    }
  }
  const n = pairs.length;
  // As much wider as Student's interval is than the normal one of the variance that a bootstrap of n sees (T. Hesterberg, 2015).
  const wider =
    (Math.sqrt(n / (n - 1)) * studentQuantile(1 - MISSES / 2, n - 1)) / studentQuantile(1 - MISSES / 2, 1e6);
  const around = (interval: Interval, k: number): Interval => {
    const centre = meanOf(own.map((ratios) => ratios[k] as number));
    return [centre + wider * (interval[0] - centre), centre + wider * (interval[1] - centre)];
  };
  const hierarchical = ofBoth.map(ends);
  return {
    student: PERCENTILES.map((_, k) => {
      const ratios = own.map((each) => each[k] as number);
      return pairedChange(
        ratios.map(() => 0),
        ratios,
        MISSES,
      ).interval;
    }),
    pairs: ofPairs.map(ends),
    hierarchical,
    'hierarchical, widened': hierarchical.map(around),
  };
}

function more(numbers: Float64Array | Uint8Array, index: number, amount: number): void {
  numbers[index] = (numbers[index] as number) + amount;
}

function ends(draws: Float64Array): Interval {
  draws.sort();
  const at = Math.round((MISSES / 2) * (DRAWS + 1)) - 1;
  return [draws[at] as number, draws[DRAWS - 1 - at] as number];
}

/** A run whose batches can be weighted: its percentiles are read from times that are sorted once. */
class Batched {
  readonly #sorted: Float64Array;
  readonly #batch: Uint8Array;
  readonly #sizes = new Float64Array(BATCHES);

  constructor({ took }: Simulated) {
    const batchOf = (i: number): number => Math.floor((i * BATCHES) / took.length);
    const order = Uint32Array.from(took.keys()).sort((a, b) => (took[a] as number) - (took[b] as number));
    this.#sorted = Float64Array.from(order, (i) => took[i] as number);
    this.#batch = Uint8Array.from(order, batchOf);
    for (const batch of this.#batch) more(this.#sizes, batch, 1);
  }

  percentiles(weights: Uint8Array): number[] {
    let total = 0;
    for (let b = 0; b < BATCHES; b++) total += (weights[b] as number) * (this.#sizes[b] as number);
    const found: number[] = [];
    let seen = 0;
    for (let i = 0; i < this.#sorted.length && found.length < PERCENTILES.length; i++) {
      seen += weights[this.#batch[i] as number] as number;
      while (found.length < PERCENTILES.length && seen >= (PERCENTILES[found.length] as number) * total)
        found.push(this.#sorted[i] as number);
    }
    return found;
  }
}

export function bootstrapText(results: readonly (readonly Tally[])[]): string {
  const share = (part: number, all: number): string => `${((100 * part) / all).toFixed(1)} %`;
  const rows = (results[0] ?? []).map(({ pairs, method }, i) => {
    const all = results.map((tallies) => tallies[i] as Tally);
    const sum = (of: (tally: Tally) => number): number => all.reduce((total, tally) => total + of(tally), 0);
    const comparisons = sum((tally) => tally.comparisons);
    return `| ${[
      ...[
        pairs,
        method,
        comparisons,
        share(
          sum((tally) => tally.missed),
          PERCENTILES.length * comparisons,
        ),
      ],
      share(
        sum((tally) => tally.called),
        comparisons,
      ),
      share(
        sum((tally) => tally.found),
        comparisons,
      ),
    ].join(' | ')} |`;
  });
  return `| pairs | method | comparisons | an interval misses (wanted: ${(100 * MISSES).toFixed(2)} %) | called a change of equal builds | 10 % slower called a regression |
|--:|---|--:|--:|--:|--:|
${rows.join('\n')}
`;
}
