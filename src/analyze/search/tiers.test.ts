import { describe, expect, it } from 'vitest';
import type { LevelVerdict } from '../../core/breaking-point.ts';
import type { SearchTier, Threshold } from '../../core/plan.ts';
import { micros } from '../../core/units.ts';
import { Histogram } from '../../stats/histogram.ts';
import { criteriaOf } from './criteria.ts';
import { judge, type Level } from './level.ts';
import type { Observation } from './observation.ts';
import { tiersOf } from './tiers.ts';

const slo = (p: number, ms: number): Threshold => ({
  text: `p${p}<${ms}ms`,
  metric: { kind: 'percentile', p },
  op: '<',
  limit: ms * 1_000,
  unit: 'µs',
});
const SLOS = [slo(95, 250)];
const CRITERIA = criteriaOf(SLOS);

/** A level at which every response takes so long, ms. */
function level(ratePerSec: number, took: number, changes: { readonly verdict?: LevelVerdict } = {}): Level {
  const batches = Array.from({ length: 20 }, () => {
    const times = new Histogram();
    times.record(took * 1_000, 100);
    return { times: times.toData(), infinite: 0 };
  });
  const observation: Observation = {
    ...{ seconds: 20, elapsed: 22, offered: 2_000, sent: 2_000, dropped: 0, ok: 2_000, failed: 0, unanswered: 0 },
    ...{ inFlightAtStart: 1, inFlightAtEnd: 1, batches, unfit: null },
  };
  const step = { purpose: 'narrow', load: { model: 'open', ratePerSec }, warmup: 2, duration: 20, settle: 0 } as const;
  const judged = judge(step, observation, CRITERIA, 0, micros(0));
  return { ...judged, result: { ...judged.result, ...changes } };
}

const TIERS: readonly SearchTier[] = [
  { name: 'gold', slos: [slo(95, 60)] },
  { name: 'bronze', slos: [slo(95, 1_000)] },
];

describe('tiers of a search', () => {
  it('hold up to a level, and break from a higher one, by what each level showed', () => {
    const levels = [level(10, 20), level(40, 50), level(80, 100), level(60, 80), level(20, 900, { verdict: 'void' })];
    expect(tiersOf(TIERS, levels, 'req/s')).toEqual([
      { name: 'gold', slos: ['p95<60ms'], holdsUpTo: 40, breaksFrom: 60, brokenBy: 'p95<60ms' },
      { name: 'bronze', slos: ['p95<1000ms'], holdsUpTo: 80, breaksFrom: null, brokenBy: null },
    ]);
  });

  it('break where the target is full, and are unknown without levels', () => {
    const [, bronze] = tiersOf(TIERS, [level(10, 20), level(90, 100, { verdict: 'overloaded' })], 'req/s');
    expect(bronze).toMatchObject({ holdsUpTo: 10, breaksFrom: 90, brokenBy: 'capacity' });
    expect(tiersOf(TIERS, [], 'req/s')[0]).toMatchObject({ holdsUpTo: null, breaksFrom: null, brokenBy: null });
  });
});
