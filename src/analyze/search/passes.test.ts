import { describe, expect, it } from 'vitest';
import type { IntervalSnapshot, Phase, SeriesSnapshot } from '../../core/snapshot.ts';
import { count, micros } from '../../core/units.ts';
import { Histogram } from '../../stats/histogram.ts';
import { sampleOf } from './observation.ts';
import { observe } from './observe.ts';

const PASS = { requests: 3, responsesDecide: false, pause: 1, longest: 1 };

interface Seen {
  readonly begun?: number;
  readonly dropped?: number;
  readonly ok?: number;
  readonly failed?: number;
  readonly cut?: number;
  readonly aborted?: number;
}

function series({ begun = 0, dropped = 0, ok = 0, failed = 0, cut = 0, aborted = 0 }: Seen): SeriesSnapshot {
  const times = new Histogram();
  times.record(50_000, ok);
  return {
    ...{ due: begun + dropped, sent: begun, dropped, ok, failed, cut },
    byOutcome: { ok, 'http-error': failed, ...(aborted > 0 ? { aborted } : {}) },
    ...{ byStatus: {}, bytesIn: 0, bodyBytesIn: 0, bytesOut: 0, failures: [] },
    times: ok > 0 ? { response: times.toData() } : {},
  };
}

/** An interval of 1 s. */
const interval = (index: number, phase: Phase, flow: Seen): IntervalSnapshot => ({
  ...{ index, phase, startAt: micros(index * 1e6), endAt: micros((index + 1) * 1e6) },
  load: { due: 0, sent: 0, dropped: 0, inFlight: 0, vus: count(0) },
  series: {},
  flows: { buy: series(flow) },
  groups: { pay: series(flow) },
});

const generator = {
  ...{ times: {}, loopDelayP99: micros(0), loopDelayMax: micros(0), utilization: null, gcMax: micros(0) },
  ...{ cpu: 0, cpuWait: null, rss: 0 as never },
};

describe('passes of a level', () => {
  const snapshots = [
    interval(0, 'warmup', { begun: 10 }),
    { ...interval(1, 'measure', { begun: 10, dropped: 2, ok: 3 }), generator },
    // Passes of the warm-up that end later are a snapshot of their own.
    interval(1, 'warmup', { ok: 5, failed: 1 }),
    { ...interval(2, 'measure', { begun: 10, ok: 9 }), generator },
    // With the end of the load all that pause are cut, and those that had failed count as failed.
    { ...interval(3, 'measure', { begun: 10, ok: 2, failed: 6, cut: 9 }), generator },
    interval(4, 'drain', { ok: 7, aborted: 2 }),
  ];
  const observation = observe(snapshots, 1, 'open', 3, PASS);

  it('are those that began and ended in its window, whichever began before it, but for what its end cut', () => {
    expect(observation.passes).toEqual({
      ...{ offered: 22, dropped: 2, ok: 17, failed: 1, seconds: 2, requestsEach: 3 },
      ...{ underWayAtStart: 10, underWayAtEnd: 12 },
    });
  });

  it('are what an SLO of a flow or a group looks at, with those that hung until they were given up', () => {
    for (const kind of ['flow', 'group'] as const) {
      const { batches, dropped } = sampleOf({ scope: { kind, name: kind === 'flow' ? 'buy' : 'pay' } }, observation);
      expect(batches.map(({ times, infinite }) => [times.count, infinite])).toEqual([
        [8, 1],
        [9, 2],
      ]);
      expect(dropped).toBe(2);
    }
    expect(sampleOf({ scope: { kind: 'flow', name: 'other' } }, observation).batches[0]?.times.count).toBe(0);
  });

  it('are not there where requests come by themselves', () => {
    expect(observe(snapshots, 1, 'open', 3)).not.toHaveProperty('passes');
  });
});
