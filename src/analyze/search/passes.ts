/** Passes through flows with steps at one level, and what flows and groups came to in it. */
import type { Pass } from '../../core/pass.ts';
import type { IntervalSnapshot, SeriesSnapshot } from '../../core/snapshot.ts';

/** Passes in a level's window; `begun` and `ended` are of the window, be the other end of the pass in it or not. */
export interface Passes {
  /** The part of the window that they are counted in, s. */
  readonly seconds: number;
  /** Those that were dropped too. */
  readonly offered: number;
  readonly dropped: number;
  /** Ended well, or with a failed request in them. */
  readonly ok: number;
  readonly failed: number;
  readonly underWayAtStart: number;
  readonly underWayAtEnd: number;
  /** That one sends, on average; null: responses decide. */
  readonly requestsEach: number | null;
}

/**
 * The stretch of a window in which no pass was cut: with the load's end, and the window's, all that pause are, so that the last
 * interval is left out.
 * @param windows intervals of the window.
 */
export function uncutUntil(windows: readonly IntervalSnapshot[], endAt: number): number {
  const earlier = windows.filter((one) => one.endAt < endAt);
  return earlier.length === 0 ? endAt : Math.max(...earlier.map((one) => one.endAt));
}

/** @param from when the window begins, µs. */
export function passesIn(
  snapshots: readonly IntervalSnapshot[],
  from: number,
  until: number,
  { requests, responsesDecide }: Pass,
): Passes {
  const passes = { offered: 0, dropped: 0, ok: 0, failed: 0, underWayAtStart: 0, underWayAtEnd: 0 };
  for (const { startAt, endAt, phase, flows = {} } of snapshots) {
    if (phase === 'drain' || startAt >= until) continue;
    for (const series of Object.values(flows)) {
      const more = series.sent - endedIn(series);
      if (endAt <= from + 1) passes.underWayAtStart += more;
      passes.underWayAtEnd += more;
      if (endAt <= from + 1) continue;
      passes.offered += series.due;
      passes.dropped += series.dropped;
      passes.ok += series.ok;
      passes.failed += series.failed;
    }
  }
  return { ...passes, seconds: (until - from) / 1e6, requestsEach: responsesDecide ? null : requests };
}

const endedIn = ({ ok, failed, byOutcome, leftOut = 0 }: SeriesSnapshot): number =>
  ok + failed + (byOutcome.aborted ?? 0) + leftOut;

/** What an interval tells of flows and groups, by where in the window it lies. */
export interface Spans {
  readonly kind: 'flow' | 'group';
  readonly name: string;
  readonly series: SeriesSnapshot;
  /** µs since the window began; of what hung until it was given up: infinite. */
  readonly at: number;
}

/**
 * Flows and groups that ended in the window, whenever they began: of those that began in it the longer ones would be cut. And those
 * that began in it and hung until they were given up.
 */
export function spansIn(snapshots: readonly IntervalSnapshot[], from: number, until: number): Spans[] {
  return snapshots.flatMap((snapshot): Spans[] => {
    const { startAt, endAt, phase } = snapshot;
    const hung = phase === 'drain';
    if (!hung && (startAt < from - 1 || endAt > until + 1)) return [];
    return (['flow', 'group'] as const).flatMap((kind) =>
      Object.entries((kind === 'flow' ? snapshot.flows : snapshot.groups) ?? {}).map(([name, series]) => ({
        ...{ kind, name },
        series: hung ? { ...series, ok: 0, failed: 0, dropped: 0, times: {} } : series,
        at: hung ? Number.POSITIVE_INFINITY : (startAt + endAt) / 2 - from,
      })),
    );
  });
}
