/** One interval of a run as figures, for formats that have a line for each: by request name, and of the whole. */
import { SERIES_MEASURES } from '../../core/measures.ts';
import type { IntervalSnapshot, SeriesSnapshot } from '../../core/snapshot.ts';
import { quantilesOf } from '../../stats/histogram.ts';
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

export interface RequestFigures {
  readonly request: string;
  readonly phase: string;
  readonly counts: Readonly<
    Record<'offered' | 'sent' | 'dropped' | 'ok' | 'failed' | 'bytes_in' | 'bytes_out', number> & Further
  >;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly statuses: Readonly<Record<string, number>>;
  /** By measure, those with a sample: `response`, `first_byte`. */
  readonly times: Readonly<Record<string, Times>>;
}

/** The phase is `measured` from the end of the warm-up on, with the drain. */
export function figuresOf(snapshot: IntervalSnapshot): readonly RequestFigures[] {
  const phase = snapshot.phase === 'warmup' ? 'warmup' : 'measured';
  return Object.entries(snapshot.series).map(([request, series]) => ({
    request,
    phase,
    counts: {
      offered: series.due,
      sent: series.sent,
      dropped: series.dropped,
      ok: series.ok,
      failed: series.failed,
      bytes_in: series.bytesIn,
      bytes_out: series.bytesOut,
      ...furtherOf(series),
    },
    outcomes: series.byOutcome as Readonly<Record<string, number>>,
    statuses: series.byStatus,
    times: timesOf(series),
  }));
}

function furtherOf({ streams, goodput }: SeriesSnapshot): Further {
  return {
    ...(streams === undefined
      ? {}
      : { stream_events: streams.pieces, streams_ended: streams.ended, output_tokens: streams.outputTokens }),
    ...(goodput === undefined ? {} : { good: goodput.good, bad: goodput.bad }),
  };
}

function timesOf({ times }: SeriesSnapshot): Record<string, Times> {
  const found: Record<string, Times> = {};
  for (const measure of SERIES_MEASURES) {
    const data = times[measure];
    if (data === undefined || data.count === 0) continue;
    const [p50 = 0, p95 = 0, p99 = 0] = quantilesOf(data, [0.5, 0.95, 0.99]);
    const mean = data.sum / data.count;
    found[snakeCase(measure)] = {
      count: data.count,
      ...{ mean: mean / 1e3, max: data.max / 1e3, p50: p50 / 1e3, p95: p95 / 1e3, p99: p99 / 1e3 },
    };
  }
  return found;
}
