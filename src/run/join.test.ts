import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type IntervalSnapshot, type SeriesSnapshot, timesOf } from '../core/snapshot.ts';
import { type Bytes, count, type Micros, micros } from '../core/units.ts';
import { Histogram } from '../stats/histogram.ts';
import { Joiner, joinSnapshots } from './join.ts';

function seriesOf(values: readonly number[]): SeriesSnapshot {
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

function snapshotOf(
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

describe('joinSnapshots', () => {
  it('adds counts, merges histograms, and takes the worst health', () => {
    const joined = joinSnapshots([snapshotOf(0, 'measure', [10, 20], 0.25), snapshotOf(0, 'measure', [5, 4_000], 0.5)]);
    expect(joined.load).toEqual({ due: 6, sent: 4, dropped: 2, inFlight: 4, vus: 6 });
    expect(joined.series['a']).toMatchObject({ sent: 4, ok: 4, byStatus: { 200: 4 }, bytesIn: 40, bodyBytesIn: 16 });
    expect(joined.series['a']!.times.response).toMatchObject({ count: 4, min: 5, max: 4_000, sum: 4_035 });
    expect(joined.series['a']!.failures).toEqual([
      { outcome: 'reset', status: 0, message: 'gone', count: 4, firstAt: 2, lastAt: 9 },
    ]);
    expect(joined.generator).toMatchObject({ cpu: 0.75, utilization: 0.5, loopDelayP99: 50, cpuWait: null });
    expect(joined.generator!.times.lag?.count).toBe(4);
  });

  it('adds what the target did with its connections, where anything was', () => {
    const counts = [{ closedUnannounced: 3, surplus: 0 }, undefined, { closedUnannounced: 4, surplus: 1 }];
    const parts = counts.map((connections) => ({
      ...snapshotOf(0, 'measure', [1]),
      ...(connections === undefined ? {} : { connections }),
    }));
    expect(joinSnapshots(parts).connections).toEqual({ closedUnannounced: 7, surplus: 1 });
    expect(joinSnapshots(parts.slice(1, 2).concat(snapshotOf(0, 'measure', [1])))).not.toHaveProperty('connections');
  });

  it('makes one standstill of those of the threads of a process that was stopped', () => {
    const stood = (from: number, to: number, lasted = to - from): IntervalSnapshot => {
      const whole = snapshotOf(0, 'measure', [10]);
      const standstills = [{ from: micros(from), to: micros(to), lasted: micros(lasted) }];
      return {
        ...whole,
        load: { ...whole.load, skipped: 3 },
        series: { a: { ...seriesOf([10]), leftOut: 2 } },
        generator: { ...whole.generator!, standstills },
      };
    };
    const joined = joinSnapshots([
      stood(400, 900),
      stood(100, 500),
      stood(950, 960, 80),
      snapshotOf(0, 'measure', [5]),
    ]);
    expect(joined.generator?.standstills).toEqual([
      { from: 100, to: 900, lasted: 800 },
      { from: 950, to: 960, lasted: 80 },
    ]);
    expect([joined.load.skipped, joined.series['a']?.leftOut]).toEqual([9, 6]);
    expect(joinSnapshots([snapshotOf(0, 'measure', [10]), snapshotOf(0, 'measure', [5])]).load).not.toHaveProperty(
      'skipped',
    );
  });

  it('keeps the first example there is of a failure', () => {
    const wrong = { outcome: 'wrong-answer', status: 200, message: '$.y differs', count: 1 } as const;
    const parts = [undefined, '$.y: expected 1, got 2', '$.y: expected 3, got 4'].map((example): IntervalSnapshot => {
      const failure = {
        ...wrong,
        firstAt: micros(1),
        lastAt: micros(1),
        ...(example === undefined ? {} : { example }),
      };
      return { ...snapshotOf(0, 'measure', [1]), series: { a: { ...seriesOf([1]), failures: [failure] } } };
    });
    expect(joinSnapshots(parts).series['a']!.failures).toMatchObject([{ count: 3, example: '$.y: expected 1, got 2' }]);
  });

  it('does not depend on the order', () => {
    const values = fc.array(fc.nat(5_000_000), { maxLength: 20 });
    fc.assert(
      fc.property(fc.array(values, { minLength: 2, maxLength: 5 }), (parts) => {
        const snapshots = parts.map((part) => snapshotOf(3, 'drain', part));
        expect(joinSnapshots([...snapshots].reverse())).toEqual(joinSnapshots(snapshots));
      }),
    );
  });
});

describe('Joiner', () => {
  it('gives an interval out once every segment has passed it, in order, whatever the order of delivery', () => {
    const emitted: IntervalSnapshot[] = [];
    const joiner = new Joiner(2, (snapshot) => emitted.push(snapshot));
    joiner.accept(0, [snapshotOf(0, 'measure', [1])]);
    joiner.accept(0, [snapshotOf(1, 'measure', [2])]);
    expect(emitted).toEqual([]);
    joiner.accept(1, [snapshotOf(0, 'measure', [3])]);
    expect(emitted.map(({ index, load }) => [index, load.sent])).toEqual([[0, 2]]);
    joiner.end(1);
    expect(emitted.map(({ index, load }) => [index, load.sent])).toEqual([
      [0, 2],
      [1, 1],
    ]);
  });

  it('keeps the phases of an interval apart, the one with the generator first', () => {
    const emitted: IntervalSnapshot[] = [];
    const joiner = new Joiner(1, (snapshot) => emitted.push(snapshot));
    const { generator: _, ...straggler } = snapshotOf(2, 'warmup', [7]);
    joiner.accept(0, [snapshotOf(2, 'measure', [1, 2]), straggler]);
    expect(emitted.map(({ phase }) => phase)).toEqual(['measure', 'warmup']);
  });

  it('joins segments that end their load at different times', () => {
    const emitted: IntervalSnapshot[] = [];
    const joiner = new Joiner(2, (snapshot) => emitted.push(snapshot));
    joiner.accept(0, [{ ...snapshotOf(0, 'measure', [1]), endAt: 400_000 as Micros }]);
    joiner.accept(0, [{ ...snapshotOf(0, 'drain', [2]), startAt: 400_000 as Micros }]);
    joiner.end(0);
    joiner.accept(1, [snapshotOf(0, 'measure', [3, 4])]);
    joiner.end(1);
    expect(emitted.map(({ phase, load, endAt }) => [phase, load.sent, endAt])).toEqual([
      ['measure', 3, 1_000_000],
      ['drain', 1, 1_000_000],
    ]);
  });
});

it('keeps what each thread says of itself, in their order', () => {
  const out: IntervalSnapshot[] = [];
  const joiner = new Joiner(2, (snapshot) => out.push(snapshot));
  joiner.accept(1, [snapshotOf(0, 'measure', [5, 7], 0.5)]);
  joiner.accept(0, [snapshotOf(0, 'measure', [], 0.125)]);
  expect(out[0]?.generator?.threads).toEqual([
    { name: 'thread 1', vus: 3, inFlight: 2, cpu: 0.125, lagP99: null, loopDelayP99: 12.5, heap: null },
    { name: 'thread 2', vus: 3, inFlight: 2, cpu: 0.5, lagP99: 7, loopDelayP99: 50, heap: null },
  ]);
  expect(out[0]?.generator?.cpu).toBe(0.625);
});
