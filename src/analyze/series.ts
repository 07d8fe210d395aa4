/**
 * What a request name came to, over all intervals: counts, times, and what depends on both. Sums of names are made of
 * the same.
 */

import type { MeasuredLatencies } from '../core/latencies.ts';
import { isAlwaysTold, isBatched, type Measure, TOLD_MEASURES } from '../core/measures.ts';
import type { FailureResult, Rates, SeriesResult, Totals } from '../core/result.ts';
import { OUTCOMES, type Outcome } from '../core/sample.ts';
import { type SeriesSnapshot, timesOf } from '../core/snapshot.ts';
import { STREAM_METRICS, type StreamMetric } from '../core/streamed.ts';
import { type Batch, batchEstimates, batchIntervals, orderInterval, singlyInterval } from '../stats/confidence.ts';
import { countUpTo, Histogram } from '../stats/histogram.ts';
import { type Batched, BatchFold, type Intervals } from './batches.ts';
import { CallerFold, type CallerTimes } from './callers.ts';
import { percentileCertainty, type RunCertainty } from './certainty.ts';
import { FailureFold } from './failure-fold.ts';
import { GoodputFold } from './goodput-fold.ts';
import { type IntervalOf, summarize } from './latency.ts';
import { perSecond } from './per-second.ts';
import { StreamFold } from './stream-fold.ts';

/** Whose batches a metric's intervals are of. */
const BATCHED_AS = {
  ttft: 'callersFirstToken',
  tpot: 'callersPerToken',
  itl: 'interTokenLatency',
} as const satisfies Record<StreamMetric, Batched>;

/** The measured intervals of the run (their indices), and how long load was offered in them. */
export interface Measured extends Intervals {
  readonly durationMs: number;
}

/**
 * One request name's share of the measured phase and its drain; or, with the parts that it is all of, that of all
 * names.
 */
export class SeriesFold {
  readonly #times = new Map(TOLD_MEASURES.map((measure) => [measure, new Histogram()]));
  readonly response = this.#times.get('response') as Histogram;
  readonly #batches = new BatchFold();
  readonly #callers = new CallerFold();
  readonly #parts: Iterable<SeriesFold> | null;
  readonly #byOutcome = new Map<Outcome, number>();
  readonly #byStatus = new Map<string, number>();
  readonly #failures = new FailureFold();
  #offered = 0;
  #sent = 0;
  #dropped = 0;
  #ok = 0;
  /** Successes that came while load was offered, of requests due in the warm-up too. */
  #achieved = 0;
  #failed = 0;
  #leftOut = 0;
  #cut = 0;
  #bytesIn = 0;
  #bodyBytesIn = 0;
  #unfinishedBodyBytesIn = 0;
  #tooLong = 0;
  #bytesOut = 0;
  readonly #streams = new StreamFold();
  readonly #goodput = new GoodputFold();

  /** @param parts of which this is the sum: their batches are not kept twice. */
  constructor(parts: Iterable<SeriesFold> | null = null) {
    this.#parts = parts;
  }

  get callers(): CallerTimes {
    return this.#callers.timesWith(this.response);
  }

