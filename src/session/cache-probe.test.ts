import { describe, expect, it } from 'vitest';
import { Random } from '../load/random.ts';
import { findingOf, plainOf, type Turn } from './cache-probe.ts';

/** Of a target whose response times are so distributed, and that answers repeats in `cachedMs`; null: it has no cache. */
function turnsOf(random: Random, { time, cachedMs }: { time: () => number; cachedMs: number | null }, n = 20): Turn[] {
  const repeat = (): number => (cachedMs === null ? time() : cachedMs * (1 + 0.3 * random.uniform()));
  return Array.from({ length: n }, () => ({ unseen: time(), same: repeat(), again: repeat() }));
}

describe('turns', () => {
  /** Medians of 10 ms and coefficients of variation from nearly none to 5; one whose model wanders, one that stalls. */
  const shapes: readonly [name: string, time: (random: Random) => () => number][] = [
    ['hardly vary', (random) => () => 10 + 0.01 * random.normal()],
    ['are exponential', (random) => () => random.exponential(10)],
    ['are lognormal with a heavy tail', (random) => () => 10 * Math.exp(1.8 * random.normal())],
    ['have two humps', (random) => () => (random.uniform() < 0.5 ? 2 : 50) * (1 + 0.1 * random.uniform())],
    [
      'wander',
      (random) => {
        let level = 0;
        return () => {
          level = 0.9 * level + 0.4 * random.normal();
          return 10 * Math.exp(level);
        };
      },
    ],
    ['stall now and then', (random) => () => (random.uniform() < 0.05 ? 1_000 : 10 + random.normal())],
  ];

  it.each(shapes)('of a target without a cache, whose times %s, raise no alarm', (_, time) => {
    const random = new Random(7, 0);
    let alarms = 0;
    for (let n = 0; n < 20_000; n++)
      if (findingOf(turnsOf(random, { time: time(random), cachedMs: null }))?.cached === true) alarms++;
    // At most one in ten thousand: six of 20,000 would be found once in a hundred tests.
    expect(alarms).toBeLessThan(6);
  });

  it('of a target whose first requests are slower by a little, or that slows down or speeds up, raise none either', () => {
    const random = new Random(8, 0);
    for (let n = 0; n < 2_000; n++) {
      const drift = (turn: number): number => 10 * (1 + 0.05 * turn * (n % 2 === 0 ? 1 : -0.5));
      const turns = Array.from({ length: 20 }, (__, turn) => ({
        unseen: drift(turn) * (1.2 + 0.05 * random.normal()),
        same: drift(turn) * (1 + 0.05 * random.normal()),
        again: drift(turn) * (1 + 0.05 * random.normal()),
      }));
      expect(findingOf(turns)?.cached).toBe(false);
    }
  });

  it('of a target with a cache are told, nearly always', () => {
    const random = new Random(9, 0);
    let found = 0;
    for (let n = 0; n < 1_000; n++)
      if (findingOf(turnsOf(random, { time: () => 10 * Math.exp(0.5 * random.normal()), cachedMs: 1 }))?.cached)
        found++;
    expect(found).toBeGreaterThan(990);
  });

  it('are five where those show no sign of a cache, and go on where there is one', () => {
    const random = new Random(10, 0);
    let ended = 0;
    for (let n = 0; n < 1_000; n++) {
      const time = () => 10 * Math.exp(0.5 * random.normal());
      const cached = turnsOf(random, { time, cachedMs: 2 }, 5);
      expect(plainOf(cached)).toBeNull();
      expect(plainOf(cached.slice(0, 4))).toBeNull();
      if (plainOf(turnsOf(random, { time: () => 10 + random.uniform(), cachedMs: null }, 5))?.cached === false) ended++;
    }
    expect(ended).toBe(1_000);
  });

  it('that are too few say nothing', () => {
    const random = new Random(9, 0);
    expect(findingOf(turnsOf(random, { time: () => 10, cachedMs: 1 }, 9))).toBeNull();
    // Fourteen are enough to be sure.
    expect(findingOf(turnsOf(random, { time: () => 10, cachedMs: 1 }, 14))).toMatchObject({
      cached: true,
      unseenMs: 10,
    });
  });
});
