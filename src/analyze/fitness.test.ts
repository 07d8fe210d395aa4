import { describe, expect, it } from 'vitest';
import { checkFitness, type Fitness, type FitnessMeasurements, isFit, type MachineLimits } from './fitness.ts';

const figures = (achievedPerSec: number, p50Ms: number | null, failed = 0) => ({ achievedPerSec, p50Ms, failed });

const QUIET: FitnessMeasurements = {
  connections: 50,
  threads: 1,
  answerBytes: 200,
  ceiling: figures(80_000, 0.5),
  agreement: { own: figures(2_450, 20.2), peer: figures(2_430, 20.4), delayMs: 20 },
  lag: { ratePerSec: 1_000, p50Ms: 0.01, p95Ms: 0.2, p99Ms: 0.9 },
  clock: { seconds: 12, driftMs: 0.4 },
  limits: { cores: 4, cpuQuota: null, governor: 'performance', openFiles: 65_536, ports: { from: 32_768, to: 60_999 } },
};

const checkOf = (name: string, changes: Partial<FitnessMeasurements>) => {
  const found = checkFitness({ ...QUIET, ...changes }).find((check) => check.name === name);
  return found as NonNullable<typeof found>;
};
const limited = (changes: Partial<MachineLimits>) => ({ limits: { ...QUIET.limits, ...changes } });

it('a quiet machine is fit, and there is nothing to change', () => {
  const checks = checkFitness(QUIET);
  expect(checks.map(({ fitness, advice }) => [fitness, advice])).toEqual(checks.map(() => ['good', '']));
  expect(isFit(checks)).toBe(true);
  expect(checks[0]?.found).toBe('80,000/s, p50 0.500 ms: 50 connections, 1 thread');
});

it('what is not good says what to change, and only the unfit makes a machine unfit', () => {
  const poor: FitnessMeasurements = {
    ...QUIET,
    ceiling: figures(5_000, 3),
    agreement: { ...QUIET.agreement, peer: figures(2_100, 20.4) },
    lag: { ratePerSec: 1_000, p50Ms: 0.9, p95Ms: 2, p99Ms: 4 },
    clock: { seconds: 10, driftMs: -50 },
    limits: { cores: 1, cpuQuota: null, governor: 'powersave', openFiles: 1_024, ports: { from: 60_000, to: 60_999 } },
  };
  const checks = checkFitness(poor);
  expect(new Set(checks.map(({ fitness }) => fitness))).toEqual(new Set(['doubtful']));
  for (const { advice } of checks) expect(advice).not.toBe('');
  expect(isFit(checks)).toBe(true);
});

const cases: [string, string, Partial<FitnessMeasurements>, Fitness][] = [
  ['a slow ceiling', 'ceiling', { ceiling: figures(900, 40) }, 'unfit'],
  ['a ceiling with failures', 'ceiling', { ceiling: figures(80_000, 0.5, 1) }, 'unfit'],
  ['engines 20 % apart', 'engines', { agreement: { ...QUIET.agreement, peer: figures(1_900, 20.4) } }, 'unfit'],
  ['medians 0.6 ms apart', 'engines', { agreement: { ...QUIET.agreement, peer: figures(2_400, 20.8) } }, 'doubtful'],
  ['medians 3 ms apart', 'engines', { agreement: { ...QUIET.agreement, peer: figures(2_400, 23.3) } }, 'unfit'],
  ['an engine without answers', 'engines', { agreement: { ...QUIET.agreement, peer: figures(0, null) } }, 'unfit'],
  ['a late sender', 'send lag', { lag: { ratePerSec: 1_000, p50Ms: 0.1, p95Ms: 5, p99Ms: 11 } }, 'unfit'],
  ['no sender', 'send lag', { lag: { ratePerSec: 1_000, p50Ms: null, p95Ms: null, p99Ms: null } }, 'unfit'],
  ['a clock that was set', 'clocks', { clock: { seconds: 10, driftMs: 3_600_000 } }, 'unfit'],
  ['two steps of the wall clock', 'clocks', { clock: { seconds: 1, driftMs: -2 } }, 'good'],
  ['fewer files than connections', 'open files', limited({ openFiles: 100 }), 'unfit'],
  ['fewer ports than connections', 'ports', limited({ ports: { from: 1, to: 40 } }), 'unfit'],
  ['half a core', 'cores', limited({ cpuQuota: 0.5 }), 'unfit'],
  ['two of four cores', 'cores', limited({ cpuQuota: 2 }), 'doubtful'],
];

describe('the verdict on', () => {
  for (const [what, name, changes, fitness] of cases)
    it(`${what} is ${fitness}`, () => {
      const check = checkOf(name, changes);
      expect(check.fitness).toBe(fitness);
      expect(check.advice === '').toBe(fitness === 'good');
      expect(isFit(checkFitness({ ...QUIET, ...changes }))).toBe(fitness !== 'unfit');
    });
});

it('says nothing of what the system does not tell', () => {
  const names = checkFitness({ ...QUIET, ...limited({ governor: null, openFiles: null, ports: null }) }).map(
    ({ name }) => name,
  );
  expect(names).toEqual(['ceiling', 'engines', 'send lag', 'clocks', 'cores']);
});
