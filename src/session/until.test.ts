import { describe, expect, it } from 'vitest';
import { finishedOf, planOf, secondOf, spread, startedOf } from '../analyze/events.fixture.ts';
import { RunFold } from '../analyze/fold.ts';
import type { RunEvent } from '../core/event.ts';
import { untilKnown } from './until.ts';

/** A run of at most a minute, a hundred requests a second, which looks at its signal between any two. */
async function play(times: (index: number) => readonly number[], until = 'p95') {
  const fold = new RunFold();
  fold.accept(startedOf(planOf({ until: { text: `${until}±5%`, p: Number(until.slice(1)), precision: 0.05 } })));
  const seen: RunEvent[] = [];
  async function* source(stop: AbortSignal): AsyncGenerator<RunEvent> {
    for (let index = 0; index < 60 && !stop.aborted; index++) yield secondOf(index, { ok: times(index) });
    yield secondOf(60, { ok: [] }, { phase: 'drain' });
  }
  for await (const event of untilKnown(source, fold, new AbortController().signal)) {
    fold.accept(event);
    seen.push(event);
  }
  fold.accept(finishedOf('completed', 60));
  return { seen, result: fold.result() };
}

describe('a run that goes on until a percentile is known', () => {
  it('ends its load when it is, and not the run', async () => {
    const { seen, result } = await play(() => spread(100, 90_000, 100_000));
    expect(seen.map(({ type }) => type)).toEqual([...Array(20).fill('interval'), 'known', 'interval']);
    expect(result.run.ending).toBe('completed');
    expect(result.until?.reached).toBe(true);
  });

  it('goes on where it is not', async () => {
    // Slow whiles of three seconds: a minute holds ten of them.
    const { seen, result } = await play((index) => spread(100, 90_000, index % 6 < 3 ? 100_000 : 300_000));
    expect(seen.map(({ type }) => type)).not.toContain('known');
    expect(seen).toHaveLength(61);
    expect(result.until?.reached).toBe(false);
  });

  it('passes on that it is to end, and why', async () => {
    const outer = new AbortController();
    let reason: unknown = null;
    async function* source(stop: AbortSignal): AsyncGenerator<RunEvent> {
      yield secondOf(0, { ok: [] });
      outer.abort('stopped');
      reason = stop.aborted ? stop.reason : null;
    }
    for await (const _ of untilKnown(source, { known: null }, outer.signal));
    expect(reason).toBe('stopped');
  });
});
