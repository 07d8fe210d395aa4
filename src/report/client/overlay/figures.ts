/** The figures that are compared of runs, and the cells of their tables. */
import { formatCount, formatRate, formatShare } from '../../../analyze/wording.ts';
import { samplesFor } from '../../../core/sample-size.ts';
import { msFigure } from '../figures.ts';
import type { Tally } from '../selection.ts';

/** A number of a run; an interval whose upper end is open ends in null. Null is "not known". */
export interface Figure {
  readonly value: number | null;
  readonly interval?: readonly [low: number, high: number | null] | undefined;
}

/** Ends of an interval; null: an open one. */
type Ends = readonly [low: number | null, high: number | null];

/** What is compared of runs; times in ms, shares 0..1. */
export interface RunFigures {
  readonly sent: number;
  readonly achievedPerSec: number | null;
  readonly failedShare: number | null;
  readonly p50: Figure;
  readonly p95: Figure;
  readonly p99: Figure;
  readonly max: number | null;
}

/** A cell: its number, what stands beside it in a lighter ink, and what its tooltip says. */
export interface FigureCell {
  readonly text: string;
  readonly beside: string;
  readonly title: string;
}

export const FIGURE_HEADS = ['Count', 'Achieved /s', 'Failed', 'p50', 'p95', 'p99', 'Max'] as const;
export const DIFFERENCE_HEADS = ['Achieved /s', 'Failed, points', 'p50', 'p95', 'p99'] as const;

/**
 * Of a stretch of time, at the resolution that the page carries: without intervals.
 * @param infinite how many of its requests had no response.
 */
export function figuresOfTally(tally: Tally, infinite: number): RunFigures {
  const { seconds, sent, ok, achieved, failed, response } = tally;
  const count = response.count + infinite;
  const at = (p: number): Figure => {
    const rank = Math.ceil(p * count - 1e-9);
    if (count < samplesFor(p)) return { value: null };
    return { value: rank > response.count ? Number.POSITIVE_INFINITY : response.quantile(rank / response.count) };
  };
  return {
    sent,
    achievedPerSec: seconds > 0 ? achieved / seconds : null,
    failedShare: ok + failed > 0 ? failed / (ok + failed) : null,
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    max: infinite > 0 ? Number.POSITIVE_INFINITY : response.max,
  };
}

const figure = (ms: number): string => (ms === Number.POSITIVE_INFINITY ? '∞' : msFigure(ms));

export function figureCells(figures: RunFigures): FigureCell[] {
  const { sent, achievedPerSec, failedShare, p50, p95, p99, max } = figures;
  return [
    plain(formatCount(sent)),
    achievedPerSec === null ? NONE : plain(formatRate(achievedPerSec).replace('/s', '')),
    failedShare === null ? NONE : plain(formatShare(failedShare)),
    ...[p50, p95, p99].map(timeCell),
    max === null ? NONE : plain(figure(max)),
  ];
}

/**
 * What a run's numbers are more or less than another's.
 * @param intervalOf of the difference, where both have one.
 */
export function differenceCells(
  base: RunFigures,
  other: RunFigures,
  intervalOf: (base: Figure, other: Figure) => Ends | null = () => null,
): FigureCell[] {
  const times = (['p50', 'p95', 'p99'] as const).map((name): FigureCell => {
    const [from, to] = [base[name], other[name]];
    if (from.value === null || to.value === null) return NONE;
    if (!Number.isFinite(from.value) || !Number.isFinite(to.value)) return INFINITE;
    const { text, beside } = change(from.value, to.value, msFigure);
    const interval = intervalOf(from, to);
    if (interval === null) return { text, beside, title: '' };
    const range = rangeOf(interval);
    const title = `95 % interval of the difference, from within these runs: ${range} ms`;
    return { text, beside: [beside, range].filter((each) => each !== '').join('; '), title };
  });
  const { achievedPerSec: from, failedShare: few } = base;
  const { achievedPerSec: to, failedShare: many } = other;
  return [
    from === null || to === null ? NONE : change(from, to, (rate) => formatRate(rate).replace('/s', '')),
    few === null || many === null ? NONE : plain(signed(100 * (many - few), pointsFigure)),
    ...times,
  ];
}

const NONE: FigureCell = { text: '–', beside: '', title: 'Too few requests, or none.' };

const INFINITE: FigureCell = { text: '–', beside: '', title: 'One of them falls among the failed requests.' };

const plain = (text: string): FigureCell => ({ text, beside: '', title: '' });

function timeCell({ value, interval }: Figure): FigureCell {
  if (value === null) return NONE;
  if (interval === undefined) return plain(figure(value));
  const [low, high] = interval;
  const range = high === null ? `${msFigure(low)} or more` : `${msFigure(low)} to ${msFigure(high)}`;
  return { text: figure(value), beside: range, title: `95 % interval: ${range} ms` };
}

function rangeOf([low, high]: Ends): string {
  if (low === null) return high === null ? '' : `up to ${signed(high, msFigure)}`;
  return high === null ? `from ${signed(low, msFigure)}` : `${signed(low, msFigure)} to ${signed(high, msFigure)}`;
}

/** `+4.2`, and beside it by what part: `+7 %`. */
function change(from: number, to: number, figure: (value: number) => string): FigureCell {
  const share = from > 0 ? signed((to - from) / from, formatShare) : '';
  return { text: signed(to - from, figure), beside: share, title: '' };
}

function signed(value: number, figure: (value: number) => string): string {
  const text = figure(Math.abs(value));
  if (value === 0 || !/[1-9]/.test(text)) return text;
  return `${value > 0 ? '+' : '−'}${text}`;
}

/** Percentage points. */
function pointsFigure(points: number): string {
  return points === 0 ? '0' : points < 0.01 ? '< 0.01' : points.toFixed(points < 1 ? 2 : 1);
}
