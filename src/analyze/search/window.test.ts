import { describe, expect, it } from 'vitest';
import { closedWarmup, exploration, narrowingRequests, openWarmup, requestsToResolve, resolutionOf } from './window.ts';

describe('the size of a window', () => {
  it('is what telling two loads apart needs', () => {
    expect(requestsToResolve(0.05)).toBeCloseTo(8_659, -1);
    expect(resolutionOf(requestsToResolve(0.05))).toBeCloseTo(0.05, 12);
    expect(narrowingRequests(0.1, 0.95)).toBeCloseTo(2_165, -1);
    expect(narrowingRequests(1, 0.95)).toBe(400);
    expect(narrowingRequests(1, 0.999)).toBe(2 * 3_688);
  });

  it('begins after three relaxation times, which may not eat the level', () => {
    expect(openWarmup(70, 100, 0, 60)).toBeCloseTo(1.12, 2);
    expect(openWarmup(70, 100, 0, 1)).toBeLessThan(0.6);
    expect(openWarmup(70, 100, 0.5, 60)).toBeCloseTo(2.62, 2);
    expect(closedWarmup(64, 100, 0.01)).toBeCloseTo(1.28, 9);
  });

  it('explores as finely as the time allows, then with more requests', () => {
    const deciding = () => 200;
    expect(exploration(10_000, deciding, 18).shares[0]).toBe(0.1);
    expect(exploration(10_000, deciding, 18).more).toBeGreaterThan(2);
    expect(exploration(100, deciding, 36).shares).toEqual([0.125, 0.25, 0.5]);
    expect(exploration(1, deciding, 18)).toEqual({ shares: [0.5], more: 1 });
  });
});
