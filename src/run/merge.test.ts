import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IntervalSnapshot } from '../core/snapshot.ts';
import { count, micros } from '../core/units.ts';
import { intervalKey, merge, ofRegion } from './merge.ts';
import { seriesOf, snapshotOf } from './snapshot.fixture.ts';

/** All of one interval, as one. */
const allOf = (parts: readonly IntervalSnapshot[]): IntervalSnapshot =>
  parts.reduce<readonly IntervalSnapshot[]>((sum, part) => merge(sum, [part]), [])[0] as IntervalSnapshot;

describe('merge', () => {
  it('adds counts, merges histograms, and takes the worst health', () => {
    const joined = allOf([snapshotOf(0, 'measure', [10, 20], 0.25), snapshotOf(0, 'measure', [5, 4_000], 0.5)]);
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
    expect(allOf(parts).connections).toEqual({ closedUnannounced: 7, surplus: 1 });
    expect(allOf(parts.slice(1, 2).concat(snapshotOf(0, 'measure', [1])))).not.toHaveProperty('connections');
  });

  it('adds what of the requests was good', () => {
    const part = (good: number): IntervalSnapshot => {
      const whole = snapshotOf(0, 'measure', [1]);
      return { ...whole, series: { a: { ...seriesOf([1]), goodput: { good, bad: 1, open: 0 } } } };
    };
    expect(allOf([part(3), snapshotOf(0, 'measure', [2]), part(4)]).series['a']?.goodput).toEqual({
      good: 7,
      bad: 2,
      open: 0,
    });
    expect(allOf([snapshotOf(0, 'measure', [1])]).series['a']).not.toHaveProperty('goodput');
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
    const joined = allOf([stood(400, 900), stood(100, 500), stood(950, 960, 80), snapshotOf(0, 'measure', [5])]);
    expect(joined.generator?.standstills).toEqual([
      { from: 100, to: 900, lasted: 800 },
      { from: 950, to: 960, lasted: 80 },
    ]);
    expect([joined.load.skipped, joined.series['a']?.leftOut]).toEqual([9, 6]);
    expect(allOf([snapshotOf(0, 'measure', [10]), snapshotOf(0, 'measure', [5])]).load).not.toHaveProperty('skipped');
  });

  it('keeps one example of a failure', () => {
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
    expect(allOf(parts).series['a']!.failures).toMatchObject([{ count: 3, example: '$.y: expected 1, got 2' }]);
  });
});

