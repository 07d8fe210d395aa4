import { measuredNames } from '../core/flow.ts';
import type { Plan, Scope } from '../core/plan.ts';
import type { FailureResult, SeriesResult, TimelinePoint } from '../core/result.ts';
import { unjudgedIn } from '../core/sample.ts';
import { type IntervalSnapshot, type SeriesSnapshot, seriesIn } from '../core/snapshot.ts';
import { Histogram } from '../stats/histogram.ts';
import { stretchesOf } from './certainty.ts';
import { type Measured, SeriesFold } from './series.ts';
import type { Measurements } from './thresholds.ts';

const KINDS = ['request', 'group', 'flow'] as const satisfies readonly Scope['kind'][];

type Folds = Readonly<Record<Scope['kind'], Map<string, SeriesFold>>>;

/** How the statistics are to be read. */
interface Reading {
  readonly measured: Measured;
  /** See `SeriesFold.result`. */
  readonly independent: boolean;
  /** Whether with confidence intervals. */
  readonly intervals: boolean;
}

/** The statistics as they are in a result, and as thresholds look at them. */
export interface Read {
  readonly total: SeriesResult;
  readonly series: Readonly<Record<string, SeriesResult>>;
  readonly flows: Readonly<Record<string, SeriesResult>>;
  readonly groups: Readonly<Record<string, SeriesResult>>;
  /** How many of a scope ended. */
  readonly ended: (scope: Scope) => number;
  /** @param timeline of the scope. @param scope absent: of all requests. */
  readonly measurements: (timeline: readonly TimelinePoint[], scope?: Scope) => Measurements;
}

/** What is counted since the last reset: of each request name, group and flow, and of all requests together. */
export class Statistics {
  readonly #folds: Folds = { request: new Map(), group: new Map(), flow: new Map() };
  /** Of all requests. */
  readonly total = new SeriesFold({ [Symbol.iterator]: () => this.#folds.request.values() });

  /** Requests that were due since the statistics began. */
  add(snapshot: IntervalSnapshot, phase: 'measure' | 'drain'): void {
    this.#each(snapshot, (fold, series) => fold.add(snapshot.index, phase, series));
  }

  /** Requests that were due before that, in an interval that lies within the measured time, or after it. */
  addEarlier(snapshot: IntervalSnapshot, place: 'measured' | 'after'): void {
    this.#each(snapshot, (fold, series) => (place === 'measured' ? fold.addEarlier(series) : fold.addCarried(series)));
  }

  #each(snapshot: IntervalSnapshot, add: (fold: SeriesFold, series: SeriesSnapshot) => void): void {
    for (const kind of KINDS)
      for (const [name, series] of Object.entries(seriesIn(snapshot, kind))) {
        let fold = this.#folds[kind].get(name);
        if (fold === undefined) {
          fold = new SeriesFold();
          this.#folds[kind].set(name, fold);
        }
        add(fold, series);
        // Groups and flows are made of requests, which the whole has already.
        if (kind === 'request') add(this.total, series);
      }
  }

  /** Response times of the successes of one request name, group or flow; or (null) of all requests. */
  responseTimesOf(name: string | null, kind: Scope['kind']): Histogram {
    return (name === null ? this.total : this.#folds[kind].get(name))?.response ?? new Histogram();
  }

  /** How many response times there are of each request name. */
  get samples(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#folds.request].map(([name, { response }]) => [name, response.count] as const));
  }

  /** The most frequent first. @param instant gives the wall-clock time (ISO 8601) of an instant since the start. */
  failures(instant: (at: number) => string): FailureResult[] {
    return [...this.#folds.request]
      .flatMap(([name, fold]) => fold.failures(name, instant))
      .sort((a, b) => b.count - a.count || (orderKey(a) < orderKey(b) ? -1 : 1));
  }

  read(plan: Plan, { measured, independent, intervals }: Reading): Read {
    const resultsOf = (kind: Scope['kind'], names: readonly string[]): Record<string, SeriesResult> =>
      Object.fromEntries(
        inOrder(this.#folds[kind], names).map(([name, fold]) => [name, fold.result(measured, independent, intervals)]),
      );
    const names = measuredNames(plan);
    const total = this.total.result(measured, independent, intervals);
    const series = resultsOf('request', names.requests);
    const flows = resultsOf('flow', names.flows);
    const groups = resultsOf('group', names.groups);
    const results = { request: series, flow: flows, group: groups };
    return {
      ...{ total, series, flows, groups },
      ended: ({ kind, name }) => {
        const own = results[kind][name]?.totals;
        return own === undefined ? 0 : own.ok + own.failed + unjudgedIn(own.byOutcome);
      },
      measurements: (timeline, scope) => {
        const fold = scope === undefined ? this.total : (this.#folds[scope.kind].get(scope.name) ?? new SeriesFold());
        const result =
          scope === undefined
            ? total
            : (results[scope.kind][scope.name] ?? fold.result(measured, independent, intervals));
        return measurementsOf(fold, result, timeline, { measured, independent, intervals });
      },
    };
  }
}

function measurementsOf(
  fold: SeriesFold,
  { totals, rates, streams, goodput }: SeriesResult,
  timeline: readonly TimelinePoint[],
  { measured, independent, intervals }: Reading,
): Measurements {
  return {
    totals,
    achievedPerSec: rates.achievedPerSec,
    callers: fold.callers,
    goodput: goodput ?? null,
    streams: {
      times: (of) => fold.streamTimes(of),
      percentile: (of) => fold.streamCertainty(of, measured, independent),
      tokensPerSec: streams?.outputTokensPerSec ?? null,
    },
    certainty: intervals
      ? { percentile: fold.callerCertainty(measured, independent), stretches: stretchesOf(timeline) }
      : null,
  };
}

/** As the plan has them. */
function inOrder(folds: ReadonlyMap<string, SeriesFold>, names: readonly string[]): [string, SeriesFold][] {
  return [...folds].sort(([a], [b]) => names.indexOf(a) - names.indexOf(b));
}

const orderKey = (failure: FailureResult): string =>
  `${failure.name} ${failure.outcome} ${failure.status} ${failure.message}`;
