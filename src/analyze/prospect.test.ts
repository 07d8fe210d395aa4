import { describe, expect, it } from 'vitest';
import type { LevelResult } from '../core/breaking-point.ts';
import type { SearchPlan } from '../core/plan.ts';
import { seconds } from '../core/units.ts';
import { prospectOf } from './prospect.ts';

const search = (budget: number) => ({ budget: seconds(budget) }) as SearchPlan;
const idle = (meanMs: number | null) => [{ purpose: 'idle', meanMs } as LevelResult];

describe('what a search of a slow target can give', () => {
  it('is said by how many requests its budget holds', () => {
    expect(prospectOf(search(120), idle(2_000))).toBe(
      'One at a time the target answers 0.50/s: 2:00 hold about 60 requests, which give no more than the order of magnitude. ' +
        '±25 % takes about 3,000 (2 h), ±10 % takes about 9,000 (5 h); if it takes several at a time, so much less.',
    );
  });

  it('is not said where there are enough, or where nothing is known', () => {
    expect(prospectOf(search(120), idle(100))).toBeNull();
    expect(prospectOf(search(3_600), idle(2_000))).toBeNull();
    expect(prospectOf(search(120), idle(null))).toBeNull();
    expect(prospectOf(search(120), [])).toBeNull();
  });
});
