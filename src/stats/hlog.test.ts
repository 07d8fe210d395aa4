import fc from 'fast-check';
import { HistogramLogReader, type JsHistogram } from 'hdr-histogram-js';
import { describe, expect, it } from 'vitest';
import { HIGHEST, Histogram } from './histogram.ts';
import { type HlogInterval, toHlog } from './hlog.ts';

const STARTED_AT = '2026-03-04T05:06:07.250Z';

function interval(tag: string, startSeconds: number, values: readonly (readonly [value: number, times: number])[]) {
  const histogram = new Histogram();
  for (const [value, times] of values) histogram.record(value, times);
  return { tag, startSeconds, lengthSeconds: 1, histogram: histogram.toData() } satisfies HlogInterval;
}

/** Reads a log back with the library's own reader; buckets as in `HistogramData`. */
function readBack(log: string) {
  const reader = new HistogramLogReader(log, 64, false);
  const found = [];
  for (let read = reader.nextIntervalHistogram(); read !== null; read = reader.nextIntervalHistogram()) {
    const counts = read as unknown as JsHistogram;
    const buckets: number[] = [];
    let before = 0;
    for (let bucket = 0; bucket < counts.countsArrayLength; bucket++) {
      const n = counts.getCountAtIndex(bucket);
      if (n === 0) continue;
      buckets.push(bucket - before, n);
      before = bucket;
    }
    found.push({
      tag: read.tag,
      startMs: read.startTimeStampMsec,
      endMs: read.endTimeStampMsec,
      total: read.totalCount,
      buckets,
    });
  }
  return found;
}

describe('toHlog', () => {
  it('starts with the version, the instant and the legend', () => {
    const log = toHlog([], STARTED_AT);
    expect(log).toContain('#[Histogram log format version 1.3]\n');
    expect(log).toContain('#[StartTime: 1772600767.250 (seconds since epoch), 2026-03-04T05:06:07.250Z]\n');
    expect(log).toContain('#[BaseTime: 1772600767.250 (seconds since epoch)]\n');
    expect(log.endsWith('"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"\n')).toBe(
      true,
    );
  });

  it('keeps tags in one field, and instants', () => {
    const log = toHlog([interval('POST /a,b 5%', 3, [[1000, 1]])], STARTED_AT);
    const [read] = readBack(log);
    expect(read?.tag).toBe('POST%20/a%2Cb%205%25');
    expect(decodeURIComponent(String(read?.tag))).toBe('POST /a,b 5%');
    expect(read?.startMs).toBeCloseTo(Date.parse(STARTED_AT) + 3000, 3);
    expect(read?.endMs).toBeCloseTo(Date.parse(STARTED_AT) + 4000, 3);
  });

  it('writes the largest value of an interval in ms', () => {
    const log = toHlog([interval('', 0, [[1500, 1]])], STARTED_AT);
    expect(log.trimEnd().split('\n').at(-1)).toMatch(/^0\.000,1\.000,1\.500,/);
  });

  it('keeps counts beyond 32 bits, the ends of the range, and empty intervals', () => {
    const huge = 5_000_050_000;
    const intervals = [
      interval('all', 0, [
        [0, 2],
        [1, 3],
        [2047, huge],
        [HIGHEST, 1],
      ]),
      interval('all', 1, []),
    ];
    const read = readBack(toHlog(intervals, STARTED_AT));
    expect(read.map((entry) => entry.total)).toEqual([huge + 6, 0]);
    expect(read[0]?.buckets).toEqual([0, 2, 1, 3, 2046, huge, 22_527 - 2047, 1]);
    expect(read[1]?.buckets).toEqual([]);
  });

  it('loses nothing: read back, every bucket has its count', () => {
    const values = fc.array(
      fc.tuple(
        fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: HIGHEST })),
        fc.integer({ min: 1, max: 1e6 }),
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(fc.array(values, { minLength: 1, maxLength: 3 }), (lists) => {
        const intervals = lists.map((list, second) => interval('POST /predict', second, list));
        const read = readBack(toHlog(intervals, STARTED_AT));
        expect(read.map((entry) => entry.buckets)).toEqual(intervals.map((entry) => entry.histogram.buckets));
      }),
      { numRuns: 40 },
    );
  });
});
