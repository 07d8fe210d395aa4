import fc from 'fast-check';
import { expect, it } from 'vitest';
import { secondOf, spread } from '../analyze/events.fixture.ts';
import type { IntervalSnapshot } from '../core/snapshot.ts';
import { LatencyLog } from './latency-log.ts';

function snapshotOf(index: number, phase: 'warmup' | 'measure' = 'measure'): IntervalSnapshot {
  const event = secondOf(index, { ok: spread(1 + (index % 3), 1_000, 1_900) }, { phase });
  if (event.type !== 'interval') throw new Error('no interval');
  return event.snapshot;
}

const logOf = (seconds: number, warm = 0) => {
  const log = new LatencyLog();
  for (let index = 0; index < seconds; index++) log.add(snapshotOf(index, index < warm ? 'warmup' : 'measure'));
  return [...log.intervals()];
};

it('gives every second of an hour its own line', () => {
  const lines = logOf(3_600, 10);
  expect(lines).toHaveLength(3_600);
  expect(lines[17]).toMatchObject({ tag: 'POST /predict', startSeconds: 17, lengthSeconds: 1 });
});

it('lets neighbours of one tag share a line where there would be too many, and loses none', () => {
  fc.assert(
    fc.property(fc.integer({ min: 3_601, max: 9_000 }), fc.integer({ min: 0, max: 50 }), (seconds, warm) => {
      const lines = logOf(seconds, warm);
      expect(lines.length).toBeLessThanOrEqual(3_600);
      expect(lines.length).toBeGreaterThan(1_700);
      const sum = (pick: (line: (typeof lines)[number]) => number): number =>
        lines.reduce((all, line) => all + pick(line), 0);
      expect(sum(({ lengthSeconds }) => lengthSeconds)).toBe(seconds);
      expect(sum(({ histogram }) => histogram.count)).toBe(
        Array.from({ length: seconds }, (_, i) => 1 + (i % 3)).reduce((a, b) => a + b),
      );
      for (const { tag, startSeconds, lengthSeconds } of lines)
        expect(startSeconds + lengthSeconds <= warm).toBe(tag === 'warmup POST /predict');
    }),
    { numRuns: 5 },
  );
});
