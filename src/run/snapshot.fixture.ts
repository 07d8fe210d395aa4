/** Made-up snapshots of one source, for the tests of this folder. */
import { type IntervalSnapshot, type SeriesSnapshot, timesOf } from '../core/snapshot.ts';
import { type Bytes, count, micros } from '../core/units.ts';
import { Histogram } from '../stats/histogram.ts';

export function seriesOf(values: readonly number[]): SeriesSnapshot {
  const response = new Histogram();
  for (const value of values) response.record(value);
  return {
    due: values.length + 1,
    sent: values.length,
    dropped: 1,
    ok: values.length,
    failed: 0,
    byOutcome: { ok: values.length },
    byStatus: { 200: values.length },
    bytesIn: 10 * values.length,
    bodyBytesIn: 4 * values.length,
    bytesOut: 5 * values.length,
    times: response.count === 0 ? {} : { response: response.toData(), service: response.toData() },
    failures: [
      { outcome: 'reset', status: 0, message: 'gone', count: 2, firstAt: micros(values.length), lastAt: micros(9) },
    ],
  };
}

export function snapshotOf(
  index: number,
  phase: IntervalSnapshot['phase'],
  values: readonly number[],
  cpu = 0.25,
): IntervalSnapshot {
  return {
    index,
    startAt: micros(index * 1_000_000),
    endAt: micros((index + 1) * 1_000_000),
    phase,
    load: { due: values.length + 1, sent: values.length, dropped: 1, inFlight: 2, vus: count(3) },
    series: { a: seriesOf(values) },
    generator: {
      times: { lag: timesOf(seriesOf(values), 'response') },
      loopDelayP99: micros(100 * cpu),
      loopDelayMax: micros(200),
      utilization: cpu,
      gcMax: micros(0),
      cpu,
      cpuWait: null,
      rss: 1 as Bytes,
    },
  };
}