describe('merging', () => {
  const values = fc.array(fc.nat(5_000_000), { maxLength: 12 });
  const outcome = fc.constantFrom('reset', 'timeout', 'wrong-answer');
  const failure = fc.record({
    ...{ outcome, status: fc.constantFrom(0, 503), message: fc.constantFrom('gone', 'late'), count: fc.nat(9) },
    ...{ firstAt: fc.nat(1_000).map(micros), lastAt: fc.nat(1_000).map(micros) },
  });
  const example = fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined });
  const failures = fc
    .uniqueArray(fc.tuple(failure, example), {
      selector: ([{ outcome: kind, status, message }]) => `${kind} ${status} ${message}`,
      maxLength: 4,
    })
    .map((all) => all.map(([one, shown]) => (shown === undefined ? one : { ...one, example: shown })));
  const standstill = fc
    .record({ from: fc.nat(900), long: fc.integer({ min: 1, max: 99 }), more: fc.nat(5) })
    .map(({ from, long, more }) => ({ from: micros(from), to: micros(from + long), lasted: micros(long + more) }));
  /** Sums of 64ths are exact, as those of all counts are. */
  const source = fc.record({
    ...{ index: fc.nat(3), phase: fc.constantFrom('warmup', 'measure', 'drain'), resets: fc.nat(1), values },
    ...{ name: fc.constantFrom('a', 'b'), failures, cpu: fc.nat(128).map((n) => n / 64), health: fc.boolean() },
    ...{ skipped: fc.nat(2), leftOut: fc.nat(2), standstills: fc.array(standstill, { maxLength: 3 }) },
    ...{ endAt: fc.nat(900_000), closed: fc.nat(2) },
  });
  const made = source.map((one): IntervalSnapshot => {
    const whole = snapshotOf(one.index, one.phase as IntervalSnapshot['phase'], one.values, one.cpu);
    const { generator, ...bare } = whole;
    const series = { ...seriesOf(one.values), failures: one.failures as never };
    return {
      ...bare,
      endAt: micros(one.index * 1_000_000 + one.endAt),
      ...(one.resets === 0 ? {} : { resets: one.resets }),
      load: { ...bare.load, vus: count(one.values.length), ...(one.skipped === 0 ? {} : { skipped: one.skipped }) },
      ...(one.closed === 0 ? {} : { connections: { closedUnannounced: one.closed, surplus: 0 } }),
      series: { [one.name]: one.leftOut === 0 ? series : { ...series, leftOut: one.leftOut } },
      ...(one.health && generator !== undefined
        ? { generator: one.standstills.length === 0 ? generator : { ...generator, standstills: one.standstills } }
        : {}),
    };
  });
  /** What a source tells: in order, with one snapshot for each key, and no standstill twice. */
  const told = fc.array(made, { maxLength: 6 }).map((all) => merge(merge(all, []), []));
  const twice = (all: readonly IntervalSnapshot[]) => merge(all, []);

  it('is associative: in whatever groups sources are merged, the whole is the same', () => {
    fc.assert(
      fc.property(told, told, told, (a, b, c) => {
        expect(merge(merge(a, b), c)).toEqual(merge(a, merge(b, c)));
      }),
    );
  });

  it('is commutative', () => {
    fc.assert(
      fc.property(told, told, (a, b) => {
        expect(merge(a, b)).toEqual(merge(b, a));
      }),
    );
  });

  it('has nothing as its neutral element', () => {
    fc.assert(
      fc.property(told, (a) => {
        expect([merge(a, []), merge([], a), twice(a)]).toEqual([a, a, a]);
      }),
    );
  });

  it('has regions in which each request is once, exactly, in whatever order agents are merged', () => {
    const region = fc.constantFrom('eu', 'us', 'ap');
    const agents = fc.array(fc.tuple(region, told), { maxLength: 5 });
    fc.assert(
      fc.property(agents, (all) => {
        const placed = all.map(([name, own]) => own.map((one) => ofRegion(one, name)));
        const joined = placed.reduce((sum, own) => merge(sum, own), []);
        expect(placed.reduceRight<IntervalSnapshot[]>((sum, own) => merge(sum, own), [])).toEqual(joined);
        // A region is what its agents alone would have told of all their requests.
        for (const name of ['eu', 'us', 'ap']) {
          const alone = all.flatMap(([where, own]) => (where === name ? own : []));
          const byKey = (snapshots: readonly IntervalSnapshot[]) =>
            new Map(
              snapshots.flatMap((one) => {
                const own = one.regions?.[name];
                return own === undefined ? [] : [[intervalKey(one), own] as const];
              }),
            );
          expect(byKey(joined)).toEqual(byKey(merge(alone, []).map((one) => ofRegion(one, name))));
        }
      }),
    );
  });

  it('loses no request: counts and samples of the whole are the sums', () => {
    const countsOf = (all: readonly IntervalSnapshot[]) =>
      all.reduce(
        (sum, { load, series }) => {
          const each = Object.values(series);
          return {
            sent: sum.sent + load.sent,
            ok: sum.ok + each.reduce((total, one) => total + one.ok, 0),
            samples: sum.samples + each.reduce((total, one) => total + (one.times.response?.count ?? 0), 0),
          };
        },
        { sent: 0, ok: 0, samples: 0 },
      );
    fc.assert(
      fc.property(told, told, (a, b) => {
        expect(countsOf(merge(a, b))).toEqual(countsOf([...a, ...b]));
      }),
    );
  });
});
