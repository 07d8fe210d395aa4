/** Ends a load early: follows the intervals of a run and says when a threshold of `plan.abortOn` is broken. */
import type { Broken } from '../core/event.ts';
import { type TagSet, tagSets } from '../core/flow.ts';
import type { AbortThreshold, Plan, Scope } from '../core/plan.ts';
import { type IntervalSnapshot, type SeriesSnapshot, seriesWithin } from '../core/snapshot.ts';
import type { Micros } from '../core/units.ts';
import { inMs } from './latency.ts';
import { SeriesFold } from './series.ts';
import { evaluate, type Measurements } from './thresholds.ts';

type Watched = Pick<Plan, 'kind' | 'abortOn' | 'requests' | 'flows'>;

/**
 * Watches a load for a threshold that its last stretch breaks. Judged by the value alone, and not at all with too few samples: an
 * interval of a few seconds would be wide, and whoever wants the load ended does not want to wait for certainty.
 */
export class AbortWatch {
  readonly #plan: Watched;
  readonly #tags: readonly TagSet[];
  readonly #longest: number;
  #snapshots: IntervalSnapshot[] = [];
  /** When the first measured interval began, µs; null: none has. */
  #from: number | null = null;

  constructor(plan: Watched) {
    this.#plan = plan;
    this.#tags = tagSets(plan);
    this.#longest = (plan.abortOn ?? []).reduce((most, { over }) => Math.max(most, over), 0);
  }

  /** Takes the next interval. What is broken by now; null: nothing. */
  add(snapshot: IntervalSnapshot): Broken | null {
    // What has no generator is a late part of an interval that was there before.
    if (snapshot.phase !== 'measure') return null;
    const { startAt, endAt, generator } = snapshot;
    this.#from ??= startAt;
    this.#snapshots = [...this.#snapshots.filter((one) => one.endAt > endAt - this.#longest), snapshot];
    if (generator === undefined) return null;
    for (const threshold of this.#plan.abortOn ?? []) {
      const broken = this.#broken(threshold, endAt, endAt - this.#from);
      if (broken !== null) return broken;
    }
    return null;
  }

  #broken(threshold: AbortThreshold, endAt: Micros, measured: number): Broken | null {
    const { over, after } = threshold;
    if (measured < Math.max(over, after)) return null;
    const within = this.#snapshots.filter((one) => one.startAt >= endAt - over);
    const { kind } = this.#plan;
    const [check] = evaluate({ thresholds: [threshold], kind }, (scope) =>
      measurementsIn(
        within.map((one) => ({ index: one.index, series: this.#seriesOf(one, scope) })),
        over,
      ),
    );
    if (check?.status !== 'failed') return null;
    const { actual, limit, unit, message } = check;
    return { threshold: threshold.text, actual, limit, unit, message: `${message}, over the last ${over / 1e6} s` };
  }

  #seriesOf(snapshot: IntervalSnapshot, scope: Scope | undefined): readonly SeriesSnapshot[] {
    return Object.values(scope === undefined ? snapshot.series : seriesWithin(snapshot, scope, this.#tags));
  }
}

interface Seen {
  readonly index: number;
  readonly series: readonly SeriesSnapshot[];
}

function measurementsIn(snapshots: readonly Seen[], over: Micros): Measurements {
  const fold = new SeriesFold();
  for (const { index, series } of snapshots) for (const one of series) fold.add(index, 'measure', one);
  const intervals = { first: snapshots[0]?.index ?? 0, last: snapshots.at(-1)?.index ?? -1 };
  const { totals, rates, streams } = fold.result({ ...intervals, durationMs: inMs(over) }, false, false);
  return {
    totals,
    achievedPerSec: rates.achievedPerSec,
    callers: fold.callers,
    streams: {
      times: (of) => fold.streamTimes(of),
      percentile: () => () => null,
      tokensPerSec: streams?.outputTokensPerSec ?? null,
    },
    goodput: null,
    certainty: null,
  };
}
