/** Everything that is counted by name: requests, groups, flows, tags and regions; begun anew at a reset. */
import { measuredNames, type TagSet } from '../core/flow.ts';
import type { MeasuredKind, Plan, Scope } from '../core/plan.ts';
import type { FailureResult, SeriesResult, TimelinePoint } from '../core/result.ts';
import { unjudgedIn } from '../core/sample.ts';
import { type IntervalSnapshot, type SeriesSnapshot, seriesIn } from '../core/snapshot.ts';
import { Histogram } from '../stats/histogram.ts';
import { stretchesOf } from './certainty.ts';
import { type Measured, SeriesFold } from './series.ts';
import type { Measurements } from './thresholds.ts';

const KINDS = ['request', 'group', 'flow'] as const satisfies readonly MeasuredKind[];

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
  readonly regions: Readonly<Record<string, SeriesResult>>;
  readonly tags: Readonly<Record<string, SeriesResult>>;
  /** How many of a scope ended. */
  readonly ended: (scope: Scope) => number;
  /** @param timeline of the scope. @param scope absent: of all requests. */
  readonly measurements: (timeline: readonly TimelinePoint[], scope?: Scope) => Measurements;
}

/**
 * What is counted since the last reset: of each request name, group, flow, tag and region of agents, and of all
 * requests together.
 */
export class Statistics {
  readonly #folds: Folds = { request: new Map(), group: new Map(), flow: new Map(), tag: new Map() };
  /** The requests again, by where the agents are that sent them. */
  readonly #regions = new Map<string, SeriesFold>();
  readonly #tags: readonly TagSet[];
  /** By kind and name: of the tags that it has. */
  readonly #tagged = new Map<string, SeriesFold[]>();
  /** The sum over all requests. */
  readonly total = new SeriesFold({ [Symbol.iterator]: () => this.#folds.request.values() });

  /** @param tags of the plan. */
  constructor(tags: readonly TagSet[]) {
    this.#tags = tags;
  }

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
        add(foldIn(this.#folds[kind], name), series);
        for (const tagged of this.#foldsOfTags(kind, name)) add(tagged, series);
        // Groups, flows, tags and regions are made of requests, which the whole has already.
        if (kind === 'request') add(this.total, series);
      }
    for (const [name, series] of Object.entries(snapshot.regions ?? {})) add(foldIn(this.#regions, name), series);
  }

  #foldsOfTags(kind: MeasuredKind, name: string): readonly SeriesFold[] {
    const known = this.#tagged.get(`${kind} ${name}`);
    if (known !== undefined) return known;
    const { tag, ...folds } = this.#folds;
    const made = this.#tags
      .filter((one) => one.kind === kind && one.members.includes(name))
      .map((one) => {
        const parts = (): SeriesFold[] => one.members.flatMap((member) => folds[kind].get(member) ?? []);
        const fold = tag.get(one.name) ?? new SeriesFold({ [Symbol.iterator]: () => parts().values() });
        tag.set(one.name, fold);
        return fold;
      });
    this.#tagged.set(`${kind} ${name}`, made);
    return made;
  }

  /** Response times of the successes of one request name, group, flow or region; or (null) of all requests. */
  responseTimesOf(name: string | null, kind: Scope['kind'] | 'region'): Histogram {
    const folds = kind === 'region' ? this.#regions : this.#folds[kind];
    return (name === null ? this.total : folds.get(name))?.response ?? new Histogram();
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
    const resultsOf = (
      folds: ReadonlyMap<string, SeriesFold>,
      names: readonly string[],
    ): Record<string, SeriesResult> =>
      Object.fromEntries(
        inOrder(folds, names).map(([name, fold]) => [name, fold.result(measured, independent, intervals)]),
      );
    const names = measuredNames(plan);
    const total = this.total.result(measured, independent, intervals);
    const series = resultsOf(this.#folds.request, names.requests);
    const flows = resultsOf(this.#folds.flow, names.flows);
    const groups = resultsOf(this.#folds.group, names.groups);
    const regions = resultsOf(this.#regions, [...this.#regions.keys()].sort());
    const tags = resultsOf(
      this.#folds.tag,
      this.#tags.map(({ name }) => name),
    );
    const results = { request: series, flow: flows, group: groups, tag: tags };
    return {
      ...{ total, series, flows, groups, regions, tags },
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

function foldIn(folds: Map<string, SeriesFold>, name: string): SeriesFold {
  const fold = folds.get(name) ?? new SeriesFold();
  folds.set(name, fold);
  return fold;
}

/** As the plan has them. */
function inOrder(folds: ReadonlyMap<string, SeriesFold>, names: readonly string[]): [string, SeriesFold][] {
  return [...folds].sort(([a], [b]) => names.indexOf(a) - names.indexOf(b));
}

const orderKey = (failure: FailureResult): string =>
  `${failure.name} ${failure.outcome} ${failure.status} ${failure.message}`;
