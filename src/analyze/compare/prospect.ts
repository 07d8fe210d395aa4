/** What a comparison can show, told from its first pairs: in time to give its runs another length. */
import type { RunResult } from '../../core/result.ts';
import { meanOf } from '../../stats/average.ts';
import { studentQuantile } from '../../stats/distributions.ts';
import { counted, formatLonger, formatShare } from '../wording.ts';
import { missesOfEach } from './change.ts';
import { figuresOf, metricsOf } from './figures.ts';

/** After so many pairs it is told: what differs between runs shows in none sooner. */
export const TOLD_AFTER = 3;
/** The normal distribution's quantile of 90 %: of comparisons whose head changed by so much, these are to find it. */
const Z_OF_POWER = 1.2816;
/** And that of the 95 % which a run's own intervals hold. */
const Z_OF_RUN = 1.96;
/**
 * What is known of how pairs differ beside what the intervals of their runs say: less, since both have the same arrivals; or more,
 * since runs differ by themselves. A few pairs tell it roughly, several percentiles of them a little better.
 */
const CURVE = ['p50', 'p75', 'p90', 'p95'] as const;
/** Somebody who lets 5 % pass wants to be told of 10 %. */
const GOAL = 2;
const MOST_TIMES = 1_000;
const MOST_PAIRS = 100;

const FIGURES = ['p50', 'p95'] as const;
type Figure = (typeof FIGURES)[number];

export interface MeasuredPair {
  readonly base: RunResult;
  readonly head: RunResult;
}

export interface Prospect {
  /** The smallest change for the worse that nine of ten such comparisons would call a regression, of each figure; a share. */
  readonly visible: Readonly<Partial<Record<Figure, number>>>;
  /** What somebody with this margin wants to find, and by which figure: by p95, unless the runs know the median alone. */
  readonly goal: number;
  readonly by: Figure;
  /** So many times as long the runs must be to find it by that. Null: they need not be longer, or that would not do. */
  readonly longer: number | null;
  /** So many pairs of these runs would do as well. Null: none need be more, or more than 100. */
  readonly pairs: number | null;
}

export interface ProspectOptions {
  readonly planned: number;
  readonly margin: number;
  readonly confidenceOf: (pairs: number) => number;
}

interface Spread {
  /** Of the ln-ratio of a pair. */
  readonly variance: number;
  /** The part that is from how few requests a run has. */
  readonly sampling: number;
}

/**
 * @param pairs that were measured. @param planned how many there will be at the last look. @param confidenceOf a last look after so many.
 * @returns null: they do not know their percentiles well enough to say.
 */
export function prospectOf(
  pairs: readonly MeasuredPair[],
  { planned, margin, confidenceOf }: ProspectOptions,
): Prospect | null {
  const [first] = pairs;
  if (first === undefined || planned < 2) return null;
  const figures = metricsOf(figuresOf(first.base)).length;
  const goal = GOAL * margin;
  /** How far the true change must lie beyond the margin, in deviations of a pair. */
  const needs = (n: number): number => {
    const misses = missesOfEach(confidenceOf(n), figures);
    return (studentQuantile(1 - misses / 2, n - 1) + Z_OF_POWER) / Math.sqrt(n);
  };
  const times = excessOf(pairs);
  const spreads = new Map(FIGURES.map((figure) => [figure, spreadOf(pairs, figure, times)]));
  const visible: Partial<Record<Figure, number>> = {};
  for (const [figure, spread] of spreads)
    if (spread !== null) visible[figure] = Math.expm1(Math.log1p(margin) + needs(planned) * Math.sqrt(spread.variance));
  const by = (['p95', 'p50'] as const).find((figure) => visible[figure] !== undefined);
  const spread = by === undefined ? null : (spreads.get(by) ?? null);
  if (by === undefined || spread === null) return null;
  const room = Math.log1p(goal) - Math.log1p(margin);
  if ((visible[by] ?? 0) <= goal) return { visible, goal, by, longer: null, pairs: null };
  const left = (room / needs(planned)) ** 2 - (spread.variance - spread.sampling);
  const longer = left > 0 ? spread.sampling / left : Number.POSITIVE_INFINITY;
  const enough = (n: number): boolean => needs(n) * Math.sqrt(spread.variance) <= room;
  const more = Array.from({ length: MOST_PAIRS + 1 }, (_, n) => n).find((n) => n > planned && enough(n));
  return { visible, goal, by, longer: longer <= MOST_TIMES ? longer : null, pairs: more ?? null };
}

