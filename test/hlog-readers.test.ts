import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Histogram } from '../src/stats/histogram.ts';
import { toHlog } from '../src/stats/hlog.ts';
import { temporaryFolder } from './command.ts';
import { printedBy } from './python.ts';

/** `latency.hlog`, as HdrHistogram's own libraries for other languages read it. */

const GO = fileURLToPath(new URL('go/hlog', import.meta.url));

const intervals = [
  { tag: '', values: [1, 2, 2_047, 2_048, 3_001] },
  { tag: 'POST /a, b', values: Array.from({ length: 3_000 }, (_, i) => 10_000 + 7 * i) },
  { tag: '', values: [90_000_000, 5_000, 5_001, 0] },
].map(({ tag, values }, second) => {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return { tag, histogram, startSeconds: second, lengthSeconds: 1 };
});
const log = toHlog(
  intervals.map((each) => ({ ...each, histogram: each.histogram.toData() })),
  '2026-03-04T05:06:07.250Z',
);

interface Read {
  readonly tag: string;
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

function expectEqual(found: readonly Read[]): void {
  expect(found.map(({ tag, count, p50, p99 }) => ({ tag: decodeURIComponent(tag), count, p50, p99 }))).toEqual(
    intervals.map(({ tag, histogram }) => {
      // They report a bucket's highest value, be it above all values.
      const bucketEnd = (p: number): number => {
        let seen = 0;
        let end = 0;
        histogram.forEach((_, highest, count) => {
          if (seen < Math.ceil(p * histogram.count - 1e-9)) end = highest;
          seen += count;
        });
        return end;
      };
      return { tag, count: histogram.count, p50: bucketEnd(0.5), p99: bucketEnd(0.99) };
    }),
  );
  for (const [i, { max }] of found.entries()) expect(max / (intervals[i]?.histogram.max ?? 0)).toBeCloseTo(1, 2);
}

describe('a latency log', () => {
  it('is read by Python', async (test) => {
    const path = join(temporaryFolder(), 'latency.hlog');
    writeFileSync(path, log);
    expectEqual(JSON.parse(await printedBy(test, 'hlog_read.py', path)));
  });

  it('is read by Go', () => {
    expectEqual(JSON.parse(execFileSync('go', ['run', '.'], { cwd: GO, input: log, encoding: 'utf8' })));
  });
});
