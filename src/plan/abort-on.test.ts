import { describe, expect, it } from 'vitest';
import { planOf } from './plan.fixture.ts';

const abortOn = (text: string) => planOf({ abortOn: text }).abortOn;

describe('thresholds that end a run', () => {
  it('have a stretch of time, and a delay', () => {
    expect(abortOn('p95<500ms over 5s after 30s')).toMatchObject([
      { text: 'p95<500ms over 5s after 30s', limit: 500_000, over: 5e6, after: 30e6 },
    ]);
    expect(abortOn('errors<5% AFTER 2500ms, mean<1s')).toMatchObject([
      { metric: { kind: 'errors' }, unit: 'share', over: 10e6, after: 3e6 },
      { text: 'mean<1s', over: 10e6, after: 0 },
    ]);
    expect(planOf().abortOn).toBeUndefined();
  });

  it.each([
    ['p95<500ms over 10', 'over'],
    ['p95<500ms over 1h', 'at most 10m'],
    ['p95<500ms over 100ms', 'at least 1s'],
    ['p95<500ms over 5s over 6s', 'says "over" twice'],
    ['over 5s', 'is not a threshold'],
    ['p95{nobody}<1s over 5s', 'there is no such request'],
    ['ttft<300ms over 5s', 'judged at the end only'],
  ])('%j is refused', (text, message) => {
    expect(() => abortOn(text)).toThrow(message);
  });

  it('are for runs', () => {
    expect(() => planOf({ abortOn: 'p95<1s' }, { kind: 'find' })).toThrow('--abort-on does not apply to find');
  });
});
