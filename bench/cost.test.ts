import { expect, it } from 'vitest';
import { wantedOf } from './cost.ts';

it('wants no more of a ratio than is between the peer and the system calls', () => {
  expect(wantedOf('k6', 9.5, 12)).toEqual(['≥ 9', 'held']);
  expect(wantedOf('k6', 8, 12)).toEqual(['≥ 9', 'missed']);
  // 1.73 times wrk, of which we may cost 1.15: more than 1.5 times us it cannot be.
  expect(wantedOf('autocannon', 1.6, 1.73)).toEqual(['≥ 2.5; in reach: 1.50', 'held as far as in reach']);
  expect(wantedOf('autocannon', 1.4, 1.73)).toEqual(['≥ 2.5; in reach: 1.50', 'missed']);
  expect(wantedOf('autocannon', 2.6, 1.73)).toEqual(['≥ 2.5; in reach: 1.50', 'held']);
});

it('wants what was asked where wrk was not measured, and nothing of others', () => {
  expect(wantedOf('autocannon', 2, Number.NaN)).toEqual(['≥ 2.5', 'missed']);
  expect(wantedOf('hey', 3, 4)).toEqual(['', '']);
  expect(wantedOf('wrk', 0.9, 1)).toEqual(['rampart ≤ 1.15 × wrk', 'rampart 1.11 × wrk: held']);
});
