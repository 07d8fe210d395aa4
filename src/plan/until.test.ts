import { describe, expect, it } from 'vitest';
import { planOf } from './plan.fixture.ts';
import { parseUntil } from './until.ts';

describe('what a run goes on for', () => {
  it.each([
    ['p95±5%', 95, 0.05],
    ['p95+-5%', 95, 0.05],
    [' P99.9 +/- 10 % ', 99.9, 0.1],
    ['median±0.5%', 50, 0.005],
    ['p50±100%', 50, 1],
  ])('%s', (text, p, precision) => {
    expect(parseUntil(text, '--until')).toEqual({ text: text.trim(), p, precision });
  });

  it.each([
    ['p95', 'does not say how well it shall be known; write p95±5%, or p95+-5%'],
    ['95±5%', 'is about no percentile; write p95±5%'],
    ['p95<250ms', 'is a threshold; write p95±5%'],
    ['mean±5%', 'is about no percentile; write p95±5%'],
    ['p100±5%', 'is about a percentile outside 0 to 100'],
    ['p95±5', 'has no %'],
    ['p95±5ms', 'has a time behind ±'],
    ['p95±0%', 'is more than any run can know; at least ±0.1%'],
    ['p95±200%', 'is too much; at most 100%'],
    ['p95±', '--until: "p95±"'],
    ['', 'does not say how well'],
  ])('refuses %j', (text, problem) => {
    expect(() => parseUntil(text, '--until')).toThrow(problem);
  });

  it('is part of the plan, which may last ten minutes then', () => {
    const plan = planOf({ until: 'p95±5%' });
    expect(plan.until).toEqual({ text: 'p95±5%', p: 95, precision: 0.05 });
    expect(plan.load).toMatchObject({ vus: [{ duration: 600_000_000 }] });
    expect(planOf({ until: 'p95±5%', duration: '1m' }).load).toMatchObject({ vus: [{ duration: 60_000_000 }] });
    expect(planOf({})).not.toHaveProperty('until');
  });

  it('needs a load that stays the same', () => {
    expect(() => planOf({ until: 'p95±5%', stages: '10s:5' })).toThrow('--until needs a load that stays the same');
  });
});
