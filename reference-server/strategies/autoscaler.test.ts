import { describe, expect, test } from 'vitest';
import { Autoscaler } from './autoscaler.ts';

const rules = { min: 1, max: 4, by: 'in-flight', target: 2, cooldownMs: 5000 } as const;
const working = (count: number) => ({ queued: 0, working: count });

describe('by requests in flight', () => {
  test('goes up at once, as far as the load wants and the bounds allow', () => {
    expect(new Autoscaler(rules).decide(0, working(0), 1)).toBe(1);
    expect(new Autoscaler(rules).decide(0, working(2), 1)).toBe(1);
    expect(new Autoscaler(rules).decide(0, { queued: 2, working: 1 }, 1)).toBe(2);
    expect(new Autoscaler(rules).decide(0, { queued: 99, working: 1 }, 1)).toBe(4);
  });

  test('goes down only when less has been enough for the whole cooldown', () => {
    const scaler = new Autoscaler(rules);
    expect(scaler.decide(0, working(8), 4)).toBe(4);
    expect(scaler.decide(4000, working(1), 4)).toBe(4);
    expect(scaler.decide(4500, working(8), 4)).toBe(4);
    expect(scaler.decide(9000, working(1), 4)).toBe(4);
    expect(scaler.decide(9500, working(1), 4)).toBe(1);
    expect(scaler.decide(9700, working(0), 1)).toBe(1);
  });
});

test('by the queue’s depth, keeps those that work and adds one for each so many that wait', () => {
  const byQueue = { ...rules, by: 'queue', target: 10 } as const;
  expect(new Autoscaler(byQueue).decide(0, { queued: 0, working: 2 }, 2)).toBe(2);
  expect(new Autoscaler(byQueue).decide(0, { queued: 1, working: 2 }, 2)).toBe(3);
  expect(new Autoscaler(byQueue).decide(0, { queued: 11, working: 1 }, 1)).toBe(3);
  expect(new Autoscaler(byQueue).decide(0, { queued: 99, working: 1 }, 1)).toBe(4);
});
