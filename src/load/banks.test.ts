import { describe, expect, it } from 'vitest';
import { micros, seconds } from '../core/units.ts';
import { Banks } from './banks.ts';

const START = seconds(1_000);
const at = (banks: Banks, ...instants: readonly number[]): string =>
  instants.map((instant) => banks.of(START + instant)).join('');

describe('Banks', () => {
  it('tell warm-up from measured by the instant of the border', () => {
    const banks = new Banks(START, seconds(2));
    expect(at(banks, -5, 0, 1_999_999, 2_000_000, 9e9)).toBe('00011');
    expect(at(new Banks(START, micros(0)), -5, 0, 9e9)).toBe('111');
  });

  it('begin another with each reset, which may be ahead, and know the earlier ones still', () => {
    const banks = new Banks(START, seconds(1));
    banks.reset(START + 5e6);
    expect(at(banks, 0.5e6, 1e6, 4.9e6, 5e6)).toBe('0112');
    banks.reset(START + 6e6);
    expect(at(banks, 0.5e6, 1e6, 5e6, 5.9e6, 6e6)).toBe('01223');
    expect(banks.count).toBe(4);
  });

  it('let the warm-up go on that a reset falls into: what comes after it is the new stretch', () => {
    const banks = new Banks(START, seconds(3));
    banks.reset(START + 1e6);
    expect(at(banks, 0, 1e6, 2.9e6, 3e6)).toBe('0002');
  });
});
