/** How sure the figures are that thresholds look at: intervals of percentiles, of shares and of rates. */
import type { TimelinePoint } from '../core/result.ts';
import { BATCHES, longerFor, longerForEnd } from '../stats/confidence.ts';
import { uncertaintyWith } from '../stats/long-run.ts';
import { clusterBelow, clusterOf, type Share, shareInterval, TWO_SIDED } from './search/share.ts';

/** How far a measured value may be from that of an endless run. */
export interface Certainty {
  /** 95 %, in the value's unit (µs for times); an open upper end is null. */
  readonly interval: readonly [low: number, high: number | null];
  /** How many times as long the run must be for the interval to leave out a limit that it holds. May be infinite. */
  readonly longer: (limit: number) => number;
  /** The same, for an upper end that it does not have yet. */
  readonly longerForEnd: number;
  /**
   * Of a percentile without an upper end: whether so few requests took longer than a limit that it is below it, nevertheless.
   */
  readonly isBelow?: (limit: number) => boolean;
}

/** What a run knows of itself beyond its values: the percentiles' intervals, and how it went over time. */
export interface RunCertainty {
  /** Null: no interval can be given. @param p 0..1. */
  readonly percentile: (p: number) => Certainty | null;
  readonly stretches: readonly Stretch[];
}

/** A part of the measured time, and how requests ended in it. */
interface Stretch {
  readonly seconds: number;
  readonly ok: number;
  readonly failed: number;
  /** Good requests; 0 where goodput is not counted. */
  readonly good: number;
  readonly bad: number;
}

type Counted = Pick<Stretch, 'seconds' | 'ok' | 'failed'>;

type Ended = Pick<Stretch, 'ok' | 'failed'>;

/** A stretch that is shorter than so much of the others is no stretch of its own. */
const SHORT = 0.5;
const FEWEST = 5;
/** Longer is as good as for ever. */
const LONGEST = 1e6;

/**
 * Up to 20 stretches of equal time. What came when the load had ended was due in the last of them, and its time does
 * not count.
 */
export function stretchesOf(timeline: readonly TimelinePoint[]): Stretch[] {
  const measured = timeline.filter(({ phase }) => phase === 'measure');
  const m = Math.min(BATCHES, measured.length);
  const stretches = Array.from({ length: m }, (): Stretch => ({ seconds: 0, ok: 0, failed: 0, good: 0, bad: 0 }));
  const add = (at: number, { seconds, ok, failed, good = 0, bad = 0 }: Partial<Stretch> & Counted): void => {
    const known = stretches[at];
    if (known === undefined) return;
    stretches[at] = {
      seconds: known.seconds + seconds,
      ok: known.ok + ok,
      failed: known.failed + failed,
      good: known.good + good,
      bad: known.bad + bad,
    };
  };
  measured.forEach((point, i) => {
    add(Math.floor((i * m) / measured.length), point);
  });
  for (const point of timeline) if (point.phase === 'drain') add(m - 1, { ...point, seconds: 0, ok: 0 });
  const last = stretches.at(-1);
  if (m > 1 && last !== undefined && last.seconds < SHORT * (stretches[0]?.seconds ?? 0)) {
    stretches.pop();
    add(m - 2, last);
  }
  return stretches;
}

/**
 * Of a percentile whose interval is known.
 * @param effective how many independent requests the run is worth there, of `n`.
 * @param below the share of requests at or below a time, µs.
 */
export function percentileCertainty(
  p: number,
  interval: Certainty['interval'],
  effective: number,
  n: number,
  below: (limit: number) => number,
): Certainty {
  const isBelow = (limit: number): boolean => {
    const share = { bad: n * (1 - below(limit)), n, batches: [] };
    const [, most] = shareInterval(share, clusterBelow(share, 1 - p, 1, n / effective), TWO_SIDED);
    return most <= 1 - p;
  };
  return {
    interval,
    isBelow,
    longer: (limit) => longerFor(p, below(limit), effective),
    longerForEnd: longerForEnd(p, effective),
  };
}

/**
 * Of the share of requests that failed, as a search has it: failures that come together count for less than as many by
 * themselves.
 */
export function shareCertainty(failed: number, ended: number, stretches: readonly Ended[]): Certainty {
  const share: Share = {
    bad: failed,
    n: ended,
    batches: stretches.map((stretch) => ({ bad: stretch.failed, n: stretch.ok + stretch.failed })),
  };
  const cluster = clusterOf(share) ?? 1;
  const after = (longer: number) => shareInterval(share, cluster / longer, TWO_SIDED);
  const holds = (limit: number, [low, high]: readonly [number, number]): boolean => low <= limit && limit <= high;
  return {
    interval: after(1),
    longer: (limit) => leastWhere((longer) => !holds(limit, after(longer))),
    longerForEnd: 1,
  };
}

/**
 * Of the share of requests that met their limits: that of the others, turned round. Of those that were given up without being
 * over one it is not known: they may all have met them, or none.
 */
export function goodputCertainty(
  { bad, judged, open }: { readonly bad: number; readonly judged: number; readonly open: number },
  stretches: readonly Stretch[],
): Certainty {
  const parts = stretches.map((part) => ({ ok: part.good, failed: part.bad }));
  const least = shareCertainty(bad, judged + open, parts);
  const most = open === 0 ? least : shareCertainty(bad + open, judged + open, parts);
  return {
    interval: [1 - (most.interval[1] ?? 1), 1 - least.interval[0]],
    longer: (limit) => (open === 0 ? least.longer(1 - limit) : Number.POSITIVE_INFINITY),
    longerForEnd: 1,
  };
}

/** How sure the rate of successes is. */
export function rateCertainty(
  perSecond: number,
  stretches: readonly Pick<Stretch, 'seconds' | 'ok'>[],
): Certainty | null {
  const filled = stretches.filter(({ seconds }) => seconds > 0);
  if (filled.length < FEWEST || perSecond <= 0) return null;
  const relative = uncertaintyWith(filled.map(({ seconds }) => seconds))(
    filled.map(({ seconds, ok }) => ok / seconds / perSecond),
  );
  const half = perSecond * relative;
  return {
    interval: [Math.max(0, perSecond - half), perSecond + half],
    longer: (limit) => (half / (limit - perSecond)) ** 2,
    longerForEnd: 1,
  };
}

/** The least factor from 1 on for which `test` holds, which holds for all above it; Infinity beyond all sense. */
function leastWhere(test: (factor: number) => boolean): number {
  if (!test(LONGEST)) return Number.POSITIVE_INFINITY;
  let low = 0;
  let high = Math.log(LONGEST);
  for (let halving = 0; halving < 40; halving++) {
    const middle = (low + high) / 2;
    if (test(Math.exp(middle))) high = middle;
    else low = middle;
  }
  return Math.exp(high);
}
