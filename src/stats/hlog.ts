/** Writes HdrHistogram's log format. */
import { deflateSync } from 'node:zlib';
import type { HistogramData } from '../core/snapshot.ts';
import { bucketOf, HIGHEST, highestOf } from './histogram.ts';
import { forEachPair, type PackedHistogram } from './packed-histogram.ts';

export interface HlogInterval {
  /** What the histogram is of, e.g. a request name; written percent-encoded where the format forbids a character. Empty: none. */
  readonly tag: string;
  /** Since the start of the run. */
  readonly startSeconds: number;
  readonly lengthSeconds: number;
  readonly histogram: HistogramData | PackedHistogram;
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
 * @param startedAt Start of the run, ISO 8601. Written in UTC, so that the same run gives the same file anywhere.
 */
export function toHlog(intervals: Iterable<HlogInterval>, startedAt: string): string {
  const started = new Date(startedAt);
  const epochSeconds = (started.getTime() / 1000).toFixed(3);
  let log = [
    '#[Logged by rampart: response times in microseconds, Interval_Max in milliseconds]',
    '#[Histogram log format version 1.3]',
    `#[StartTime: ${epochSeconds} (seconds since epoch), ${started.toISOString()}]`,
    `#[BaseTime: ${epochSeconds} (seconds since epoch)]`,
    '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"\n',
  ].join('\n');
  for (const { tag, startSeconds, lengthSeconds, histogram } of intervals) {
    const name = tag === '' ? '' : `Tag=${encodeTag(tag)},`;
    const highest = highestOf(bucketOf(histogram.max)) / 1000;
    const times = [startSeconds, lengthSeconds, histogram.count === 0 ? 0 : highest].map((time) => time.toFixed(3));
    log += `${name}${times.join(',')},${encodeHistogram(histogram)}\n`;
  }
  return log;
}

/** HdrHistogram's encoding, version 2: its words are LEB128 with zigzag, a negative one says how many buckets are empty. */
const COOKIE = 0x1c849313;
const COMPRESSED_COOKIE = 0x1c849314;
const HEADER = 40;
/** Bytes of a word, at the most. */
const LONGEST = 9;
/** Its deflated lines are about a twentieth smaller at level 6, which takes twice as long. */
const LEVEL = 3;

/** Where the bytes are put together: enough for every bucket, and an empty one before it. */
const ROOM = Buffer.alloc(HEADER + LONGEST * 2 * (bucketOf(HIGHEST) + 1));

function encodeHistogram(histogram: HistogramData | PackedHistogram): string {
  const bytes = ROOM;
  let at = HEADER;
  const word = (zigzag: number): void => {
    let left = zigzag;
    // Counts may be beyond 32 bits, so no shifts.
    for (; left >= 128; left = Math.floor(left / 128)) bytes[at++] = (left % 128) + 128;
    bytes[at++] = left;
  };
  forEachPair(histogram, (gap, count) => {
    const empty = gap - (at === HEADER ? 0 : 1);
    if (empty === 1) word(0);
    else if (empty > 1) word(2 * empty - 1);
    word(2 * count);
  });
  if (at === HEADER) word(0);
  bytes.writeInt32BE(COOKIE, 0);
  bytes.writeInt32BE(at - HEADER, 4);
  bytes.writeInt32BE(0, 8); // indices are not shifted
  bytes.writeInt32BE(3, 12); // significant digits
  bytes.writeBigInt64BE(1n, 16); // lowest discernible value
  bytes.writeBigInt64BE(BigInt(HIGHEST), 24);
  bytes.writeDoubleBE(1, 32); // to turn whole numbers into others
  const deflated = deflateSync(bytes.subarray(0, at), { level: LEVEL });
  const head = Buffer.alloc(8);
  head.writeInt32BE(COMPRESSED_COOKIE, 0);
  head.writeInt32BE(deflated.length, 4);
  return Buffer.concat([head, deflated]).toString('base64');
}
