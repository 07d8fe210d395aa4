import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../core/event.ts';
import { type Micros, micros } from '../core/units.ts';
import { foldOf, planOf, secondOf, spread, startedOf } from './events.fixture.ts';

/** Intervals of 50 ms, as the levels of a search have them. */
function levelEvents(
  level: number,
  from: number,
  intervals: number,
  phase: 'warmup' | 'measure' = 'measure',
): RunEvent[] {
  return Array.from({ length: intervals }, (_, i): RunEvent => {
    const startAt = micros(from + i * 50_000);
    const made = secondOf(0, { ok: spread(10, 1_000 * (i + 1), 1_000 * (i + 2)) }, { phase, inFlight: i, vus: 0 });
    if (made.type !== 'interval') return made;
    const index = Math.round(startAt / 50_000);
    return { ...made, snapshot: { ...made.snapshot, index, level, startAt, endAt: (startAt + 50_000) as Micros } };
  });
}

const timelineOf = (events: readonly RunEvent[]) => foldOf([startedOf(planOf()), ...events]).timeline;

describe('the timeline of a search', () => {
  it('has points of about a second, with counts added and percentiles of all their answers', () => {
    const [first, second, ...rest] = timelineOf(levelEvents(0, 0, 40));
    expect(rest).toEqual([]);
    expect([first?.t, first?.seconds, first?.ok, first?.inFlight]).toEqual([1, 1, 200, 19]);
    expect([second?.t, second?.seconds, second?.ok, second?.inFlight]).toEqual([2, 1, 200, 39]);
    // Of 1 .. 21 ms, evenly: not the mean of the intervals' percentiles, which is 11.9.
    expect(first?.p95).toBeGreaterThan(19.8);
    expect(first?.p95).toBeLessThan(20.2);
  });

  it('parts levels, and the warm-up from what is measured', () => {
    const warm = levelEvents(0, 0, 4, 'warmup');
    const measured = levelEvents(0, 200_000, 6);
    const next = levelEvents(1, 500_000, 2);
    expect(timelineOf([...warm, ...measured, ...next]).map(({ phase, seconds, ok }) => [phase, seconds, ok])).toEqual([
      ['warmup', 0.2, 40],
      ['measure', 0.3, 60],
      ['measure', 0.1, 20],
    ]);
  });

  it('counts late answers of the warm-up where they came', () => {
    const late = levelEvents(0, 250_000, 1, 'warmup').map((event): RunEvent => {
      if (event.type !== 'interval') return event;
      const { generator: _, ...snapshot } = event.snapshot;
      return { ...event, snapshot };
    });
    const points = timelineOf([...levelEvents(0, 200_000, 6), ...late]);
    expect(points.map(({ phase, ok, seconds }) => [phase, ok, seconds])).toEqual([['measure', 70, 0.3]]);
  });

  it('leaves the intervals of a run as they are', () => {
    const events = levelEvents(0, 0, 5).map((event): RunEvent => {
      if (event.type !== 'interval') return event;
      const { level: _, ...snapshot } = event.snapshot;
      return { ...event, snapshot };
    });
    expect(timelineOf(events)).toHaveLength(5);
  });
});

describe('a point of the timeline', () => {
  it('has the requests whose users left, where there are any', () => {
    const left = secondOf(1, { ok: [1_000], ended: { cancelled: 3 } });
    const more = secondOf(1, { ended: { cancelled: 2, timeout: 1 } }, { generator: null });
    const points = timelineOf([secondOf(0, { ok: [1_000] }), left, more]);
    expect(points.map(({ cancelled, failed }) => [cancelled, failed])).toEqual([
      [undefined, 0],
      [5, 1],
    ]);
  });
});

describe('the timeline of a run whose statistics were reset', () => {
  const ten = { ok: spread(10, 1_000, 1_900) };
  const phases = (events: readonly RunEvent[]) => timelineOf(events).map(({ phase }) => phase);
  const before = [secondOf(0, ten), secondOf(1, ten)];

  it('says of points before that they are discarded, and keeps all their numbers', () => {
    const plain = timelineOf([...before, secondOf(2, ten), secondOf(3, ten)]);
    const points = timelineOf([...before, secondOf(2, ten, { resets: 1 }), secondOf(3, ten, { resets: 1 })]);
    expect(points.map(({ phase }) => phase)).toEqual(['discarded', 'discarded', 'measure', 'measure']);
    expect(points.map((point) => ({ ...point, phase: 'measure' }))).toEqual(plain);
  });

  it('shows answers to what was due before in the second they came in, which counts', () => {
    const late = secondOf(2, { ok: [900_000], sentMore: -1 }, { generator: null });
    const points = timelineOf([...before, secondOf(2, ten, { resets: 1 }), late]);
    expect(points[2]).toMatchObject({ phase: 'measure', ok: 11, sent: 10, p99: 900 });
  });

  it('discards the interval beside which a late thread tells of it', () => {
    const early = secondOf(1, { ok: [1_000] }, { resets: 1, generator: null });
    expect(phases([...before, early])).toEqual(['discarded', 'discarded']);
    expect(phases([...before, early, secondOf(2, ten, { resets: 1 })])).toEqual(['discarded', 'discarded', 'measure']);
  });

  it('leaves the drain a drain', () => {
    const drained = secondOf(2, { ok: [1_000] }, { phase: 'drain' });
    expect(phases([...before, drained])).toEqual(['measure', 'measure', 'drain']);
    const reset = secondOf(1, ten, { resets: 1 });
    expect(phases([before[0] as RunEvent, reset, drained])).toEqual(['discarded', 'measure', 'drain']);
  });
});
