/** A doubt: the target was slow in its first seconds only, and they are part of what was measured. */

import type { TimelinePoint } from '../core/result.ts';
import type { Doubt } from '../core/verdict.ts';
import type { Batch } from '../stats/confidence.ts';
import { Histogram } from '../stats/histogram.ts';
import type { Intervals } from './batches.ts';
import { inMs } from './latency.ts';
import { formatMs } from './wording.ts';

/** A run's first seconds, in which the target was slower than it was ever again. */
export interface ColdStart {
  /** When it was over, whole seconds since the start. */
  readonly until: number;
  /** p95 in it, of all, and of what came after it, ms. */
  readonly startMs: number;
  readonly allMs: number;
  readonly restMs: number;
}

/** A median, and a p95, of so many times that of the second half are a start's. */
const SLOWER = { median: 1.8, p95: 3 } as const;
/** And the slowest second of the start so much slower than any later one: a busy target has slow whiles, also at the start. */
const CLEARLY = 2;
/** It is told where without it the run's median or p95 would be so much lower. */
const NOTABLE = 1.1;
/** Seconds, and responses in the rest, that give something to compare with. */
const FEWEST = { points: 8, responses: 100 } as const;

/**
 * The slow start of a run under a constant load: its first seconds are all slow beside its second half, and none that came
 * later was half as slow as the slowest of them.
 * @param points the measured ones.
 * @param batchesWithin the response times of some of its intervals.
 */
export function coldStart(
  points: readonly TimelinePoint[],
  interval: number,
  batchesWithin: (part: Intervals) => Batch[],
): ColdStart | null {
  const whole = points.filter(({ seconds }) => 1e6 * seconds >= 0.5 * interval);
  const [first] = whole;
  const last = whole.at(-1);
  if (first === undefined || last === undefined || whole.length < FEWEST.points) return null;
  const half = whole.slice(Math.ceil(whole.length / 2));
  const usual = { median: middleOf(half, 'p50'), p95: middleOf(half, 'p95') };
  if (usual.median === null || usual.p95 === null) return null;
  const limits = { median: SLOWER.median * usual.median, p95: SLOWER.p95 * usual.p95 };
  const isSlow = ({ p50, p95 }: TimelinePoint): boolean => (p50 ?? 0) > limits.median || (p95 ?? 0) > limits.p95;
  const isEmpty = ({ ok, inFlight }: TimelinePoint): boolean => ok === 0 && inFlight > 0;
  const length = whole.findIndex((point) => !isSlow(point) && !isEmpty(point));
  const start = whole.slice(0, Math.max(0, length));
  const rest = whole.slice(start.length);
  const slowest = (some: readonly TimelinePoint[]): number => Math.max(...some.map(({ p95 }) => p95 ?? 0));
  const end = start.at(-1);
  if (
    end === undefined ||
    start.length > half.length ||
    !start.some(isSlow) ||
    slowest(start) < CLEARLY * slowest(rest)
  )
    return null;
  const indexOf = ({ t, seconds }: TimelinePoint): number => Math.round((1e6 * (t - seconds)) / interval);
  const times = (from: TimelinePoint, to: TimelinePoint): Histogram =>
    Histogram.of(...batchesWithin({ first: indexOf(from), last: indexOf(to) }).map((batch) => batch.times));
  const [all, after] = [times(first, last), times(rest[0] ?? last, last)];
  if (after.count < FEWEST.responses) return null;
  if (![0.5, 0.95].some((p) => all.quantile(p) > NOTABLE * after.quantile(p))) return null;
  const startMs = slowest(start);
  return { until: Math.ceil(end.t), startMs, allMs: inMs(all.quantile(0.95)), restMs: inMs(after.quantile(0.95)) };
}

function middleOf(points: readonly TimelinePoint[], name: 'p50' | 'p95'): number | null {
  const values = points.flatMap((point) => point[name] ?? []).sort((a, b) => a - b);
  return values[values.length >> 1] ?? null;
}

export function coldDoubts(cold: ColdStart | null): Doubt[] {
  if (cold === null) return [];
  const { until, startMs, allMs, restMs } = cold;
  const message =
    `The start was slower than all that came after it: p95 up to ${formatMs(startMs)} in the first ${until} s, ` +
    `${formatMs(restMs)} in the rest, ${formatMs(allMs)} of both together.`;
  const hint = `Leave it out with --warmup ${until}s, if what it does once it is warm is what you want to know.`;
  return [{ code: 'cold-start', message, hint, invalidates: false }];
}
