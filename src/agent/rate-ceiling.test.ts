import { expect, it } from 'vitest';
import type { LoadProfile } from '../core/plan.ts';
import { count, micros, perSecond, seconds } from '../core/units.ts';
import { snapshotOf } from '../run/snapshot.fixture.ts';
import { RateCeiling } from './rate-ceiling.ts';

const ceiling = new RateCeiling(perSecond(100));
const arrivals = (peak: number): LoadProfile => ({
  ...{ model: 'open', arrivals: 'uniform', maxInFlight: count(10) },
  rate: [
    { duration: seconds(1), from: perSecond(0), to: perSecond(peak) },
    { duration: seconds(1), from: perSecond(peak), to: perSecond(1) },
  ],
});

it('is of the agent’s own part, at its highest', () => {
  expect(ceiling.refusal(arrivals(100), { index: 0, count: 1 })).toBeNull();
  expect(ceiling.refusal(arrivals(1_000), { index: 3, count: 10 })).toBeNull();
  expect(ceiling.refusal(arrivals(1_001), { index: 0, count: 4 })).toBe(
    'its part is 250/s, and its --max-rate is 100/s',
  );
});

it('looks at what is sent, where a load does not say how much that will be', () => {
  const sending = (sent: number) => {
    const snapshot = snapshotOf(0, 'measure', []);
    return ceiling.excess({
      ...snapshot,
      ...{ startAt: micros(0), endAt: micros(1e6), load: { ...snapshot.load, sent } },
    });
  };
  // A Poisson count of a mean of 100 reaches it once in ten thousand intervals.
  expect([100, 130, 140].map(sending)).toEqual([null, null, null]);
  expect(sending(400)).toBe('it sent 400/s, and its --max-rate is 100/s: its load is ended');
});
