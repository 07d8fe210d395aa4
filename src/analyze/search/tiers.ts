/** Up to which load further sets of SLOs hold, by the levels of a search for others: as coarse as those lie. */
import type { LoadUnit, TierResult } from '../../core/breaking-point.ts';
import type { SearchTier } from '../../core/plan.ts';
import { criteriaOf } from './criteria.ts';
import { compare, estimateOf } from './criterion-verdict.ts';
import type { Level } from './level.ts';
import { loadOf } from './monotone.ts';

export function tiersOf(tiers: readonly SearchTier[], levels: readonly Level[], unit: LoadUnit): readonly TierResult[] {
  return tiers.map(({ name, slos }) => {
    const criteria = criteriaOf(slos);
    const seen = levels.flatMap((level) => {
      const load = loadOf(level, unit);
      if (load === null || level.result.verdict === 'void') return [];
      const verdicts = criteria.map((one) => compare(one, estimateOf(one, level.observation), level.observation));
      const broken = verdicts.find(({ verdict }) => verdict === 'fail')?.slo ?? null;
      const full = level.result.verdict === 'overloaded';
      return [
        {
          load,
          broken,
          fails: full || broken !== null,
          passes: !full && verdicts.every(({ verdict }) => verdict === 'pass'),
        },
      ];
    });
    const fails = seen.filter((one) => one.fails).toSorted((a, b) => a.load - b.load);
    const breaksFrom = fails[0]?.load ?? null;
    const held = seen.flatMap(({ load, passes }) => (passes && (breaksFrom === null || load < breaksFrom) ? load : []));
    return {
      name,
      slos: slos.map(({ text }) => text),
      holdsUpTo: held.length === 0 ? null : Math.max(...held),
      breaksFrom,
      brokenBy: fails[0]?.broken ?? (breaksFrom === null ? null : 'capacity'),
    };
  });
}
