import { describe, expect, it } from 'vitest';
import { durationOf, stagesOf, valueAt } from '../core/plan.ts';
import { micros } from '../core/units.ts';
import { areaAt } from '../load/curve.ts';
import { planOf } from './plan.fixture.ts';

const loadOf = (flags: Readonly<Record<string, unknown>>) => planOf(flags).load;
const shown = (flags: Readonly<Record<string, unknown>>) =>
  stagesOf(loadOf(flags)).map(({ duration, from, to }) => `${duration / 1e6}: ${from} ${to}`);

describe('profiles', () => {
  it('spike from users or a rate, and back', () => {
    expect(shown({ vus: 50, profile: 'spike 400 at 30s for 10s', duration: '1m' })).toEqual([
      ...['30: 50 50', '10: 400 400', '20: 50 50'],
    ]);
    const rate = { rate: '20/s', profile: 'Spike 200/s for 5s at 0s', duration: '5s' };
    expect([loadOf(rate).model, ...shown(rate)]).toEqual(['open', '5: 200 200']);
  });

  it('wave between two loads, of the mean of both', () => {
    const load = loadOf({ rate: '100/s', profile: 'sine 300/s every 20s', duration: '1m' });
    const stages = stagesOf(load);
    const at = (seconds: number) => valueAt(stages, micros(seconds * 1e6));
    expect([durationOf(load), at(0), at(5), at(10), at(15), at(20), at(50)].map(Math.round)).toEqual([
      ...[60e6, 100, 200, 300, 200, 100, 300],
    ]);
    for (let t = 0; t < 60; t += 0.1)
      expect(Math.abs(at(t) - (200 - 100 * Math.cos((2 * Math.PI * t) / 20)))).toBeLessThan(1);
    expect(areaAt(stages, micros(60e6))).toBeCloseTo(60 * 200, 6);
  });

  it('give way to what excludes them, and take its place', () => {
    const files = { 's.json': '{"url": "http://h/", "vus": 5, "stages": "10s:20"}' };
    const plan = planOf({ profile: 'spike 9 at 1s for 1s', duration: '3s' }, { target: 's.json', files });
    expect(stagesOf(plan.load)).toHaveLength(3);
    const other = { 's.json': '{"url": "http://h/", "vus": 5, "profile": "spike 9 at 1s for 1s"}' };
    expect(planOf({ rate: '5/s' }, { target: 's.json', files: other }).load.model).toBe('open');
  });

  it.each([
    [{ profile: 'square 5 every 5s' }, 'is no profile'],
    [{ profile: '' }, 'is no profile'],
    [{ profile: 'spike 5 at 5s' }, 'is not whole'],
    [{ profile: 'spike 5 at 5s at 6s' }, 'says "at" twice'],
    [{ profile: 'spike 50 at 25s for 10s' }, 'ends after the load, which lasts 30 s'],
    [{ profile: 'spike 10 at 5s for 1s' }, 'leads to the load that it begins with'],
    [{ profile: 'sine 50 every 100ms' }, 'is too quick'],
    [{ profile: 'sine 50 every 1s', duration: '1h' }, 'at least every 29s'],
    [{ profile: 'spike 50/s at 5s for 1s' }, '--profile'],
    [{ profile: 'spike 50 at 5s for 1s', stages: '5s:1' }, 'exclude each other'],
    [{ profile: 'spike 50 at 5s for 1s', duration: 'forever' }, 'needs an end'],
  ])('are refused: %j', (flags, message) => {
    expect(() => planOf(flags)).toThrow(message);
  });
});
