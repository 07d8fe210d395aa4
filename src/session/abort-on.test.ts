import { describe, expect, it } from 'vitest';
import { finishedOf, planOf, secondOf, spread, startedOf } from '../analyze/events.fixture.ts';
import { RunFold } from '../analyze/fold.ts';
import { headline } from '../analyze/headline.ts';
import { exitCodeOf } from '../analyze/verdict.ts';
import type { RunEvent } from '../core/event.ts';
import type { AbortThreshold, Metric } from '../core/plan.ts';
import { micros } from '../core/units.ts';
import { unlessBroken } from './abort-on.ts';

const thresholdOf = (over: number, after = 0, metric: Metric = { kind: 'percentile', p: 95 }): AbortThreshold => ({
  ...{ text: `p95<500ms over ${over}s`, metric, op: '<', limit: 500_000, unit: 'µs' },
  ...{ over: micros(over * 1e6), after: micros(after * 1e6) },
});

/** A run of a minute, a hundred requests a second; what each second took is said. */
async function play(took: (index: number) => number, abortOn: AbortThreshold[], warmup = 0) {
  const plan = planOf({ abortOn, warmup: micros(warmup * 1e6) });
  const fold = new RunFold();
  fold.accept(startedOf(plan));
  const seen: RunEvent[] = [];
  async function* source(stop: AbortSignal): AsyncGenerator<RunEvent> {
    for (let index = 0; index < 60 && !stop.aborted; index++)
      yield secondOf(index, { ok: spread(100, took(index), took(index)) }, index < warmup ? { phase: 'warmup' } : {});
    yield secondOf(60, { ok: [] }, { phase: 'drain' });
  }
  for await (const event of unlessBroken(plan, source, new AbortController().signal)) {
    fold.accept(event);
    seen.push(event);
  }
  const at = seen.findIndex(({ type }) => type === 'broken');
  fold.accept(finishedOf(at < 0 ? 'completed' : 'aborted', 60));
  return { at, seen, result: fold.result() };
}

describe('a threshold that ends a run', () => {
  it('does so when its last seconds break it, and says when and why', async () => {
    const { at, seen, result } = await play((index) => (index < 20 ? 100_000 : 700_000), [thresholdOf(10)]);
    // One slow second of ten is the slowest tenth: p95 is within it.
    expect([at, seen.length]).toEqual([21, 23]);
    expect(result.abortedBy).toEqual({
      threshold: 'p95<500ms over 10s',
      at: 21,
      message: 'p95 was 700 ms, not below 500 ms, over the last 10 s',
    });
    expect(result.verdict.status).toBe('failed');
    expect(result.verdict.checks.at(-1)).toMatchObject({
      status: 'failed',
      outcome: 'broken',
      actual: 700,
      limit: 500,
    });
    expect([exitCodeOf(result), headline(result).sentence]).toEqual([
      3,
      expect.stringMatching(
        /^The load ended by itself after 21 s: p95 was 700 ms, not below 500 ms, over the last 10 s\.$/,
      ),
    ]);
  });

  it('forgets what is longer ago than its stretch', async () => {
    expect((await play((index) => (index % 30 === 29 ? 700_000 : 100_000), [thresholdOf(30)])).at).toBe(-1);
    expect((await play((index) => (index === 3 ? 700_000 : 100_000), [thresholdOf(2, 10)])).at).toBe(-1);
  });

  it('waits for a whole stretch, its delay, and the end of the warm-up', async () => {
    expect((await play(() => 700_000, [thresholdOf(5)])).at).toBe(5);
    expect((await play(() => 700_000, [thresholdOf(5, 12)])).at).toBe(12);
    expect((await play(() => 700_000, [thresholdOf(5)], 4)).at).toBe(9);
  });

  it('does not decide by too few samples', async () => {
    const rare = thresholdOf(5, 0, { kind: 'percentile', p: 99.99 });
    expect((await play(() => 700_000, [rare])).at).toBe(-1);
  });
});
