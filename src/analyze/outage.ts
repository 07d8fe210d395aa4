/** A doubt: the target was gone for a while, between times at which it responded. */

import type { FailureResult, TimelinePoint } from '../core/result.ts';
import type { Check, Doubt } from '../core/verdict.ts';
import { counted, formatClock } from './wording.ts';

/** A shorter one is some failed requests, s. */
const SHORTEST = 2;
/** How likely it may be that failures as frequent as in the rest of the run make such a stretch by themselves. */
const BY_CHANCE = 1e-6;
/** Instants of failures are told to the millisecond, s. */
const ROUNDING = 0.002;

/** Silence alone, without a failure, is one where it is this many times as long as the slowest response took. */
const TIMES_THE_SLOWEST = 3;

/** A stretch of the measured time in which no request succeeded, though some before had. */
export interface Outage {
  /** s since the start. */
  readonly from: number;
  /** Null: it lasted until the load ended. */
  readonly to: number | null;
  /** How many requests failed in it. */
  readonly failed: number;
  /** Requests given up at the end of the run, where it lasted until then. */
  readonly givenUp: number;
  /** What most of its requests failed with; null: none failed. */
  readonly cause: Pick<FailureResult, 'outcome' | 'message'> | null;
}

type Point = Pick<TimelinePoint, 't' | 'seconds' | 'phase' | 'ok' | 'failed' | 'inFlight'>;

interface Course {
  readonly timeline: readonly Point[];
  /** The most frequent first. */
  readonly failures: readonly FailureResult[];
  /** ISO 8601, as the instants of failures are. */
  readonly startedAt: string;
  /** Requests given up at the end of the run. */
  readonly aborted: number;
  /** The longest response time, s. */
  readonly slowest: number;
}

/** Neighbouring points without a success. */
interface Stretch {
  readonly from: number;
  to: number;
  failed: number;
}

/** The longest outage, or null. */
export function outageOf({ timeline, failures, startedAt, aborted, slowest }: Course): Outage | null {
  const points = timeline.filter(({ phase }) => phase === 'measure');
  const { stretches, last } = stretchesOf(points);
  const all = points.reduce((sum, { ok, failed }) => sum + ok + failed, 0);
  const allFailed = points.reduce((sum, { failed }) => sum + failed, 0);
  const givenUpIn = (stretch: Stretch): number => (stretch === last ? aborted : 0);
  const isOutage = (stretch: Stretch): boolean => {
    const { from, to, failed } = stretch;
    const shortest = failed > 0 ? SHORTEST : Math.max(SHORTEST, TIMES_THE_SLOWEST * slowest);
    const elsewhere = (allFailed - failed + 1) / (all - failed + 2);
    const unlikely = (failed + givenUpIn(stretch)) * Math.log(elsewhere) < Math.log(BY_CHANCE);
    return to - from >= shortest - ROUNDING && unlikely;
  };
  const found = stretches.filter(isOutage).sort((a, b) => b.to - b.from - (a.to - a.from))[0];
  if (found === undefined) return null;
  const origin = Date.parse(startedAt);
  const since = (instant: string): number => (Date.parse(instant) - origin) / 1e3;
  const cause =
    failures.find(
      ({ outcome, firstSeen, lastSeen }) =>
        outcome !== 'aborted' && since(firstSeen) <= found.to && since(lastSeen) >= found.from,
    ) ?? null;
  // Requests of the interval before may have been the first to fail.
  const first = cause === null ? found.from : since(cause.firstSeen);
  const width = points[0]?.seconds ?? 0;
  const from = first > found.from - width - ROUNDING ? Math.min(first, found.from) : found.from;
  const inside = points.filter(({ t }) => t > from && t <= found.to);
  return {
    from,
    to: found === last ? null : found.to,
    failed: inside.reduce((sum, { failed }) => sum + failed, 0),
    givenUp: givenUpIn(found),
    cause,
  };
}

/** The stretches without a success that follow one; `last` is one that was still open when the load ended. */
function stretchesOf(points: readonly Point[]): {
  readonly stretches: readonly Stretch[];
  readonly last: Stretch | null;
} {
  const stretches: Stretch[] = [];
  let open: Stretch | null = null;
  let answered = false;
  for (const { t, seconds, ok, failed, inFlight } of points) {
    if (ok > 0) {
      answered = true;
      open = null;
    } else if (answered && (open !== null || failed + inFlight > 0)) {
      if (open === null) {
        open = { from: t - seconds, to: t, failed: 0 };
        stretches.push(open);
      }
      open.to = t;
      open.failed += failed;
    }
  }
  return { stretches, last: open };
}

/** At most one doubt, and the first of all: rates and percentiles of two times say little. */
export function outageDoubts(outage: Outage | null, checks: readonly Check[]): Doubt[] {
  if (outage === null) return [];
  const { from, to, failed, givenUp, cause } = outage;
  const when = to === null ? `From ${formatClock(from)} on` : `From ${formatClock(from)} to ${formatClock(to)}`;
  const rest = to === null ? 'until the end' : 'meanwhile';
  const fates = [
    ...(failed > 0 ? [`${counted(failed, 'request')} failed ${rest}`] : []),
    ...(givenUp > 0 ? [`${counted(givenUp, 'request')} had no response when the run ended`] : []),
  ];
  const because = cause === null || cause.message === '' ? '' : ` (${cause.message})`;
  return [
    {
      code: 'target-down',
      message: `${when} ${whatFailed(cause)}. ${fates.join(', ')}${because}.`,
      hint: 'Did the target end, restart or run out of something then? Rates and percentiles are of both times together.',
      // A broken threshold is the better verdict.
      invalidates: to === null && !checks.some(({ status }) => status === 'failed'),
    },
  ];
}

function whatFailed(cause: Outage['cause']): string {
  if (cause === null) return 'no response came';
  if (cause.outcome !== 'connect-error') return 'every request failed';
  return cause.message.includes('ECONNREFUSED') ? 'every connection was refused' : 'no connection could be opened';
}
