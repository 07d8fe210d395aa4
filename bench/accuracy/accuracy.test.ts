import { describe, expect, it } from 'vitest';
import type { BreakingPoint } from '../../src/core/breaking-point.ts';
import {
  capacityIn,
  errorLimit,
  nonMonotone,
  overload,
  percentileCoverage,
  scalability,
  searches,
  stall,
  starved,
} from './experiments.ts';
import { LAWS, type Law, latencySlo, searchOptions } from './inputs.ts';
import { type Row, summarize } from './summary.ts';
import { accuracyPage, line } from './table.ts';
import { slowByTimes } from './wandering.ts';

/** The accuracy table in its short form: enough runs that a broken method fails, too few to measure it. */
const reached = (row: Row): void => expect(row.reached, line(row)).toBe(true);

describe('the accuracy of a level', () => {
  it.each(LAWS.map((law) => [law.name, law] as const))('%s: intervals of p50 and p95 hold the truth', (_, law) => {
    for (const rho of [0.5, 0.7]) {
      const { measured } = percentileCoverage(law, rho, 30);
      const [p50, p95] = [...measured.matchAll(/(?:covered |, )(\d+\.\d) %/g)].map(([, share]) => Number(share));
      expect(p50, measured).toBeGreaterThanOrEqual(85);
      expect(p95, measured).toBeGreaterThanOrEqual(80);
    }
  });

  it('tells overload from a busy target', () => {
    for (const rho of [0.8, 0.95, 1.1]) reached(overload(rho, 40));
  });

  it('counts a stall from when requests were due', () => {
    for (const p of [0.95, 0.99]) reached(stall(p, 6));
  });
});

describe('the accuracy of a search', () => {
  const BUDGET = 240;
  const made = new Map<Law, readonly BreakingPoint[]>();
  /** Made once for all that is asked of them. */
  const searched = (law: Law): readonly BreakingPoint[] => {
    const answers = made.get(law) ?? searches(law.server, searchOptions([latencySlo(95, law.limitMs)], BUDGET), 12);
    made.set(law, answers);
    return answers;
  };

  it.each(LAWS.map((law) => [law.name, law] as const))('%s: the interval holds the SLO limit', (_, law) => {
    const truth = { 'M/M/1': 70.04, 'M/M/4': 69.96, 'M/D/1': 69.36, 'bimodal M/G/1': 70.56 }[law.name] ?? 0;
    const { covered, rmse, bias, found } = summarize(searched(law), truth);
    // Of several servers that are slow the curve is steep, and not enough requests are slow to tell how steep.
    expect(found).toBeGreaterThanOrEqual(law.name === 'M/M/4' ? 0 : 0.75);
    expect(covered).toBeGreaterThanOrEqual(0.75);
    expect(rmse).toBeLessThan(0.1);
    expect(Math.abs(bias)).toBeLessThan(0.06);
  });

  it('finds capacity', () => {
    for (const law of LAWS.slice(0, 2))
      expect(capacityIn(law, BUDGET, searched(law)).measured).toMatch(/^RMSE [0-3]\./);
  });

  it('names errors where errors bind', () => {
    expect(errorLimit(200, 4).measured).toMatch(/^named 100\.0 %; RMSE [0-4]\./);
  });

  it('sees the peak of the scalability law, and that there is none', () => {
    expect(scalability(0.0005, 60, 4).measured).toMatch(/^in the interval 100/);
    reached(scalability(0, 60, 3));
  });

  it('flags a hump', () => {
    expect(nonMonotone(900, 3).measured).toMatch(/^flagged 100/);
  });

  it('knows less of a target that is slow by times', () => {
    const { measured } = slowByTimes({ mean: 0.002, slowness: 1.3, dwell: 2 }, 50, 60, 16);
    expect(measured).toMatch(/^covered (100|[6-9]\d)\.\d %; two searches agree (100|[5-9]\d)/);
  });

  it('says only what is true with a starved generator, and something where its levels allow it', () => {
    reached(starved(30, 200, 4));
    reached(starved(90, 100, 4));
    const waiting = starved(10, 50, 4, 0.3);
    reached(waiting);
    expect(waiting.measured).toContain('limits named 4,');
  });
});

it('the page marks what is missed', () => {
  const row: Row = { experiment: 'e', truth: 't', measured: 'm', must: 'x', reached: false };
  const page = accuracyPage([row, { ...row, reached: null }, { ...row, reached: true }], 7);
  expect(page).toContain('| e | t | m | x | **missed** |');
  expect(page).toContain('1 of 3 lines miss');
  expect(accuracyPage([{ ...row, reached: true }], 7)).toContain('Every demand is met.');
});
