/** One interval of a run as figures, for formats that have a line for each: by request name, by tag, and of the whole. */
import type { TagSet } from '../../core/flow.ts';
import { SERIES_MEASURES } from '../../core/measures.ts';
import { type IntervalSnapshot, type SeriesSnapshot, seriesWithin, timesOf } from '../../core/snapshot.ts';
import { quantilesOf } from '../../stats/histogram.ts';
import { mergeHistograms } from '../../stats/packed-histogram.ts';
import { snakeCase } from '../metrics/family.ts';

/** Of a measure in an interval; times in ms. */
export interface Times {
  readonly count: number;
  readonly mean: number;
  readonly max: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** Of streams and of goodput, where there are any. */
type Further = Partial<Record<'stream_events' | 'streams_ended' | 'output_tokens' | 'good' | 'bad', number>>;

export interface Figures {
  readonly phase: string;
  readonly counts: Readonly<
    Record<'offered' | 'sent' | 'dropped' | 'ok' | 'failed' | 'bytes_in' | 'bytes_out', number> & Further
  >;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly statuses: Readonly<Record<string, number>>;
  /** By measure, those with a sample: `response`, `first_byte`. */
  readonly times: Readonly<Record<string, Times>>;
}

export interface RequestFigures extends Figures {
  readonly request: string;
}

/** Of all that have a tag, together: their percentiles follow from no others. */
export interface TagFigures extends Figures {
  /** `kind=batch` */
  readonly tag: string;
}

export const figuresOf = (snapshot: IntervalSnapshot): readonly RequestFigures[] =>
  Object.entries(snapshot.series).map(([request, series]) => ({ request, ...together([series], snapshot) }));

/** @param tags of the plan. */
export const tagFiguresOf = (snapshot: IntervalSnapshot, tags: readonly TagSet[]): readonly TagFigures[] =>
  tags.flatMap(({ name }) => {
    const parts = Object.values(seriesWithin(snapshot, { kind: 'tag', name }, tags));
    return parts.length === 0 ? [] : [{ tag: name, ...together(parts, snapshot) }];
  });

/** The phase is `measured` from the end of the warm-up on, with the drain. */
const together = (parts: readonly SeriesSnapshot[], { phase }: Pick<IntervalSnapshot, 'phase'>): Figures => ({
  phase: phase === 'warmup' ? 'warmup' : 'measured',
  counts: summed(parts.map(countsOf)) as Figures['counts'],
  outcomes: summed(parts.map(({ byOutcome }) => byOutcome)),
  statuses: summed(parts.map(({ byStatus }) => byStatus)),
  times: timesIn(parts),
});

function summed(all: readonly Readonly<Record<string, number | undefined>>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const each of all) for (const [key, n = 0] of Object.entries(each)) sums[key] = (sums[key] ?? 0) + n;
  return sums;
}

const countsOf = (series: SeriesSnapshot): Figures['counts'] => ({
  offered: series.due,
  sent: series.sent,
  dropped: series.dropped,
  ok: series.ok,
  failed: series.failed,
  bytes_in: series.bytesIn,
  bytes_out: series.bytesOut,
  ...furtherOf(series),
});

function furtherOf({ streams, goodput }: SeriesSnapshot): Further {
  return {
    ...(streams === undefined
      ? {}
      : { stream_events: streams.pieces, streams_ended: streams.ended, output_tokens: streams.outputTokens }),
    ...(goodput === undefined ? {} : { good: goodput.good, bad: goodput.bad }),
  };
}

function timesIn(parts: readonly SeriesSnapshot[]): Record<string, Times> {
  const found: Record<string, Times> = {};
  for (const measure of SERIES_MEASURES) {
    const data = parts.map((part) => timesOf(part, measure)).reduce(mergeHistograms);
    if (data.count === 0) continue;
    const [p50 = 0, p95 = 0, p99 = 0] = quantilesOf(data, [0.5, 0.95, 0.99]);
    const mean = data.sum / data.count;
    found[snakeCase(measure)] = {
      count: data.count,
      ...{ mean: mean / 1e3, max: data.max / 1e3, p50: p50 / 1e3, p95: p95 / 1e3, p99: p99 / 1e3 },
    };
  }
  return found;
}