/** By their own intervals alone the ln-ratios of pairs would vary so much; null: no run has an interval that is closed. */
function ownVariance(pairs: readonly MeasuredPair[], name: (typeof CURVE)[number]): number | null {
  const own = pairs.flatMap(({ base, head }) => {
    const [left, right] = [varianceIn(base, name), varianceIn(head, name)];
    return left === null || right === null ? [] : [left + right];
  });
  return own.length === 0 ? null : meanOf(own);
}

/** So many times as much as by the runs' own intervals the ln-ratios of pairs vary; null: it cannot be said. */
function excessOf(pairs: readonly MeasuredPair[]): number | null {
  const all = CURVE.flatMap((name) => {
    const own = ownVariance(pairs, name);
    const ratios = pairs.flatMap(({ base, head }) => {
      const [left, right] = [base, head].map(({ latency }) => latency.responseWithFailures[name]);
      return isTime(left) && isTime(right) ? [Math.log(right / left)] : [];
    });
    if (own === null || own === 0 || ratios.length < 2) return [];
    const mean = meanOf(ratios);
    return ratios.reduce((sum, ratio) => sum + (ratio - mean) ** 2, 0) / (ratios.length - 1) / own;
  });
  return all.length === 0 ? null : meanOf(all);
}

function spreadOf(pairs: readonly MeasuredPair[], figure: Figure, times: number | null): Spread | null {
  const own = ownVariance(pairs, figure);
  return own === null || times === null ? null : { variance: times * own, sampling: Math.min(times, 1) * own };
}

/** Of the logarithm of a percentile of one run, by its interval; null: it has none that is closed. */
function varianceIn({ latency }: RunResult, figure: (typeof CURVE)[number]): number | null {
  const [low, high] = latency.responseWithFailures.ci95?.[figure] ?? [0, null];
  return low > 0 && isTime(high) ? (Math.log(high / low) / (2 * Z_OF_RUN)) ** 2 : null;
}

const isTime = (value: number | null | undefined): value is number =>
  typeof value === 'number' && value > 0 && value < Number.POSITIVE_INFINITY;

/** How its user would give a comparison more. */
export interface Ways {
  /** Of each run, s; null: its length is not a time. */
  readonly seconds: number | null;
  /** What gives it so many pairs. */
  readonly pairs: (count: number) => string;
  /** What would measure as many as it takes; null: that is how it goes on, or no number of pairs would do. */
  readonly untilDecided: string | null;
}

/**
 * `10 pairs of such runs find a p50 that rose by about 8 %, or a p95 that rose by about 14 %; three pairs know that within a factor of
 * two. To find … takes …`. How many forecasts keep that is in docs/comparison.md.
 */
export function prospectSentence({ visible, goal, by, longer, pairs }: Prospect, planned: number, ways: Ways): string {
  const found = FIGURES.flatMap((figure) => {
    const share = visible[figure];
    return share === undefined ? [] : [`a ${figure} that rose by about ${formatShare(share)}`];
  });
  const sentence = `${counted(planned, 'pair')} of such runs find ${found.join(', or ')}; three pairs know that within a factor of two`;
  if ((visible[by] ?? 0) <= goal) return `${sentence}.`;
  const takes = [
    ...(longer === null ? [] : [longerText(longer, ways.seconds)]),
    ...(pairs === null ? [] : [ways.pairs(pairs)]),
  ];
  const change = `${formatShare(goal)} of ${by}`;
  return takes.length === 0
    ? `${sentence}. For ${change} the runs differ too much by themselves: neither longer ones nor ${MOST_PAIRS} pairs would do.`
    : `${sentence}. To find ${change} takes ${takes.join(', or ')}${ways.untilDecided === null ? '' : `; ${ways.untilDecided} measures until it is decided`}.`;
}

/** Runs of a round length: it is no more exact. */
function longerText(times: number, seconds: number | null): string {
  if (seconds === null) return `runs ${times < 9.5 ? times.toFixed(1) : Math.ceil(times)} times as long`;
  return `--duration ${durationText(Math.max(seconds + 1, times * seconds))}`;
}

/** As a flag takes it: `40s`, `7m`, `3h`. */
export const durationText = (seconds: number): string => formatLonger(seconds).replace(' min', 'm').replaceAll(' ', '');
