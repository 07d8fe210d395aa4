/** The change of one figure between two sides of a comparison, paired or not, with its interval. */
import { meanOf } from '../../stats/average.ts';
import { studentQuantile } from '../../stats/distributions.ts';

/** How much a figure differs between two sides: its ln-ratio, or its difference; with an interval. */
export interface Change {
  readonly change: number;
  readonly interval: readonly [low: number, high: number];
  /** Of `change`, were there one run (or pair) of each side. */
  readonly deviation: number;
}

/**
 * The share of all intervals that may miss, for one of `tests`, so that together they hold their truths with `confidence`.
 * Source: Z. Šidák, Rectangular confidence regions for the means of multivariate normal distributions (JASA 62, 1967): it
 * holds for intervals that depend on each other too.
 */
export const missesOfEach = (confidence: number, tests: number): number => 1 - confidence ** (1 / tests);

/** Each with the run that was measured beside it: what both had in common (the time of the day, a busy machine) cancels. */
export function pairedChange(base: readonly number[], head: readonly number[], misses: number): Change {
  const differences = head.map((value, i) => value - (base[i] as number));
  return around(differences, misses);
}

function around(values: readonly number[], misses: number): Change {
  const n = values.length;
  const change = meanOf(values);
  const deviation = Math.sqrt(varianceOf(values));
  const half = n < 2 ? Number.POSITIVE_INFINITY : (studentQuantile(1 - misses / 2, n - 1) * deviation) / Math.sqrt(n);
  return { change, interval: [change - half, change + half], deviation };
}

/**
 * All runs of one side against all of the other.
 * Source: B. L. Welch, The generalization of "Student's" problem when several different population variances are involved
 * (Biometrika 34, 1947).
 */
export function unpairedChange(base: readonly number[], head: readonly number[], misses: number): Change {
  const change = meanOf(head) - meanOf(base);
  const [ofBase, ofHead] = [varianceOf(base) / base.length, varianceOf(head) / head.length];
  const variance = ofBase + ofHead;
  const fewest = Math.min(base.length, head.length);
  const freedom = variance ** 2 / (ofBase ** 2 / (base.length - 1) + ofHead ** 2 / (head.length - 1));
  const half =
    fewest < 2
      ? Number.POSITIVE_INFINITY
      : variance === 0
        ? 0
        : studentQuantile(1 - misses / 2, freedom) * Math.sqrt(variance);
  return { change, interval: [change - half, change + half], deviation: Math.sqrt(variance * fewest) };
}

function varianceOf(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}

/**
 * How many runs of each side would probably tell: as many as bring the interval's end to the nearer border of the margin.
 * @returns null: more than 200, or it cannot be said.
 */
export function runsNeeded({ change, deviation }: Change, margin: number, misses: number): number | null {
  const room = Math.abs(margin - Math.abs(change));
  for (let n = 5; n <= 200; n++) {
    if ((studentQuantile(1 - misses / 2, n - 1) * deviation) / Math.sqrt(n) <= room) return n;
  }
  return null;
}
