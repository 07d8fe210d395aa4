import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../core/event.ts';
import { micros, seconds } from '../core/units.ts';
import {
  dataOf,
  finishedOf,
  foldOf,
  generatorOf,
  planOf,
  secondOf,
  spread,
  startedOf,
  thresholdOf,
} from './events.fixture.ts';

/** Statistics that begin anew under way, and what of a run counts then. */

const NAME = 'POST /predict';

describe('a reset of the statistics', () => {
  const ten = spread(10, 1_000, 1_900);
  const bad = generatorOf({ loopDelayMax: micros(80_000), cpu: 1.9, times: { lag: dataOf([70_000]) } });
  const slow = { ok: spread(10, 400_000, 900_000), ended: { timeout: 3 }, message: 'gone' };
  const reset: RunEvent = { type: 'reset', at: micros(2_000_000) };
  const before = [0, 1].map((index) => secondOf(index, { ...slow, sentMore: 1 }, { generator: bad }));
  const after = [
    secondOf(2, { ok: ten, sentMore: 3 }, { resets: 1 }),
    // The answers to what was due before the reset.
    secondOf(2, { ok: [999_000], ended: { timeout: 1 }, message: 'gone', sentMore: -2 }, { generator: null }),
    secondOf(3, { ok: ten, ended: { 'http-error': 1 }, status: 503 }, { resets: 1 }),
    secondOf(4, { ok: [2_000], ended: { timeout: 1, aborted: 1 }, sentMore: -3 }, { phase: 'drain', resets: 1 }),
  ];
  const limits = [
    thresholdOf('p50<250ms', { kind: 'percentile', p: 50 }, '<', 250_000),
    thresholdOf('errors<10%', { kind: 'errors' }, '<', 0.1, 'share'),
  ];
  const result = foldOf([startedOf(planOf({ thresholds: limits })), ...before, reset, ...after, finishedOf()]).result();

  it('counts only what was due after it, and every request of that', () => {
    const { totals } = result;
    expect(totals).toMatchObject({ offered: 24, sent: 24, ok: 21, failed: 2, durationMs: 2000 });
    expect(totals.byOutcome).toEqual({ ok: 21, 'http-error': 1, timeout: 1, aborted: 1 });
    expect(totals.sent).toBe(totals.ok + totals.failed + (totals.byOutcome.aborted ?? 0));
    expect(totals.byStatus).toEqual({ 200: 21, 503: 1 });
    expect(result.rates).toEqual({ offeredPerSec: 12, sentPerSec: 12, achievedPerSec: 10.5 });
    expect(result.series[NAME]?.totals).toEqual(totals);
    expect(result.verdict.doubts.map(({ code }) => code)).not.toContain('count-mismatch');
  });

  it('begins the times, the failures and the health of the generator anew', () => {
    expect(result.latency.response).toMatchObject({ count: 21, min: 1, max: 2 });
    expect(result.latency.lag.max).toBe(0.04);
    expect(result.failures.map(({ outcome, message, count: n }) => [outcome, message, n])).toEqual([
      ['aborted', '', 1],
      ['http-error', '', 1],
      ['timeout', '', 1],
    ]);
    expect(result.generator).toMatchObject({ cpu: 0.5, loopDelayMax: 0.9, lagP99: 0.04 });
  });

  it('has the thresholds judge what counts', () => {
    // Of all that was sent, half took 400 ms and more, and a fifth failed.
    expect(result.verdict.checks).toMatchObject([
      { status: 'passed', actual: 1.5 },
      { status: 'passed', actual: 2 / 23 },
    ]);
  });

  it('leaves everything in the timeline, and says there what does not count', () => {
    expect(result.changes).toEqual([reset]);
    expect(result.timeline.map(({ t, phase, ok, failed }) => [t, phase, ok, failed])).toEqual([
      [1, 'discarded', 10, 3],
      [2, 'discarded', 10, 3],
      [3, 'measure', 11, 1],
      [4, 'measure', 10, 1],
      [5, 'drain', 1, 1],
    ]);
  });

  it('gives the live numbers from the interval on that tells of it', () => {
    const live = foldOf([startedOf(planOf()), ...before, reset]);
    expect(live.totals).toMatchObject({ sent: 28, durationMs: 2000 });
    live.accept(after[0] as RunEvent);
    expect(live.totals).toMatchObject({ sent: 13, ok: 10, failed: 0, durationMs: 1000 });
    expect(live.responseTimesOf(NAME).max).toBe(1_900);
  });

  it('counts from the last of several', () => {
    const again: RunEvent = { type: 'reset', at: micros(3_000_000) };
    const last = secondOf(3, { ok: ten }, { resets: 2 });
    const late = secondOf(3, slow, { resets: 1, generator: null });
    const twice = foldOf([startedOf(planOf()), ...before, reset, after[0] as RunEvent, again, last, late]).result();
    expect(twice.totals).toMatchObject({ sent: 10, ok: 10, failed: 0, durationMs: 1000 });
    expect(twice.timeline.map(({ phase }) => phase)).toEqual(['discarded', 'discarded', 'discarded', 'measure']);
  });

  it('in the warm-up lets it go on', () => {
    const warm = secondOf(0, slow, { phase: 'warmup' });
    const early: RunEvent = { type: 'reset', at: micros(500_000) };
    const counted = [1, 2].map((index) => secondOf(index, { ok: ten }, { resets: 1 }));
    const plan = planOf({ warmup: seconds(1) });
    const folded = foldOf([startedOf(plan), early, warm, ...counted, finishedOf()]).result();
    expect(folded.totals).toMatchObject({ sent: 20, ok: 20, durationMs: 2000 });
    expect(folded.timeline.map(({ phase }) => phase)).toEqual(['warmup', 'measure', 'measure']);
  });

  it('is heard of from a thread that is late, beside the interval that ended with it', () => {
    const many = Array.from({ length: 6 }, (_, i) =>
      secondOf(2 + i, { ok: spread(50, 1_000 + i, 1_900) }, { resets: 1 }),
    );
    const late = { ok: spread(20, 5_000, 6_000) };
    const start = [startedOf(planOf()), ...before, reset];
    const beside = foldOf([...start, secondOf(1, late, { resets: 1, generator: null }), ...many]).result();
    const within = foldOf([...start, ...many, secondOf(2, late, { resets: 1, generator: null })]).result();
    expect(beside.totals).toEqual(within.totals);
    expect(beside.totals).toMatchObject({ sent: 320, ok: 320, durationMs: 6000 });
    expect(beside.generator).toEqual(within.generator);
    expect(beside.timeline.map(({ phase }) => phase)).toEqual(within.timeline.map(({ phase }) => phase));
    // Its answers are of the first of the batches that the confidence intervals are made of.
    expect(beside.latency.response.ci95).toEqual(within.latency.response.ci95);
  });
});
