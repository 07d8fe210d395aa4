import { build, HistogramLogWriter } from 'hdr-histogram-js';
import type { HistogramData } from '../core/snapshot.ts';
import { HIGHEST, lowestOf } from './histogram.ts';

export interface HlogInterval {
  /** What the histogram is of, e.g. a request name; written percent-encoded where the format forbids a character. Empty: none. */
  readonly tag: string;
  /** Since the start of the run. */
  readonly startSeconds: number;
  readonly lengthSeconds: number;
  readonly histogram: HistogramData;
}

/** The format allows no comma, white space or line break in a tag. `%` is encoded too, so that two tags never become one. */
function encodeTag(tag: string): string {
  return tag.replace(/[\s,%]|\p{Cc}|\p{Cf}/gu, (character) => encodeURIComponent(character));
}

/**
 * HdrHistogram's own log (`.hlog`, format 1.3), for its viewers and libraries. The values in the histograms are µs; only
 * the column `Interval_Max` is in ms, as those tools expect. No count is lost: both sides have the same buckets.
 * Empty intervals are written too, so that a gap in the log is a gap in the run.
 *
 * Loading hdr-histogram-js takes some 60 ms: import this file only when a log is wanted.
 *
 * @param startedAt Start of the run, ISO 8601. Written in UTC, so that the same run gives the same file anywhere.
 */
export function toHlog(intervals: Iterable<HlogInterval>, startedAt: string): string {
  let log = '';
  const writer = new HistogramLogWriter((text) => {
    log += text;
  });
  const started = new Date(startedAt);
  const epochSeconds = (started.getTime() / 1000).toFixed(3);
  writer.outputComment('[Logged by rampart: response times in microseconds, Interval_Max in milliseconds]');
  writer.outputLogFormatVersion();
  writer.outputComment(`[StartTime: ${epochSeconds} (seconds since epoch), ${started.toISOString()}]`);
  writer.outputComment(`[BaseTime: ${epochSeconds} (seconds since epoch)]`);
  writer.outputLegend();
  // 64-bit counts: the library's smaller ones overflow without a word. One histogram serves all intervals.
  const histogram = build({
    bitBucketSize: 64,
    useWebAssembly: false,
    autoResize: false,
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST,
    numberOfSignificantValueDigits: 3,
  });
  for (const interval of intervals) {
    histogram.reset();
    const { buckets } = interval.histogram;
    let bucket = 0;
    for (let i = 0; i < buckets.length; i += 2) {
      bucket += buckets[i] as number;
      histogram.recordValueWithCount(lowestOf(bucket), buckets[i + 1] as number);
    }
    histogram.tag = encodeTag(interval.tag);
    const end = interval.startSeconds + interval.lengthSeconds;
    writer.outputIntervalHistogram(histogram, interval.startSeconds, end, 1000);
  }
  return log;
}
