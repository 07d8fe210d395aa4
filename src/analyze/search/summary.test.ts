import { describe, expect, it } from 'vitest';
import type { BreakingPoint, CriterionResult, LevelResult } from '../../core/breaking-point.ts';
import { searchResult } from '../../report/search.fixture.ts';
import { summaryOf } from './summary.ts';

/** A level at which one SLO's share was `value`. */
function level(
  purpose: LevelResult['purpose'],
  ok: number,
  failed: number,
  verdict: CriterionResult['verdict'],
): LevelResult {
  const value = failed / (ok + failed);
  const errors: CriterionResult = { slo: 'errors<1%', value, interval: null, limit: 0.01, unit: 'share', verdict };
  return {
    ...(searchResult().breakingPoint.levels[0] as LevelResult),
    purpose,
    ok,
    failed,
    verdict,
    criteria: [errors],
  };
}

const failing = (levels: readonly LevelResult[]): BreakingPoint => ({
  ...searchResult().breakingPoint,
  ...{ status: 'fails-at-every-load', criterion: 'errors<1%', levels },
});

describe('the sentence of a target that fails at every load', () => {
  it('has what was seen at idle, where it failed there', () => {
    const levels = [level('idle', 95, 5, 'fail'), level('ramp', 970, 30, 'fail')];
    expect(summaryOf(failing(levels))).toBe('0: fails at every load, 5 % at idle (errors<1%).');
  });

  it('has that of all levels where the idle ones were too few to show it', () => {
    const levels = [
      level('idle', 40, 0, 'undecided'),
      level('ramp', 1_470, 40, 'fail'),
      level('narrow', 441, 9, 'fail'),
    ];
    expect(summaryOf(failing(levels))).toBe(
      '0: fails at every load, 2.5 % of 2,000 requests at all levels (errors<1%).',
    );
    const withVoid = [...levels, { ...level('narrow', 0, 500, 'fail'), verdict: 'void' as const }];
    expect(summaryOf(failing(withVoid))).toBe(summaryOf(failing(levels)));
  });

  it('says so where nothing succeeds', () => {
    expect(summaryOf(failing([level('idle', 0, 20, 'fail')]))).toBe(
      '0: fails at every load, no request succeeds (errors<1%).',
    );
  });
});
