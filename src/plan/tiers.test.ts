import { describe, expect, it } from 'vitest';
import { errorOf } from './error.fixture.ts';
import { planOf } from './plan.fixture.ts';

const tiersOf = (...tier: readonly string[]) => planOf({ tier, slo: ['p95<1s'] }, { kind: 'find' }).search?.tiers;

describe('tiers', () => {
  it('are sets of SLOs with a name', () => {
    expect(tiersOf('gold=ttft_p95<200ms, tpot_p95<30ms', 'bronze=p95<2s')).toMatchObject([
      { name: 'gold', slos: [{ text: 'ttft_p95<200ms', limit: 200_000 }, { text: 'tpot_p95<30ms' }] },
      { name: 'bronze', slos: [{ text: 'p95<2s' }] },
    ]);
    expect(planOf({ slo: ['p95<1s'] }, { kind: 'find' }).search).not.toHaveProperty('tiers');
  });

  it('of which the first is what is searched for, where no SLO is', () => {
    const slosOf = (flags: Record<string, string[]>) => planOf(flags, { kind: 'find' }).search?.slos;
    const tier = ['gold=ttft_p95<200ms,tpot_p95<30ms', 'bronze=p95<2s'];
    expect(slosOf({ tier })).toMatchObject([{ text: 'ttft_p95<200ms' }, { text: 'tpot_p95<30ms' }]);
    expect(slosOf({ tier, slo: ['p95<1s'] })).toMatchObject([{ text: 'p95<1s' }]);
    expect(slosOf({})).toEqual([]);
  });

  it.each([
    ['gold', 'has no name, or no SLO'],
    ['gold=ttft<200ms', 'limits each request, and a tier is of percentiles'],
    ['gold=p95<1s,goodput>90%', 'goodput counts the requests within all limits at once'],
    ['gold=p95', '--tier'],
  ])('are refused in words: %s', (tier, problem) => {
    expect(errorOf(() => tiersOf(tier))).toContain(problem);
    expect(errorOf(() => planOf({ tier: ['a=p95<1s'] }))).toContain('only applies to rampart find');
  });
});
