import fc from 'fast-check';
import { expect, it } from 'vitest';
import { foldOf, planOf, startedOf } from '../analyze/events.fixture.ts';
import type { IntervalSnapshot, Phase, SeriesSnapshot } from '../core/snapshot.ts';
import { micros } from '../core/units.ts';
import { Unanswered } from './unanswered.ts';

const EMPTY = {
  ...{ due: 0, dropped: 0, bytesIn: 0, bodyBytesIn: 0, bytesOut: 0, byStatus: {}, failures: [] },
  times: {},
};

function snapshot(index: number, phase: Phase, series: Record<string, SeriesSnapshot>): IntervalSnapshot {
  const load = { due: 0, sent: 0, dropped: 0, inFlight: 0, vus: 1 as never };
  return { index, startAt: micros(index * 1e6), endAt: micros((index + 1) * 1e6), phase, load, series };
}

const counts = fc.record({
  ...{ sent: fc.nat(50), ok: fc.nat(50), failed: fc.nat(50), aborted: fc.nat(50), leftOut: fc.nat(50) },
});

it('gives every request of a run that broke off an outcome: sent = ok + failed + aborted, of each name and in all', () => {
  const runs = fc.array(fc.tuple(fc.constantFrom('warmup', 'measure', 'drain'), fc.constantFrom('a', 'b'), counts));
  fc.assert(
    fc.property(runs, (intervals) => {
      const unanswered = new Unanswered();
      const events = intervals.map(([phase, name, { sent, ok, failed, aborted, leftOut }], index) => {
        // No more can end than were sent.
        const all = sent + ok + failed + aborted + leftOut;
        const one = { ...EMPTY, sent: all, ok, failed, leftOut, byOutcome: { ok, reset: failed, aborted } };
        const made = snapshot(index, phase as Phase, { [name]: one });
        unanswered.add(made);
        return { type: 'interval' as const, snapshot: made };
      });
      const given = unanswered.given('gone').map((each) => ({ type: 'interval' as const, snapshot: each }));
      const { totals, series, failures, timeline } = foldOf([startedOf(planOf()), ...events, ...given]).result();
      for (const { sent, ok, failed, byOutcome, leftOut = 0 } of [
        totals,
        ...Object.values(series).map((each) => each.totals),
      ])
        expect(sent).toBe(ok + failed + (byOutcome.aborted ?? 0) + leftOut);
      const measured = intervals.filter(([phase]) => phase !== 'warmup');
      const lost = measured.reduce((sum, [, , { sent }]) => sum + sent, 0);
      expect(failures.reduce((sum, { message, count }) => sum + (message === 'gone' ? count : 0), 0)).toBe(lost);
      expect(timeline).toHaveLength(intervals.length);
    }),
  );
});