  add(index: number, phase: 'measure' | 'drain', series: SeriesSnapshot): void {
    this.#offered += series.due;
    this.#sent += series.sent;
    this.#dropped += series.dropped;
    this.#ok += series.ok;
    if (phase === 'measure') this.#achieved += series.ok;
    this.#failed += series.failed;
    this.#leftOut += series.leftOut ?? 0;
    this.#cut += series.cut ?? 0;
    this.#bytesIn += series.bytesIn;
    this.#bodyBytesIn += series.bodyBytesIn;
    this.#unfinishedBodyBytesIn += series.unfinishedBodyBytesIn ?? 0;
    this.#tooLong += series.tooLong ?? 0;
    this.#bytesOut += series.bytesOut;
    for (const outcome of OUTCOMES) tally(this.#byOutcome, outcome, series.byOutcome[outcome] ?? 0);
    for (const [status, n] of Object.entries(series.byStatus)) tally(this.#byStatus, status, n);
    for (const [measure, times] of this.#times) times.add(timesOf(series, measure));
    this.#callers.add(series);
    this.#streams.add(series, phase === 'measure');
    this.#goodput.add(series, phase === 'measure');
    if (this.#parts === null) {
      if (phase === 'measure') this.#batches.addMeasured(index, series);
      else this.#batches.addDrained(series);
    }
    for (const failure of series.failures) this.#failures.add(failure);
  }

  /** What came within the measured time of requests that were due before it. */
  addEarlier(series: SeriesSnapshot): void {
    this.#achieved += series.ok;
    this.#goodput.addEarlier(series);
    this.#streams.addEarlier(series);
  }

  /** What came after the end of the load of requests that were due before the measured time. */
  addCarried(series: SeriesSnapshot): void {
    this.#callers.addCarried(series);
    if (this.#parts === null) this.#batches.addCarried(series);
  }

  totals(durationMs: number): Totals {
    return {
      offered: this.#offered,
      sent: this.#sent,
      dropped: this.#dropped,
      ok: this.#ok,
      failed: this.#failed,
      ...(this.#leftOut > 0 ? { leftOut: this.#leftOut } : {}),
      ...(this.#cut > 0 ? { cut: this.#cut } : {}),
      byOutcome: inOrder(this.#byOutcome, OUTCOMES),
      byStatus: Object.fromEntries([...this.#byStatus].sort()),
      bytesIn: this.#bytesIn,
      bodyBytesIn: this.#bodyBytesIn,
      ...(this.#unfinishedBodyBytesIn > 0 ? { unfinishedBodyBytesIn: this.#unfinishedBodyBytesIn } : {}),
      ...(this.#tooLong > 0 ? { tooLong: this.#tooLong } : {}),
      bytesOut: this.#bytesOut,
      durationMs,
    };
  }

  /**
   * @param independent whether requests are nearly independent (a probe's, one at a time): then a run that is too short for
   * batches of time has exact binomial intervals, and a longer one the wider of both; otherwise intervals are by batches.
   * @param intervals false: leaves them out, which is what takes long.
   */
  result(measured: Measured, independent: boolean, intervals = true): SeriesResult {
    const totals = this.totals(measured.durationMs);
    const intervalOf = (measure: Measure, times: Histogram): IntervalOf | null => {
      if (!intervals) return null;
      if (isBatched(measure)) return this.#intervalOf(measure, times, 0, measured, independent);
      return independent ? (p) => orderInterval(p, times) : null;
    };
    const told = [...this.#times]
      .filter(([measure, { count }]) => count > 0 || isAlwaysTold(measure))
      .map(([measure, times]) => [measure, summarize(times, 0, intervalOf(measure, times))] as const);
    const { response, service, ...rest } = Object.fromEntries(told) as MeasuredLatencies;
    const { times, infinite } = this.callers;
    const streams = this.#streams.result(measured.durationMs);
    const goodput = this.#goodput.result(this.#dropped, measured.durationMs);
    const asCalled = intervals ? this.callerInterval(measured, independent) : null;
    const latency = { response, service, responseWithFailures: summarize(times, infinite, asCalled), ...rest };
    return {
      totals,
      rates: ratesOf(totals, this.#achieved),
      latency,
      ...(streams === null ? {} : { streams }),
      ...(goodput === null ? {} : { goodput }),
    };
  }

  /** @param instant gives the wall-clock time (ISO 8601) of an instant since the start. */
  failures(name: string, instant: (at: number) => string): FailureResult[] {
    return this.#failures.results(name, instant);
  }

  /** The response times of the successes in a part of the run, cut into batches of equal time. */
  batchesWithin(part: Intervals): Batch[] {
    return BatchFold.batchesWithin(this.#folds, 'response', part);
  }

  get #folds(): BatchFold[] {
    return [...(this.#parts ?? [this])].map((part) => part.#batches);
  }

  /**
   * Of the response times as callers had them. Its upper end allows for whatever those without a response might have taken
   * yet.
   */
  callerInterval(measured: Measured, independent: boolean): IntervalOf {
    const { times, infinite, unfinished } = this.callers;
    const least = this.#intervalOf('callers', times, infinite, measured, independent);
    if (unfinished === 0) return least;
    const most = this.#intervalOf('callersAtWorst', this.response, infinite + unfinished, measured, independent);
    return (p) => {
      const low = least(p);
      return low === null ? null : [low[0], most(p)?.[1] ?? null];
    };
  }

  /** How sure the percentiles of the response times are as callers had them. */
  callerCertainty(measured: Measured, independent: boolean): RunCertainty['percentile'] {
    const { times, infinite } = this.callers;
    const intervalOf = this.callerInterval(measured, independent);
    const batches = BatchFold.batches(this.#folds, 'callers', measured);
    const estimateOf = batchEstimates(batches, lengthOf(measured, independent));
    const data = times.toData();
    const n = times.count + infinite;
    return (p) => {
      const interval = intervalOf(p);
      if (interval === null) return null;
      const effective = estimateOf(p)?.effective ?? n;
      return percentileCertainty(p, interval, effective, n, (limit) => countUpTo(data, limit) / n);
    };
  }

  /**
   * The times that a metric of streams looks at, µs, and how many more are infinite; null: no response was streamed.
   */
  streamTimes(of: StreamMetric): { readonly times: Histogram; readonly infinite: number } | null {
    if (!this.#streams.any) return null;
    const known = this.#times.get(STREAM_METRICS[of]) as Histogram;
    if (of === 'itl') return { times: known, infinite: 0 };
    const infinite = this.#streamed.reduce((sum, part) => sum + part.#streams.infinite, 0);
    return { times: of === 'tpot' ? known : this.#streams.withThoseThatWait(known), infinite };
  }

  /** How sure its percentiles are. */
  streamCertainty(of: StreamMetric, measured: Measured, independent: boolean): RunCertainty['percentile'] {
    const seen = this.streamTimes(of);
    if (seen === null) return () => null;
    const { times, infinite } = seen;
    const n = times.count + infinite;
    const data = times.toData();
    const batches = BatchFold.batches(
      this.#streamed.map((part) => part.#batches),
      BATCHED_AS[of],
      measured,
    );
    const length = lengthOf(measured, independent && of !== 'itl');
    const byBatches = batchIntervals(batches, length);
    const estimateOf = batchEstimates(batches, length);
    return (p) => {
      const own = byBatches(p);
      const interval = independent && of !== 'itl' ? singlyInterval(p, times, infinite, own) : own;
      if (interval === null) return null;
      const effective = estimateOf(p)?.effective ?? n;
      return percentileCertainty(p, interval, effective, n, (limit) => countUpTo(data, limit) / n);
    };
  }

  /** Its parts with streamed responses. */
  get #streamed(): SeriesFold[] {
    return [...(this.#parts ?? [this])].filter((part) => part.#streams.any);
  }

  #intervalOf(kind: Batched, times: Histogram, infinite: number, measured: Measured, independent: boolean): IntervalOf {
    const batches = BatchFold.batches(this.#folds, kind, measured);
    const byBatches = batchIntervals(batches, lengthOf(measured, independent));
    return independent ? (p) => singlyInterval(p, times, infinite, byBatches(p)) : byBatches;
  }
}

/**
 * How long the run was for its intervals, µs. Requests sent one at a time do not wait for each other, however long they
 * take.
 */
const lengthOf = ({ durationMs }: Measured, independent: boolean): number =>
  independent ? Number.POSITIVE_INFINITY : durationMs * 1000;

/**
 * Per second of offered load; 0 where nothing was offered for any time. What came in the drain is no part of the rate: a
 * target that falls behind would be credited with what it did when nothing more was asked of it.
 */
function ratesOf(totals: Totals, achieved: number): Rates {
  const per = (n: number): number => perSecond(n, totals.durationMs);
  return {
    offeredPerSec: per(totals.offered),
    sentPerSec: per(totals.sent),
    achievedPerSec: per(achieved),
  };
}

function tally<K>(map: Map<K, number>, key: K, n: number): void {
  if (n > 0) map.set(key, (map.get(key) ?? 0) + n);
}

/** The counts in the order of `keys`, so that equal runs give equal text. */
function inOrder<K extends string>(map: ReadonlyMap<K, number>, keys: readonly K[]): { [P in K]?: number } {
  const counts: { [P in K]?: number } = {};
  for (const key of keys) {
    const n = map.get(key);
    if (n !== undefined) counts[key] = n;
  }
  return counts;
}
