import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Micros } from '../core/units.ts';
import { measureOffset, startSkew } from './clock-offset.ts';

/** A clock that stands between calls, and a way to another one that takes these times there and back. */
async function measured(ahead: number, trips: readonly (readonly [number, number])[]) {
  let now = 1_000_000;
  let trip = 0;
  const clock = { now: () => now as Micros, after: () => null, cancel: () => {}, soon: () => {} };
  const ask = async (): Promise<Micros> => {
    const [there, back] = trips[trip++ % trips.length] as readonly [number, number];
    now += there;
    const theirs = now + ahead;
    now += back;
    return theirs as Micros;
  };
  return measureOffset(clock, ask);
}

describe('the offset of a clock', () => {
  it('is right to half of the quickest round trip, two seconds apart or none', async () => {
    const ways = fc.array(fc.tuple(fc.integer({ min: 1, max: 50_000 }), fc.integer({ min: 1, max: 50_000 })), {
      minLength: 1,
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: -2e6, max: 2e6 }), ways, async (ahead, trips) => {
        const { offset, roundTrip } = await measured(ahead, trips);
        expect(roundTrip).toBe(Math.min(...trips.map(([there, back]) => there + back)));
        expect(Math.abs(offset - ahead)).toBeLessThanOrEqual(roundTrip / 2);
      }),
    );
  });

  it('bounds how far apart two agents begin', () => {
    const clocks = [400, 1_000, 600].map((roundTrip) => ({ offset: 0 as Micros, roundTrip: roundTrip as Micros }));
    expect(startSkew(clocks)).toBe(800);
    expect(startSkew(clocks.slice(0, 1))).toBe(200);
  });
});
