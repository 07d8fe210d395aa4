/**
 * Stretches of equal time with a histogram each, from which percentiles get confidence intervals: the requests of a run
 * depend on each other, stretches of time hardly do.
 */
import { BATCHED_MEASURES, type BatchedMeasure } from '../core/measures.ts';
import { EMPTY_HISTOGRAM, type HistogramData, type SeriesSnapshot, type Times, timesOf } from '../core/snapshot.ts';
import { BATCHES, type Batch } from '../stats/confidence.ts';
import { mergedHistogram, mergedPacked, type PackedHistogram } from '../stats/packed-histogram.ts';

/**
 * What gets an interval by batches: such measures, and the response times as callers had them: a failure is infinitely slow, a request given up at the end took as
 * long as it had waited (`callers`), or for ever (`callersAtWorst`).
 */
export type Batched = BatchedMeasure | 'callers' | 'callersAtWorst' | CallersStreams;

/**
 * Times of streams as callers had them: a failure is infinitely slow, and who had waited in vain waited at least so
 * long.
 */
export type CallersStreams = 'callersFirstToken' | 'callersPerToken';

/** Numbers of intervals, both ends included. */
export interface Intervals {
  readonly first: number;
  readonly last: number;
}

/** `infinite`: failed, or given up after a time that is not known. */
type Part = { readonly times: { readonly [K in Kept]: PackedHistogram }; readonly infinite: number };
/** One interval's part, as it came. */
type Fresh = { readonly times: Times<Kept>; readonly infinite: number };
type Kept = (typeof KEPT)[number];
const KEPT = [...BATCHED_MEASURES, 'unfinished', 'waitedForFirstToken'] as const;

/**
 * Stretches kept at the most: eight to a batch, so that cutting a run into batches is uneven by 1/8 of one at worst.
 */
const STRETCHES = 8 * BATCHES;
/** Intervals merged into their stretch at once, at the most. */
const FRESH = 32;

/**
 * The measured intervals' histograms, for confidence intervals. Memory does not grow with the run: when there are too
 * many stretches of time, neighbours are merged and all stretches become twice as long. What comes out does not depend
 * on the order in which intervals came in.
 */
export class BatchFold {
  /** Intervals to a stretch. */
  #width = 1;
  #stretches = new Map<number, Part>();
  /**
   * Intervals of the stretch under way that are not merged into it yet. Many are merged at once, since a merge costs as
   * much as the whole is large.
   */
  #fresh: Fresh[] = [];
  #freshKey = 0;
  /** Ended after the load did: they were due in the last measured intervals. */
  readonly #drained: Part[] = [];
  /** Were due before the measured time, and under way at its end. */
  readonly #carried: Part[] = [];

  addMeasured(index: number, series: SeriesSnapshot): void {
    const key = Math.floor(index / this.#width);
    if (key !== this.#freshKey || this.#fresh.length >= FRESH) this.#settle();
    this.#freshKey = Math.floor(index / this.#width);
    this.#fresh.push(freshOf(series));
  }

  addDrained(series: SeriesSnapshot): void {
    this.#drained.push(partOf(series));
  }

  /**
   * What came after the end of the load of requests that were due before the measured time: callers waited for it too.
   */
  addCarried(series: SeriesSnapshot): void {
    this.#carried.push(partOf(series));
  }

  /**
   * Up to 20 batches of equal time between the first and the last measured interval of the run, of several folds as of
   * one.
   */
  static batches(folds: readonly BatchFold[], kind: Batched, whole: Intervals): Batch[] {
    return BatchFold.#cut(folds, kind, whole, true);
  }

  /** The batches of a part of the run; what came outside it counts in none. */
  static batchesWithin(folds: readonly BatchFold[], kind: Batched, part: Intervals): Batch[] {
    return BatchFold.#cut(folds, kind, part, false);
  }

  static #cut(folds: readonly BatchFold[], kind: Batched, { first, last }: Intervals, whole: boolean): Batch[] {
    for (const fold of folds) fold.#settle();
    const width = Math.max(1, ...folds.map((fold) => fold.#width));
    // A stretch that reaches over the border of a part is no part of it.
    const from = whole ? Math.floor(first / width) : Math.ceil(first / width);
    const until = whole ? Math.floor(last / width) + 1 : Math.floor((last + 1) / width);
    const length = until - from;
    const m = Math.max(0, Math.min(BATCHES, length));
    const parts = Array.from({ length: m }, (): Part[] => []);
    for (const fold of folds) {
      for (const [key, stretch] of fold.#stretches) {
        const wide = Math.floor((key * fold.#width) / width);
        const batch = Math.floor(((wide - from) * m) / length);
        // What was due after a reset of the statistics may have its response within the interval before.
        parts[whole ? Math.max(0, batch) : batch]?.push(stretch);
      }
      if (!whole) continue;
      parts.at(-1)?.push(...fold.#drained);
      if (kind === 'callers' || kind === 'callersAtWorst') parts.at(-1)?.push(...fold.#carried);
    }
    return parts.map((batch) => batchOf(batch, kind));
  }

  #settle(): void {
    if (this.#fresh.length === 0) return;
    const known = this.#stretches.get(this.#freshKey);
    this.#stretches.set(this.#freshKey, joined(known === undefined ? this.#fresh : [known, ...this.#fresh]));
    this.#fresh = [];
    while (this.#stretches.size > STRETCHES) this.#widen();
  }

  #widen(): void {
    this.#width *= 2;
    const wider = new Map<number, Part>();
    for (const [key, stretch] of this.#stretches) {
      const place = Math.floor(key / 2);
      const known = wider.get(place);
      wider.set(place, known === undefined ? stretch : joined([known, stretch]));
    }
    this.#stretches = wider;
  }
}

const freshOf = (series: SeriesSnapshot): Fresh => ({ times: series.times, infinite: infiniteIn(series) });

const partOf = (series: SeriesSnapshot): Part => joined([freshOf(series)]);

/** All of them as one part. */
function joined(parts: readonly (Fresh | Part)[]): Part {
  const of = (kind: Kept): PackedHistogram => mergedPacked(parts.map(({ times }) => times[kind] ?? EMPTY_HISTOGRAM));
  return {
    times: Object.fromEntries(KEPT.map((kind) => [kind, of(kind)])) as Part['times'],
    infinite: parts.reduce((sum, { infinite }) => sum + infinite, 0),
  };
}

/** Failed, or given up after a time that is not known: a journal may be older than that is told. */
export function infiniteIn(series: SeriesSnapshot): number {
  return series.failed + Math.max(0, (series.byOutcome.aborted ?? 0) - timesOf(series, 'unfinished').count);
}

function batchOf(parts: readonly Part[], kind: Batched): Batch {
  const all = (pick: (part: Part) => readonly PackedHistogram[]): HistogramData => mergedHistogram(parts.flatMap(pick));
  const infinite = parts.reduce((sum, part) => sum + part.infinite, 0);
  switch (kind) {
    case 'callers':
      return { times: all(({ times }) => [times.response, times.unfinished]), infinite };
    case 'callersAtWorst': {
      const unfinished = all(({ times }) => [times.unfinished]).count;
      return { times: all(({ times }) => [times.response]), infinite: infinite + unfinished };
    }
    case 'callersFirstToken':
      return { times: all(({ times }) => [times.timeToFirstToken, times.waitedForFirstToken]), infinite };
    case 'callersPerToken':
      return { times: all(({ times }) => [times.timePerOutputToken]), infinite };
    default:
      return { times: all(({ times }) => [times[kind]]), infinite: 0 };
  }
}
